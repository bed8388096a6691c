"""Only the command line prints; everything else logs."""

import ast

import pytest

from tests.house.sources import Source, planted


def prints(source: Source) -> list[str]:
    if source.place[0] == "cli":
        return []
    return [
        source.finding(node, "prints")
        for node in source.nodes(ast.Call)
        if source.qualified(node.func) in {"print", "sys.stdout.write", "sys.stderr.write"}
    ]


def test_nothing_but_the_command_line_prints(package):
    assert [finding for source in package for finding in prints(source)] == []


@pytest.mark.parametrize("code", ["print('issued')", "import sys\nsys.stdout.write('issued')"])
def test_the_rule_sees_a_print(code):
    assert prints(planted(code))


@pytest.mark.parametrize("path", ["src/stockroom/cli.py", "src/stockroom/cli/serve.py"])
def test_the_command_line_may(path):
    assert prints(planted("print('ready')", path)) == []

"""A copy of the repository in which a guard can be taken out, and the tests run against it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.guards.table import PACKAGE, ROOT, Guard

BUILT = (f"{PACKAGE}/static", f"{PACKAGE}/locale")
"""Made, not committed; the application does not start without them."""

BUILDS_THE_TEMPLATE = (f"{PACKAGE}/platform/application_role.py", f"{PACKAGE}/platform/migrate.py")
"""What makes the database that all tests clone: without one of these guards it must be made anew."""

PLUGINS = ("-p", "anyio.pytest_plugin", "-p", "scripts.guards.probe", "-p", "no:cacheprovider")
"""Each run takes a few seconds; what these tests do not need would double them."""

SECONDS = 600
"""For one test. All of them, with every guard in its place, take as long as they take."""


class Trial:
    """One copy. Its tests share a database server with the other copies of the run, in ``cluster``."""

    def __init__(self, tree: Path, cluster: Path) -> None:
        self.tree = tree
        self.cluster = cluster
        _copy(tree)

    def run(
        self, tests: Sequence[str], *options: str, cluster: Path | None = None, seconds: int | None = None
    ) -> dict[str, dict[str, str]]:
        """Test → how it ended (passed, wrong answer, broken, skipped) and why."""
        answer = self.tree / "guards-answer.json"
        answer.unlink(missing_ok=True)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.tree / "src"), str(self.tree)]),
            "GUARDS_TREE": str(self.tree),
            "GUARDS_ANSWER": str(answer),
            "STOCKROOM_TEST_CLUSTER_DIR": str(cluster or self.cluster),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        options = ("-q", *PLUGINS, *options)
        ran = subprocess.run(  # noqa: S603  (our own tests)
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self.tree, env=environment, capture_output=True, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip
        if not answer.exists():
            return {
                test: {"ended": "broken", "why": ran.stdout[-2000:] + ran.stderr[-2000:]} for test in tests
            }
        return json.loads(answer.read_text("utf-8"))

    def without(self, guard: Guard) -> dict[str, str]:
        """How the guard's test ends when the guard is gone: the first of its cases that does not pass."""
        with self._planted(guard), self._cluster_for(guard) as cluster:
            ended = self.run([guard.test], "-x", cluster=cluster, seconds=SECONDS)
        fallen = [outcome for outcome in ended.values() if outcome["ended"] != "passed"]
        return fallen[0] if fallen else {"ended": "passed", "why": "nothing noticed"}

    @contextmanager
    def _planted(self, guard: Guard) -> Iterator[None]:
        path = self.tree / guard.path
        before = path.read_text("utf-8")
        path.write_text(guard.planted(before), "utf-8")
        try:
            yield
        finally:
            path.write_text(before, "utf-8")

    @contextmanager
    def _cluster_for(self, guard: Guard) -> Iterator[Path]:
        if guard.path not in BUILDS_THE_TEMPLATE:
            yield self.cluster
            return
        own = make_cluster(self.tree / "own-cluster")
        yield own
        shutil.rmtree(own)


def make_cluster(folder: Path) -> Path:
    """A folder that the database's own system user may enter."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    return folder


def _copy(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for folder in BUILT:
        shutil.copytree(ROOT / folder, tree / folder, dirs_exist_ok=True)

"""The ``stockroom`` command."""

from stockroom.cli.commands import main
from stockroom.cli.imports import imports

main.add_command(imports)

__all__ = ["main"]

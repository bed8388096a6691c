"""Stands in for the embedded server where it cannot run, so that the rest stays importable."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import PlatformUnsupported


class EmbeddedPostgres:
    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        raise PlatformUnsupported

    @property
    def bin(self) -> Path:
        raise PlatformUnsupported

    @property
    def server_account(self) -> str:
        raise PlatformUnsupported

    def start(self) -> str:
        raise PlatformUnsupported

    def is_serving(self) -> bool:
        raise PlatformUnsupported

    def stop(self) -> None:
        raise PlatformUnsupported

    def __enter__(self) -> Self:
        raise PlatformUnsupported

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise PlatformUnsupported

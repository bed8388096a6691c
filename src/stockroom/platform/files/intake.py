"""From the bytes of an upload to files in the store, each step within its bound."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
from anyio import CapacityLimiter, fail_after, to_thread

from stockroom.platform.files import images, pdfs, sniff
from stockroom.platform.files.errors import FileEmpty, FileTooLarge, FileTooSlow, FileTypeRefused
from stockroom.platform.files.store import Store
from stockroom.settings import Settings

T = TypeVar("T")
PHOTOS = ("image/jpeg", "image/png", "image/webp", "image/gif")
DOCUMENTS = ("application/pdf", "image/jpeg", "image/png", "image/webp")
DECODERS = 2
"""Decoders at once in one process: a picture at the limit takes 160 MB while it is decoded."""
MEGABYTE = 1024 * 1024


class Upload(msgspec.Struct, frozen=True):
    """What came: the name is only ever shown."""

    name: str
    content: bytes


class NewFile(msgspec.Struct, frozen=True):
    """In the store, without its row yet. A photo has a small version; a document has none."""

    kind: str
    key: str
    small_key: str | None
    sha256: bytes
    size: int
    media_type: str
    name: str


class Files:
    """The store with the limits of uploads; one for each application."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store(Path(settings.stockroom_data_dir) / "files")
        self.max_bytes = settings.max_upload_bytes
        self.max_pixels = settings.max_image_pixels
        self.seconds = settings.upload_decode_seconds
        self._limiter = CapacityLimiter(DECODERS)

    async def keep_photo(self, upload: Upload) -> NewFile:
        """Two WebP files. Raises the refusals of uploads."""
        self._typed(upload, PHOTOS)
        sizes = (images.LARGE, images.SMALL)
        large, small = await self._encode(upload, sizes)
        key, small_key = await self._put(large), await self._put(small)
        return self._new("photo", large, key, small_key, sniff.shown_name(upload.name, "image/webp"))

    async def keep_document(self, upload: Upload) -> NewFile:
        """A PDF as it is, a picture as one WebP. Raises the refusals of uploads."""
        if self._typed(upload, DOCUMENTS) == "application/pdf":
            await self._within(partial(pdfs.check_pdf, upload.content))
            content, media_type = upload.content, "application/pdf"
        else:
            (content,) = await self._encode(upload, (images.PAGE,))
            media_type = "image/webp"
        name = sniff.shown_name(upload.name, media_type)
        return self._new("document", content, await self._put(content), None, name, media_type)

    async def read(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        return await to_thread.run_sync(self.store.read, key)

    async def drop(self, new: NewFile) -> None:
        """Its row was refused: nothing of it stays."""
        keys = [new.key] if new.small_key is None else [new.key, new.small_key]
        await to_thread.run_sync(self.store.remove, keys)

    def check_size(self, size: int) -> None:
        """Raises FileEmpty, FileTooLarge."""
        if not size:
            raise FileEmpty
        if size > self.max_bytes:
            raise FileTooLarge(megabytes=self.max_bytes // MEGABYTE)

    def _typed(self, upload: Upload, accepted: tuple[str, ...]) -> str:
        self.check_size(len(upload.content))
        found = sniff.media_type_of(upload.content)
        if found is None or found not in accepted:
            raise FileTypeRefused(accepted=", ".join(sniff.WORDS[kind] for kind in accepted))
        return found

    async def _encode(self, upload: Upload, longest: tuple[int, ...]) -> list[bytes]:
        work = partial(images.encode, upload.content, longest=longest, max_pixels=self.max_pixels)
        return (await self._within(work)).sizes

    async def _within(self, work: Callable[[], T]) -> T:
        """In a thread that is no longer waited for after the bound; what it works on is bounded by itself."""
        try:
            with fail_after(self.seconds):
                return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)
        except TimeoutError:
            raise FileTooSlow from None

    async def _put(self, content: bytes) -> str:
        return await to_thread.run_sync(self.store.put, content)

    def _new(
        self,
        kind: str,
        content: bytes,
        key: str,
        small_key: str | None,
        name: str,
        media_type: str = "image/webp",
    ) -> NewFile:
        return NewFile(kind, key, small_key, sha256(content).digest(), len(content), media_type, name)

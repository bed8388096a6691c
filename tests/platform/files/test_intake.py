"""Each step from bytes to a file in the store has its bound, and a refusal leaves nothing."""

import threading

import pytest

from stockroom.platform.files import images
from stockroom.platform.files.errors import (
    FileBroken,
    FileEmpty,
    FileLocked,
    FileTooLarge,
    FileTooSlow,
    FileTypeRefused,
    ImageTooLarge,
)
from stockroom.platform.files.intake import Files, Upload
from stockroom.settings import Settings, load_settings
from tests.platform.files.samples import opened, pdf, picture, png_claiming

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF_POLYGLOT = b"GIF89a/*" + HTML
PDF_IN_HTML = HTML + pdf()


@pytest.fixture
def files(settings: Settings) -> Files:
    return Files(settings)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (HTML, FileTypeRefused),
        (SVG, FileTypeRefused),
        (pdf(), FileTypeRefused),
        (GIF_POLYGLOT, FileBroken),
        (b"PK\x03\x04" + picture(), FileTypeRefused),
        (picture()[:300], FileBroken),
        (png_claiming(20_000, 20_000), ImageTooLarge),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), FileTooLarge),
    ],
)
async def test_what_is_no_photo_leaves_nothing(
    files: Files, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await files.keep_photo(Upload("photo.jpg", content))
    assert files.store.keys() == []


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (HTML, FileTypeRefused),
        (PDF_IN_HTML, FileTypeRefused),
        (picture("GIF"), FileTypeRefused),
        (pdf("secret"), FileLocked),
        (pdf()[:100], FileBroken),
    ],
)
async def test_what_is_no_document_leaves_nothing(
    files: Files, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await files.keep_document(Upload("invoice.pdf", content))
    assert files.store.keys() == []


async def test_a_pdf_is_kept_as_it_is_and_a_page_written_anew(files: Files) -> None:
    kept = await files.keep_document(Upload("faktura.PDF", pdf()))
    assert (kept.media_type, kept.name, kept.small_key) == ("application/pdf", "faktura.pdf", None)
    assert files.store.read(kept.key) == pdf()
    page = await files.keep_document(Upload("scan.png", picture("PNG", (3000, 1500))))
    assert (page.media_type, page.name) == ("image/webp", "scan.webp")
    assert opened(files.store.read(page.key)).size == (2400, 1200)


async def test_a_file_of_just_the_limit_is_taken(settings: Settings) -> None:
    content = picture("PNG", (300, 300))
    for limit, taken in ((len(content), True), (len(content) - 1, False)):
        files = Files(settings.model_copy(update={"max_upload_bytes": limit}))
        if taken:
            assert await files.keep_photo(Upload("", content))
        else:
            with pytest.raises(FileTooLarge):
                await files.keep_photo(Upload("", content))


async def test_what_takes_too_long_is_no_longer_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(images, "encode", lambda *_, **__: released.wait(30))
    files = Files(load_settings(_env_file=None, stockroom_data_dir=settings.stockroom_data_dir,
                                upload_decode_seconds=0.05))  # fmt: skip
    try:
        with pytest.raises(FileTooSlow):
            await files.keep_photo(Upload("", picture()))
    finally:
        released.set()
    assert files.store.keys() == []

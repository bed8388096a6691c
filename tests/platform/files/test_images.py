"""Pictures are decoded within limits, and nothing of what came with them is kept."""

from io import BytesIO

import pytest
from PIL import Image

from stockroom.platform.files.errors import FileBroken, ImageTooLarge
from stockroom.platform.files.images import LARGE, SMALL, encode
from tests.platform.files.samples import (
    GPS,
    MAKER,
    ORIENTATION,
    animation,
    opened,
    photo_with_gps,
    picture,
    png_claiming,
)

PIXELS = 40_000_000


def encoded(content: bytes) -> list[bytes]:
    return encode(content, longest=(LARGE, SMALL), max_pixels=PIXELS).sizes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_two_sizes_of_webp(kind):
    large, small = (opened(content) for content in encoded(picture(kind, (1600, 400))))
    assert (large.format, small.format) == ("WEBP", "WEBP")
    assert (large.size, small.size) == ((800, 200), (192, 48))


def test_a_small_picture_is_not_blown_up():
    assert [opened(content).size for content in encoded(picture())] == [(40, 20), (40, 20)]


def test_what_the_camera_noted_is_gone_and_the_picture_is_upright():
    before = photo_with_gps()
    assert {GPS, MAKER, ORIENTATION} <= set(opened(before).getexif())
    assert b"Nowhere Phones" in before
    for content in encoded(before):
        after = opened(content)
        assert dict(after.getexif()) == {}
        assert b"Nowhere" not in content
        assert after.size == (20, 40)
        red, _, blue = after.convert("RGB").getpixel((10, 4))
        assert red - blue > 150


def test_profiles_and_comments_are_gone():
    marked = picture("PNG", icc_profile=b"secret profile")
    assert b"iCCP" in marked
    for content in encoded(marked):
        assert b"ICCP" not in content
        assert b"EXIF" not in content
        assert b"XMP " not in content


def test_of_an_animation_the_first_frame_stays():
    for content in encoded(animation()):
        after = opened(content)
        assert getattr(after, "n_frames", 1) == 1
        assert after.convert("RGB").getpixel((10, 10))[0] > 200


def test_transparency_stays():
    buffer = BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(buffer, "PNG")
    assert opened(encoded(buffer.getvalue())[0]).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_other_colour_modes_are_read(mode):
    buffer = BytesIO()
    Image.new(mode, (10, 10)).save(buffer, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(encoded(buffer.getvalue())[0]).size == (10, 10)


@pytest.mark.parametrize("side", [6_400, 10_000, 20_000, 2**31 - 1])
def test_a_bomb_is_refused_by_its_header(side, monkeypatch):
    """64 million pixels pass Pillow's own limit, 100 make it warn, 400 make it raise."""
    content = png_claiming(side, side)
    assert len(content) < 200

    def decoded(*_):
        pytest.fail("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with pytest.raises(ImageTooLarge):
        encoded(content)


def test_a_picture_at_the_limit_is_taken():
    content = picture("PNG", (100, 100))
    assert encode(content, longest=(LARGE,), max_pixels=10_000).sizes
    with pytest.raises(ImageTooLarge):
        encode(content, longest=(LARGE,), max_pixels=9_999)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_half_a_picture_is_refused(kind, share):
    whole = picture(kind, (400, 400))
    with pytest.raises(FileBroken):
        encoded(whole[: int(len(whole) * share)])


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"PK\x03\x04evil.zip", b"/*GIF89a*/=1;alert(1)//", b"%PDF-1.7"]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_of_a_polyglot_only_the_picture_stays(kind, tail):
    for content in encoded(picture(kind) + tail):
        assert tail not in content
        assert opened(content).format == "WEBP"


def test_javascript_in_a_gif_comment_is_gone():
    for content in encoded(picture("GIF", comment=b"*/=1;alert(document.cookie)//")):
        assert b"alert" not in content


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"GIF89a", b"RIFF0000WEBP", b"<svg/>", b"%PDF-1.7"]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(FileBroken):
        encoded(content)

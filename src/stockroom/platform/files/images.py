"""Pictures from outside, decoded within limits and written anew: nothing of the original's bytes is kept."""

import struct
import zlib
from io import BytesIO

import msgspec
from PIL import Image, ImageOps

from stockroom.platform.files.errors import FileBroken, ImageTooLarge

SMALL = 192
"""Pixels of the longer side beside a title: 96 on a screen with two device pixels each."""
LARGE = 800
PAGE = 2400
"""Pixels of the longer side of a photographed document: a page of A4 stays readable."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82

# Pillow's decoders are many people's work: on broken input they raise what their author thought of.
BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError,
    EOFError, struct.error, zlib.error, MemoryError,
)  # fmt: skip
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Encoded(msgspec.Struct, frozen=True):
    """WebP bytes in the wanted sizes, largest first."""

    sizes: list[bytes]


def encode(content: bytes, *, longest: tuple[int, ...], max_pixels: int) -> Encoded:
    """The first frame, upright, without metadata, no side longer than each of ``longest`` (largest first).

    Blocks. Raises ImageTooLarge from the header, before anything is decoded, and FileBroken.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > max_pixels:
                raise ImageTooLarge(megapixels=max_pixels // 1_000_000)
            return Encoded(_sizes(_upright(opened, longest[0]), longest))
    except BOMBS:
        raise ImageTooLarge(megapixels=max_pixels // 1_000_000) from None
    except BROKEN as error:
        raise FileBroken from error


def _upright(opened: Image.Image, longest: int) -> Image.Image:
    """A copy of the pixels alone, turned as the camera was held."""
    opened.draft("RGB", (longest, longest))
    opened.load()
    wanted = "RGBA" if opened.has_transparency_data else "RGB"
    shrunk = opened if opened.mode == wanted else opened.convert(wanted)
    shrunk.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    turned = ImageOps.exif_transpose(shrunk)
    bare = Image.new(turned.mode, turned.size)
    bare.paste(turned)
    return bare


def _sizes(image: Image.Image, longest: tuple[int, ...]) -> list[bytes]:
    written: list[bytes] = []
    for side in longest:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        buffer = BytesIO()
        image.save(buffer, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
        written.append(buffer.getvalue())
    return written

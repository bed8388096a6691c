"""What a file is by its first bytes, and what of its name may be shown. Pure."""

import re
import unicodedata

PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
PDF = re.compile(rb"%PDF-[12]\.[0-9]")

WORDS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "application/pdf": "PDF",
}
"""The types that are accepted somewhere, as people call them."""

EXTENSIONS = {"image/webp": ".webp", "application/pdf": ".pdf"}
"""The types that are kept."""

NAME_LIMIT = 200
UNTOLD = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a shown name leaves out: controls, bidi and other format marks, line ends."""

ODD = re.compile(r'[<>:"|?*]')


def media_type_of(content: bytes) -> str | None:
    """By content alone, at byte 0; None for what is not in the table."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if PDF.match(content):
        return "application/pdf"
    return next((kind for prefix, kind in PREFIXES if content.startswith(prefix)), None)


def shown_name(name: str, media_type: str) -> str:
    """The last part of a name as people may see it and download it: at most 200 characters, ending as
    ``media_type`` says (``invoice.exe`` that is a PDF becomes ``invoice.exe.pdf``)."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if unicodedata.category(letter) not in UNTOLD)
    plain = ODD.sub("_", " ".join(plain.split()))
    ending = EXTENSIONS[media_type]
    if media_type == "image/webp":
        plain = re.sub(r"\.(jpe?g|png|gif|webp)$", "", plain, flags=re.IGNORECASE)
    stem = plain[: -len(ending)] if plain.lower().endswith(ending) else plain
    return (stem[: NAME_LIMIT - len(ending)].strip(". ") or "file") + ending

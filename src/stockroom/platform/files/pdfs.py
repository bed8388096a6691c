"""PDFs are kept as they are; this only says whether people will be able to open one."""

from io import BytesIO

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from stockroom.platform.files.errors import FileBroken, FileLocked

TAIL = 2048
"""Bytes at the end that must hold the end mark; scanners append a little after it."""

BROKEN = (
    PyPdfError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
)


def check_pdf(content: bytes) -> None:
    """Blocks. Raises FileBroken for half a document or one without pages, FileLocked where it takes a password."""
    if b"%%EOF" not in content[-TAIL:]:
        raise FileBroken
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise FileLocked
        if "/Pages" not in reader.root_object:
            raise FileBroken
    except BROKEN as error:
        raise FileBroken from error

"""A PDF that people can open is kept; one that they cannot is refused at once, not when it is needed."""

import pytest

from stockroom.platform.files.errors import FileBroken, FileLocked
from stockroom.platform.files.pdfs import check_pdf
from tests.platform.files.samples import pdf


@pytest.mark.parametrize("content", [pdf(), pdf() + b"\n" * 100, pdf("", "owner")])
def test_what_opens_is_kept(content):
    check_pdf(content)


def test_what_asks_for_a_password_is_refused():
    with pytest.raises(FileLocked):
        check_pdf(pdf("secret"))


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", pdf()[: len(pdf()) // 2], b"%PDF-1.7\n" + b"x" * 999 + b"%%EOF"],
)
def test_half_a_document_is_refused(content):
    with pytest.raises(FileBroken):
        check_pdf(content)

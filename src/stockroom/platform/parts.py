"""Forms with files (``multipart/form-data``), read within bounds.

Litestar's own reader bounds the number of parts only: a text part may be as large as the whole body, and names
the codec it is decoded by. Here a text part is UTF-8 and small. The body is in memory already and bounded by
the route's limit, so the files in it stay there and never reach a temporary file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from litestar.datastructures import UploadFile
from multipart import (  # pyright: ignore[reportMissingTypeStubs]  # typed inline, without a marker
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from stockroom.platform.errors import N_, Invalid, Refusal, TooLarge

MAX_PARTS = 200
MAX_TEXT_BYTES = 64 * 1024

Part = str | UploadFile


class FormBroken(Invalid):
    code = "form.broken"
    sentence = N_("The form did not arrive whole. Load the page again and repeat.")


def read_parts(body: bytes, boundary: str) -> dict[str, Part | list[Part]]:
    """Names and values; a name that came several times has a list. Raises FormBroken, TooLarge."""
    found: defaultdict[str, list[Part]] = defaultdict(list)
    try:
        with PushMultipartParser(boundary.encode(), max_segment_count=MAX_PARTS) as parser:
            for segment, data in _parts(parser, body):
                found[segment.name or ""].append(_value(segment, data))
    except (Refusal, MultipartError, UnicodeError) as error:
        _close(part for values in found.values() for part in values)
        if isinstance(error, Refusal):
            raise
        raise (TooLarge if isinstance(error, ParserLimitReached) else FormBroken) from None
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _parts(parser: PushMultipartParser, body: bytes) -> Iterator[tuple[MultipartSegment, bytearray]]:
    segment: MultipartSegment | None = None
    data = bytearray()
    for event in parser.parse(body):
        if isinstance(event, MultipartSegment):
            segment, data = event, bytearray()
            if not segment.name:
                raise FormBroken
        elif segment is not None and event:
            data += event
            if not segment.filename and len(data) > MAX_TEXT_BYTES:
                raise TooLarge
        elif segment is not None:
            yield segment, data


def _value(segment: MultipartSegment, data: bytearray) -> Part:
    if not segment.filename:
        return data.decode("utf-8")
    return UploadFile(
        content_type=segment.content_type or "",
        filename=segment.filename,
        file_data=bytes(data),
        max_spool_size=len(data) + 1,
    )


def _close(parts: Iterable[Part]) -> None:
    for part in parts:
        if isinstance(part, UploadFile):
            part.file.close()

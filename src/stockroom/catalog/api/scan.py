"""What a scanner reads, as JSON."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from stockroom.catalog.errors import BarcodeUnknown
from stockroom.catalog.queries.scan import Scan, read_scan
from stockroom.platform.db import Connection
from stockroom.platform.web import ANSWERS, Needs

Scanned = Annotated[str, QueryParameter(min_length=1, max_length=400, description="As the scanner sent it.")]


@get(
    "/api/scan",
    guards=[Needs("catalog.product.read")],
    tags=["Products"],
    summary="Read a scanned code",
    responses=ANSWERS,
)
async def scan(db: NamedDependency[Connection], code: Scanned) -> Scan:
    """A GTIN, a code of your own, or a GS1 code (DataMatrix, GS1-128) with batch, expiry and serial."""
    found = await read_scan(db, code)
    if found.product is None:
        raise BarcodeUnknown
    return found


@get("/lookup/scan", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def look_up_scan(db: NamedDependency[Connection], code: Scanned) -> Scan:
    """For the forms: `product` is null where no product has the code."""
    return await read_scan(db, code)


ROUTES = [scan, look_up_scan]

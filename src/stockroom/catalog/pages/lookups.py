"""What the pickers of products and suppliers offer."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.catalog.gs1 import barcode_of, parse_gs1
from stockroom.catalog.queries.lookups import look_up_products, look_up_suppliers
from stockroom.platform.db import Connection
from stockroom.platform.pages import page
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]


@get("/lookup/products", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def look_up_product(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    """A GS1 code finds its product and fills batch and expiry of the line."""
    q = request.query_params.get("q", "")
    options = await look_up_products(db, q, barcode=barcode_of(q))
    return page(request, "catalog/_lookup_products.html", options=options, scanned=parse_gs1(q))


@get("/lookup/suppliers", guards=[Needs("catalog.supplier.read")], include_in_schema=False)
async def look_up_supplier(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    options = await look_up_suppliers(db, request.query_params.get("q", ""))
    return page(request, "catalog/_lookup_suppliers.html", options=options)


ROUTES = [look_up_product, look_up_supplier]

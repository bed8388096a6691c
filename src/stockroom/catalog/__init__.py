"""Catalog: products and medicines, packs and barcodes, prices, suppliers. The front door."""

from stockroom.catalog.actions.archive import archive_product
from stockroom.catalog.actions.forms import FormInput, create_form
from stockroom.catalog.actions.prices import PriceInput, set_price
from stockroom.catalog.actions.product_input import BarcodeInput, PackInput, ProductInput
from stockroom.catalog.actions.products import create_product
from stockroom.catalog.actions.suppliers import SupplierInput, create_supplier
from stockroom.catalog.errors import PackUnknown, ProductHasStock, TrackingInUse, UnitInUse
from stockroom.catalog.events import ProductArchiving, ProductTrackingChanging, ProductUnitChanging
from stockroom.catalog.gs1 import Gs1, parse_gs1
from stockroom.catalog.queries.by_code import find_product_by_code
from stockroom.catalog.queries.prices import Price, list_current_prices
from stockroom.catalog.queries.products import (
    Pack,
    Product,
    get_product,
    list_packs,
    list_products_by_ids,
    packs_by_product,
)
from stockroom.catalog.queries.suppliers import (
    Supplier,
    find_supplier,
    find_supplier_by_name,
    get_supplier,
)
from stockroom.catalog.rules import ALLERGY_GROUPS, in_base_units

__all__ = [
    "ALLERGY_GROUPS",
    "BarcodeInput",
    "FormInput",
    "Gs1",
    "Pack",
    "PackInput",
    "PackUnknown",
    "Price",
    "PriceInput",
    "Product",
    "ProductArchiving",
    "ProductHasStock",
    "ProductInput",
    "ProductTrackingChanging",
    "ProductUnitChanging",
    "Supplier",
    "SupplierInput",
    "TrackingInUse",
    "UnitInUse",
    "archive_product",
    "create_form",
    "create_product",
    "create_supplier",
    "find_product_by_code",
    "find_supplier",
    "find_supplier_by_name",
    "get_product",
    "get_supplier",
    "in_base_units",
    "list_current_prices",
    "list_packs",
    "list_products_by_ids",
    "packs_by_product",
    "parse_gs1",
    "set_price",
]

"""Pages of products and suppliers."""

from stockroom.catalog.pages import forms, lookups, photos, prices, product_form, products, suppliers
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [
    *products.ROUTES,
    *product_form.ROUTES,
    *photos.ROUTES,
    *prices.ROUTES,
    *suppliers.ROUTES,
    *forms.ROUTES,
    *lookups.ROUTES,
]
NAV = [
    NavItem(N_("Catalog"), N_("Products"), "/products", "pill", "catalog.product.read", 50),
    NavItem(N_("Catalog"), N_("Suppliers"), "/suppliers", "truck-delivery", "catalog.supplier.read", 52),
    NavItem(N_("Catalog"), N_("Dosage forms"), "/dosage-forms", "pills", "catalog.product.read", 54),
]

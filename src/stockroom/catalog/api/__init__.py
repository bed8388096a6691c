"""JSON endpoints of products and suppliers."""

from stockroom.catalog.api import forms, prices, products, scan, suppliers

ROUTES = [*products.ROUTES, *prices.ROUTES, *suppliers.ROUTES, *forms.ROUTES, *scan.ROUTES]

"""JSON endpoints of products and suppliers."""

from stockroom.catalog.api import forms, photos, prices, products, scan, suppliers

ROUTES = [*products.ROUTES, *photos.ROUTES, *prices.ROUTES, *suppliers.ROUTES, *forms.ROUTES, *scan.ROUTES]

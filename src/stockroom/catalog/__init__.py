"""Catalog: products, medicines, packs, barcodes, prices and suppliers. The front door."""

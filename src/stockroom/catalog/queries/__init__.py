"""Every SELECT about products, prices and suppliers."""

"""Paper of the census: plates of assets, and the report on pages."""

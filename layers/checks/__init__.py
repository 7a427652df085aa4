"""Rules: of single values and rows (``rules``), of the network, of the trade's survey tables."""

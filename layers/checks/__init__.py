"""Rules of single values and rows, made from the fields. What concerns the network is in ``layers.analysis.checking``."""

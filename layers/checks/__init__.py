"""Rules of single values and rows, made from the fields; those of the network are in ``layers.analysis``."""

"""Packages going out: written, noted, handed over, with forms for QGIS and QField and photos of earlier visits."""

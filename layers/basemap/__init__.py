"""Basemaps without a screen: files, folders and services of tiles, and where their pixels lie."""

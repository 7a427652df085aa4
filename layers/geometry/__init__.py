"""Coordinates, shapes and packed arrays. No Qt, no SQL, no files."""

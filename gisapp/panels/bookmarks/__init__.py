"""Views of the map that are kept by name."""

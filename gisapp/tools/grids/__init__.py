"""Tools of the map for the boundaries of grids."""

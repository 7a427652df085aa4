"""Drawing and changing the boundaries of grids on the map, and what is wrong with them."""

"""Grids and people: the list of grids, who is responsible at a place, hand-over and split, labels on the map."""

"""Basemaps below the city: their tiles fetched, kept, turned into place and painted, on the screen and on paper."""

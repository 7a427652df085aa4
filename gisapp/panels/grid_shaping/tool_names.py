"""The map's tools for boundaries, by name, as ``MapView.use_tool`` knows them."""

from __future__ import annotations

SPLIT, BOUNDARY, CORNERS = "grid_split", "grid_boundary", "edit_shape"

"""Map tools: what the mouse does on the map."""

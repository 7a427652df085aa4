"""The map: what a scene looks like on a screen or a sheet, and what the mouse does to it."""

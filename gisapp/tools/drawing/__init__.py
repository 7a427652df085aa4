"""Drawing and mending on the map: what mouse and keys do, what snaps, and what is painted meanwhile."""

"""Working places: a panel beside the map for one kind of work."""

"""Foreign layers that are looked at on the map without being imported."""

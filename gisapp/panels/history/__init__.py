"""The past in the window: history of an asset, trail of the register, old places on the map, a past day."""

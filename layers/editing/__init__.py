"""Acts on the network as plans: what they do to places, values and what hangs there, shown before it is done."""

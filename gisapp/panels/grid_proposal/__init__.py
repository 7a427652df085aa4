"""Proposals for grids: what is wished, how it would be before and after, which moves are taken, the map beside."""

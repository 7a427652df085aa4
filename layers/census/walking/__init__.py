"""The way of a team: in which order it passes its targets along the streets."""

"""Statements on the screen: which there are, the one looked at, and where each of its figures comes from."""

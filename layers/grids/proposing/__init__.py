"""Proposals of a division: what they need is read, what they come to is shown, and taken whole or in part."""

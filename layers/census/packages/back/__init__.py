"""Packages coming back: examined against what went out, staged, taken in by one act."""

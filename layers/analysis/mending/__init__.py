"""Repairs of findings that are safe to make with one click, as plans that can be shown first."""

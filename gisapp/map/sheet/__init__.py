"""Printed sheets: what they are laid out of, how they are painted, page by page, and where they go."""

"""Styles of the map: which one is shown, and the editor of the company's own."""

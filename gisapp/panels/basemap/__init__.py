"""Basemaps of a register: their list, what feeds the map with them, and what services ask for."""

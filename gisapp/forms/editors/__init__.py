"""Editors: one line to type in for every kind of field, with a list of what may be meant where there is one."""

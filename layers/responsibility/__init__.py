"""Responsibility: which person looks after what, from when to when, and where nobody does."""

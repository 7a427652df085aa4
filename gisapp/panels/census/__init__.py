"""The panels of the census desk."""

"""The census: campaigns, their lots and records, what comes back from the field, and what of it goes into the book."""

"""A board of cards in columns: what the boards of all desks share."""

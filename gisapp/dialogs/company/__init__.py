"""What the company decides for itself: limits, weights, roles, and the meaning of its own words."""

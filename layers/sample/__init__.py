"""The sample city: invented, the same for the same seed, believable. For trying out, teaching and tests."""

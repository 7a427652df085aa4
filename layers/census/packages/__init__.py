"""Field packages: a lot or a grid as one file that goes out, and what comes back of it, merged value by value."""

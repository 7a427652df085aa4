"""Field packages: handing one out, looking at what comes back, deciding what is in dispute."""

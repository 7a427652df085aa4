"""Windows that ask for what an act needs."""

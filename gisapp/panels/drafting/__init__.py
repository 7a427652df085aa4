"""What floats on the map while one draws: the strip of attributes, survey entry, effects before they happen."""

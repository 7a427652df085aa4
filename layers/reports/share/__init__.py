"""Projects as one HTML file with a map that needs no network."""

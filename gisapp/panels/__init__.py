"""What stands around the map; each hears the session and knows no other panel."""

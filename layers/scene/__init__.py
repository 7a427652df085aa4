"""What can be drawn: styles as data, and sources that answer a draw request with packed arrays. No Qt."""

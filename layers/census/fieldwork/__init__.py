"""What is done in the field: logging, defects and their repair, things seen in passing, positions, photos."""

"""Small parts that forms and panels are built of, and the rows made from the catalogue."""

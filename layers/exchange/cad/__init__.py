"""CAD drawings (DXF) as layers of lines, points, texts and areas, and layers written as drawings. Worker only."""

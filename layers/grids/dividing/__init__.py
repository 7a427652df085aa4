"""The ground divided anew into connected parts of nearly equal load: pure arithmetic over faces and units."""

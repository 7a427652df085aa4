"""Boundaries changed by hand: drawn, moved, split, merged, mended; land, people and assets go over in one act."""

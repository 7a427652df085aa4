"""The register on a past day: assets as they lay in the ground by their dates, or as the book stood by the trail."""

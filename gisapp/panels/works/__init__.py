"""What one does on the map for a project: choosing, drawing and copying its mains, completing it."""

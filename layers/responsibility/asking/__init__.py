"""Who is responsible here: asked by place, asset or text, on any day, answered with the reason."""

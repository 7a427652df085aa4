"""Changes of hands thought through before they are written: what comes of them, gaps they leave, one undo."""

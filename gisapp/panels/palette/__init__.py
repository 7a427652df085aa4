"""One search for everything, and the short list of what lies under the mouse."""

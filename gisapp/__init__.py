"""The desktop program: windows, map and tools over the library ``layers``."""

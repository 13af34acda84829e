"""A live instrument that learns from your own recordings."""

__version__ = "0.1.0"

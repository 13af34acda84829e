"""Regions of the stream that are drawn again, in a process of their own."""

"""Grids of codes that stay open to be heard, edited and compared, in a process of its own."""

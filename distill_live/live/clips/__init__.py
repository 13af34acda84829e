"""Clips: grids of codes with names, made of recordings, of grid files, or of what was heard."""

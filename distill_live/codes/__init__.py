"""Codes as integers: the grid and the timeline. No torch."""

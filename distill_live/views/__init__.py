"""Grids and codebooks to look at: in numbers, in the terminal and as pictures."""

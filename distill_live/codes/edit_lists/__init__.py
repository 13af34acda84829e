"""Lists of edits: a step and its text, what a list makes of a grid, and files that hold lists."""

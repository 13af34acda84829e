"""Codes as integers: grids, timelines, edits, session logs, origins. No torch."""

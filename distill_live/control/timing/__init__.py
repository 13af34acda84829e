"""Tempo, beats and bars, and the actions that are quantised to them."""

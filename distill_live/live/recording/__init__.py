"""Recordings of what is played, as sound files."""

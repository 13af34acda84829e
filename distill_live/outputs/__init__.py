"""Outputs for the sound, and the process that plays them."""

"""Presets: recall, morph, store."""

"""Inputs: where messages come from (OSC, MIDI, Ableton Link, plugins)."""

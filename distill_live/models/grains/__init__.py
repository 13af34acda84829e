"""Grains: the recordings' own sound, chosen by what codes decode to."""

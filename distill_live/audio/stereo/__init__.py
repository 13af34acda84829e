"""Stereo as a few numbers for each group of bands: how they are measured, and how they sound."""

"""Stereo as a few numbers for each group of mel bins: how they are measured, and how they sound."""

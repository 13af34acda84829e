"""Recordings to codes and sequences."""

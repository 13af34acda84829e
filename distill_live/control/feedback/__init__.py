"""Feedback: what clients are told."""

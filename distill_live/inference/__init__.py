"""Offline work with a trained model."""

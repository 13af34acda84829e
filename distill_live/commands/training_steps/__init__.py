"""The steps of the training commands."""

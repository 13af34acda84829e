"""Training, one trainer per network."""

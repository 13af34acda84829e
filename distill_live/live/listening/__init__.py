"""Listening to what is played in: the input, its codes column by column, its loudness."""

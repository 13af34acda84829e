"""Listening to the live input: its device, its codes column by column, its loudness."""

"""Where controls come from."""

"""What was heard lately: its sound, its codes, where it is from, and the way back to it."""

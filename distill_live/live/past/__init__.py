"""What was heard lately: its sound, its codes, and the way back to it."""

"""The audio process: from the ring to the sound card."""

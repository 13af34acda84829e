"""Sound files, spectrograms, recordings, phase reconstruction."""

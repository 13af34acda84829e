"""Training of the codec, with its losses and its evaluation."""

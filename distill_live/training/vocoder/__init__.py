"""Training of a vocoder, with its losses and its evaluation."""

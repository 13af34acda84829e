"""The networks, the vocoder, and the model file."""

"""The engine, the audio ring and what keeps them running."""

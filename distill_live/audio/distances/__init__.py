"""How far sounds are apart: a sound from its reconstruction, and the fine texture of two sets."""

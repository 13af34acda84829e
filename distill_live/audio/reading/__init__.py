"""The user's sound files: finding them, reading them to the end, mixing them to mono, or to the
middle and the side."""

"""The user's sound files: finding them, reading them to the end, mixing them to mono."""

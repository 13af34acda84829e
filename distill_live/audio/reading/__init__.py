"""Sound files that people bring: finding them, reading them to the end, mixing them to mono."""

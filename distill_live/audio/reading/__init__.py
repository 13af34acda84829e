"""Sound files as people have them: found, read to their end, judged, mixed to mono."""

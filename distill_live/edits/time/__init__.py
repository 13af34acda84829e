"""The included edits that move, repeat or drop columns, one per file."""

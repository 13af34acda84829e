"""The included edits, one per file: also examples for plugin authors."""

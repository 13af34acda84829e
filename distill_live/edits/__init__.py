"""The edits that are included, one per file: examples for authors of plugins."""

"""The edits that ship in the box, one per file: what an author of plugins copies."""

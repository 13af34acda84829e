"""The history of edits while the instrument plays: undo, redo, go back to any state."""

"""The playhead: it moves over the timeline, column by column, and makes their sound."""

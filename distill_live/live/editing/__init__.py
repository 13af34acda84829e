"""What edits make of the stream, what they look at, and what the prior follows."""

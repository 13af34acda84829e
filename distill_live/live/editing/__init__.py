"""What edits make of the stream: overlays, the edits that are on, what the prior follows."""

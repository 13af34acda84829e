"""What the page of `serve` shows: frames of what sounds, and documents of what there is."""

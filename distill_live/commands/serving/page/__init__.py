"""What `serve` hands to the page: what it plays, as documents and as frames."""

"""What `serve` is joined from."""

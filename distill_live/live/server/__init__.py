"""Control's side of playing: start, watch, restart, swap, prime, record."""

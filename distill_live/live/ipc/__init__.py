"""What the processes share: the ring, the tap, the journal, the status, an engine's keepsake."""

"""Parameters that move by themselves: LFOs and random walks, glides, soft takeover."""

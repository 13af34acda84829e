"""The OSC address space: patterns, targets, arguments, requests, streams, nodes."""

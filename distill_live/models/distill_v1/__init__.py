"""Models from Distill v1.1, the ancestor: their files and their networks."""

"""A page about a model, for people: how its training went, what it sounds like."""

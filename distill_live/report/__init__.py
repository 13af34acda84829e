"""The report about a model: how its training went, and what it sounds like."""

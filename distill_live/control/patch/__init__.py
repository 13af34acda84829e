"""The patch file: schema, sources, problems, reload."""

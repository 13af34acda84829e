"""The HTTP API: models, sets of recordings, jobs and files, one module per resource."""

"""The work folder behind the HTTP API: names, uploads, trash, and jobs that outlive the server."""

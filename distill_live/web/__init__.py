"""The instrument over HTTP and WebSockets."""

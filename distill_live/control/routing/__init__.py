"""From a message to a parameter or a request."""

"""The page's WebSocket: values, documents, messages and requests as JSON, frames as bytes."""

"""The instrument over HTTP and WebSockets: OSCQuery and the page."""

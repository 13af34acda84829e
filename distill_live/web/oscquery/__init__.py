"""OSCQuery over HTTP and WebSockets, for programs that find out what they can control."""

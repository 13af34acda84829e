"""The parts of `serve`: controls, devices, web server, streams, status line."""

"""The parts that `serve` joins: controls, devices, web server, streams, status line."""

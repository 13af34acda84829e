"""MIDI as the router sees it: events, encoders, lights and motor faders."""

"""Routing of controls to parameters and requests."""

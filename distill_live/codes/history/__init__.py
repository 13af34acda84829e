"""What undo needs: states to go back to, and overlays that can be taken away."""

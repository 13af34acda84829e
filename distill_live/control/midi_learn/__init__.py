"""MIDI learn: find the control that moves, write its mapping."""

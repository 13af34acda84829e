"""The engine's process: draw codes, edit, decode, fill the ring."""

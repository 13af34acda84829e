"""A plugin that misbehaves, to see whether the sound goes on; only benchmarks install it."""

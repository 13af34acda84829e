"""A plugin that misbehaves, to see whether the sound goes on; installed by tests.benchmarks only."""

"""Control surfaces for Max, Pd and other programs, generated from the instrument's tables."""

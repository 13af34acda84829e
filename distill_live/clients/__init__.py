"""Control surfaces for Max, Pd and other programs, made from the tables of the instrument."""

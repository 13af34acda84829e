"""How the engine keeps up: how long work takes, how far ahead it plays, what it gives up first."""

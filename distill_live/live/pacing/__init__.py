"""How the engine keeps up: how long its work takes, how far ahead it plays, what it gives up."""

"""What makes the files that ship with the project; none of it is installed."""

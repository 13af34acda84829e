"""The commands below `codes`, one file each, and what all commands about grids share."""

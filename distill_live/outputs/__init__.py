"""Where sound goes, and the process that brings it there."""

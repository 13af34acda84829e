"""Training of the prior, with its loss and its evaluation."""

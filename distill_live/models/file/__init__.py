"""The `.distill` file and the library of models."""

"""The base from which a codec's training starts: the sounds that it learns from, and its training.

What it is and where its sounds come from: docs/base.md.
"""

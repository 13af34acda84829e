"""The prior: networks that predict codes, their steps, sessions and sampling."""

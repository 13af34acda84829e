"""Surfaces for other programs: files for Max, Pd and others, made from the tables that count."""

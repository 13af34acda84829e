"""Vocoders: mels to sound."""

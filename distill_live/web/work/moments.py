"""Moments as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso_time(seconds: float) -> str:
    """A time in seconds since 1970 as text: "2026-11-29T02:13:05+00:00"."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

"""The progress of a job: JSON lines that its command appends to a file, and what they come to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

#: The phases of a training, in order.
_PHASES = ("codec", "prior", "vocoder")


def read_events(path: Path, after: int = 0) -> list[dict[str, Any]]:
    """The events of a file from number `after` on, counted from 0, each with its number `n`. A line
    that is still being written is left out; so is one that cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError:
        return []
    found = []
    for number, line in enumerate(lines[after:], start=after):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            found.append({"n": number} | event)
    return found


def summarise(events: Iterable[dict[str, Any]], phases: Sequence[str]) -> dict[str, Any]:
    """How far a job is: phase, epoch, epochs, progress (0..1), left (s) and line (the last one).

    `phases` are those of its training, in order.
    """
    found: dict[str, Any] = dict.fromkeys(("phase", "epoch", "epochs", "progress", "left", "line"))
    for event in events:
        kind = event.get("type")
        if kind == "line":
            found["line"] = event.get("text")
        elif kind == "reading":
            found |= {"phase": "reading", "progress": 0.0}
        elif kind == "phase":
            found |= {"phase": event.get("phase"), "epoch": 0, "epochs": event.get("epochs")}
        elif kind == "pace":
            found["left"] = event.get("seconds")
        elif kind == "epoch":
            found |= {key: event.get(key) for key in ("phase", "epoch", "epochs", "left")}
            found["progress"] = _progress(event, phases)
        elif kind == "progress":
            found |= {"progress": event.get("done"), "left": event.get("left")}
    return found


def phases_of(kind: str, options: dict[str, Any]) -> tuple[str, ...]:
    """The phases of a training job."""
    if kind != "train":
        return (kind.removeprefix("train-"),)
    skipped = {"prior"} if options.get("no_prior") else set()
    if options.get("vocoder") in (None, "phase"):
        skipped.add("vocoder")
    return tuple(phase for phase in _PHASES if phase not in skipped)


def _progress(event: dict[str, Any], phases: Sequence[str]) -> float | None:
    phase, epoch, epochs = (event.get(key) for key in ("phase", "epoch", "epochs"))
    if phase not in phases or not epoch or not epochs:
        return None
    return round((phases.index(phase) + float(epoch) / float(epochs)) / len(phases), 4)

"""The file that keeps a clip: a grid's .npz with one more member, which `load_grid` leaves out."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from distill_live.atomic_file import atomic_file
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.errors import ClipError, CodesError
from distill_live.live.clips.clip import Clip

SUFFIX = ".npz"
#: The largest file of codes that is read while the music plays, packed or not, in bytes.
MAX_BYTES = 8 * 2**20

_FACTS = "clip.json"


def save_clip(path: Path, clip: Clip) -> None:
    """Write a clip to an .npz file, atomically. Raises CodesError when it cannot be written."""
    facts: dict[str, Any] = {"samples": clip.samples}
    if clip.loudness_db is not None:
        # JSON has no infinity: null is silence.
        facts["loudness_db"] = clip.loudness_db if math.isfinite(clip.loudness_db) else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            save_grid(temporary, clip.grid)
            with zipfile.ZipFile(temporary, "a") as archive:
                archive.writestr(_FACTS, json.dumps(facts))
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error


def load_clip(path: Path, name: str) -> Clip:
    """A file of codes, .npz or .json, as a clip; of a file of `save_clip`, as it was.

    Raises CodesError when it is missing, too large, damaged or not a grid, and ClipError when it
    has no columns.
    """
    _check_size(path)
    grid = load_grid(path)
    if not len(grid.codes):
        raise ClipError(f"{path} has no columns: a clip has at least one")
    if not grid.source:
        grid = replace(grid, source=path.name)
    facts = _read_facts(path)
    return Clip(name, grid, _samples(facts, grid), _loudness_db(facts))


def _check_size(path: Path) -> None:
    """Raise CodesError for a file that would take long to read."""
    try:
        size = path.stat().st_size
        if path.suffix == SUFFIX and size <= MAX_BYTES:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
    except FileNotFoundError:
        raise CodesError(f"cannot read {path}: no such file") from None
    except OSError as error:
        raise CodesError(f"cannot read {path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, ValueError) as error:
        raise CodesError(f"{path} is damaged or contains no codes: {error}") from error
    if size > MAX_BYTES:
        raise CodesError(
            f"{path} has {size / 2**20:.0f} MB of codes; at most {MAX_BYTES / 2**20:.0f} MB can be "
            "read while the music plays: cut it"
        )


def _read_facts(path: Path) -> dict[str, Any]:
    """What a clip's file knows besides the grid; nothing for other files."""
    if path.suffix != SUFFIX:
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            facts = json.loads(archive.read(_FACTS))
    except (KeyError, ValueError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return {}
    return facts if isinstance(facts, dict) else {}


def _samples(facts: dict[str, Any], grid: CodeGrid) -> int:
    columns = len(grid.codes) * grid.column_samples
    samples = facts.get("samples")
    return samples if type(samples) is int and 0 < samples <= columns else columns


def _loudness_db(facts: dict[str, Any]) -> float | None:
    loudness = facts.get("loudness_db", math.nan)
    if loudness is None:
        return -math.inf
    known = isinstance(loudness, int | float) and math.isfinite(loudness)
    return float(loudness) if known else None

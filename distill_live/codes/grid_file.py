"""The files that hold a grid of codes: JSON to read and change by hand, npz to be small."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.atomic_file import atomic_file
from distill_live.codes.grid import CodeGrid
from distill_live.errors import CodesError

SUFFIXES = (".json", ".npz")
FORMAT = "distill-codes"
FORMAT_VERSION = 1
#: The most bytes that a file may have, and the codes in an .npz when they are unpacked: those of
#: more than ten hours. Anything longer is a mistake, or meant to fill the memory.
MOST_BYTES = 64 << 20

# What a description says of the codes, besides the format.
_NEEDED = ("model", "shape", "level_labels", "codebook_size", "column_samples", "sample_rate")
_KEEP = "change the codes in a file written by `encode`, and keep the rest"

# What json, zipfile and numpy raise for the bytes of a damaged file.
_DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    RuntimeError,
    OverflowError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)


def save_grid(path: Path, grid: CodeGrid) -> None:
    """Write a grid as .json (one column per line) or .npz (small and fast), atomically.

    Raises CodesError for another suffix, when the file cannot be written, and for more codes than
    `load_grid` reads.
    """
    suffix = check_suffix(path)
    description: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "model": {"name": grid.model_name, "sha256": grid.model_sha256},
        "shape": list(grid.codes.shape),
        "level_labels": list(grid.level_labels),
        "codebook_size": grid.codebook_size,
        "column_samples": grid.column_samples,
        "sample_rate": grid.sample_rate,
    }
    if grid.source:
        description["source"] = grid.source
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            if suffix == ".npz":
                small = grid.codes.astype(np.min_scalar_type(grid.codebook_size))
                np.savez_compressed(temporary, codes=small, description=json.dumps(description))
            else:
                temporary.write_text(_as_json(description, grid.codes), encoding="utf-8")
            _require_readable(temporary, suffix)
    except CodesError as error:
        raise CodesError(f"cannot save {path}: {error}") from error
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error


def load_grid(path: Path) -> CodeGrid:
    """Read a grid from .json or .npz.

    The codes say how many columns there are, so that columns can be deleted and added by hand; the
    file's `shape` agrees only if nobody has done that. Raises CodesError when the file is missing,
    damaged, too large, newer than this program or not a grid.
    """
    suffix = check_suffix(path)
    try:
        _require_readable(path, suffix)
        description, codes = _read_npz(path) if suffix == ".npz" else _read_json(path)
        _check_version(description.get("format"), description.get("format_version"))
        _require_complete(description)
        _check_shape(codes, description["shape"])
        return CodeGrid(
            codes=codes,
            model_name=str(description["model"]["name"]),
            model_sha256=str(description["model"]["sha256"]),
            level_labels=tuple(map(str, description["level_labels"])),
            codebook_size=int(description["codebook_size"]),
            column_samples=int(description["column_samples"]),
            sample_rate=int(description["sample_rate"]),
            # Files written before grids had one have none.
            source=str(description.get("source", "")),
        )
    except CodesError as error:
        raise CodesError(f"{path}: {error}") from error
    except OSError as error:
        raise CodesError(f"cannot read {path}: {error.strerror or error}") from error
    except _DAMAGE as error:
        raise CodesError(f"{path} is damaged or contains no codes: {error}") from error


def _read_json(path: Path) -> tuple[dict[str, Any], NDArray[Any]]:
    # From bytes, json also reads what text editors write: a byte order mark, UTF-16.
    document = json.loads(path.read_bytes())
    if "codes" not in document:
        raise CodesError("it contains no codes; use a file written by `encode`")
    columns = document.pop("codes")
    if columns == [] and document["shape"][0] == 0:
        # An empty list does not show how many bands and levels there are.
        return document, np.zeros(document["shape"], dtype=np.int64)
    try:
        return document, np.array(columns)
    except ValueError:
        raise CodesError(_uneven(columns, document["shape"])) from None


def _read_npz(path: Path) -> tuple[dict[str, Any], NDArray[Any]]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
        if "codes" not in content:
            raise CodesError("it contains no codes; use a file written by `encode`")
        if "description" not in content:
            raise CodesError(f"it has no description: {_KEEP}")
        description = json.loads(str(content["description"]))
        if not isinstance(description, dict):
            raise CodesError(f"it has no description: {_KEEP}")
        return description, content["codes"]


def _require_readable(path: Path, suffix: str) -> None:
    """Raise CodesError for a file that is too large, also when it is unpacked."""
    sizes = [path.stat().st_size]
    if suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            sizes += [part.file_size for part in archive.infolist()]
    if (largest := max(sizes)) > MOST_BYTES:
        raise CodesError(
            f"it has {largest >> 20} MB of codes; legal: up to {MOST_BYTES >> 20} MB: encode a "
            "shorter part"
        )


def _check_version(name: object, version: object) -> None:
    """Raise CodesError unless a file is of this format, in a version that can be read."""
    if name == FORMAT and isinstance(version, int) and version > FORMAT_VERSION:
        raise CodesError(
            f"it was written by a newer distill-live (codes version {version}); this program reads "
            f"version {FORMAT_VERSION}: update it"
        )
    if (name, version) != (FORMAT, FORMAT_VERSION):
        raise CodesError(f"it is not a {FORMAT} file of version {FORMAT_VERSION}: {_KEEP}")


def _require_complete(description: Mapping[str, object]) -> None:
    """Raise CodesError where something is missing that says what the codes belong to."""
    missing = [repr(name) for name in _NEEDED if name not in description]
    if missing:
        raise CodesError(f"its description has no {' and no '.join(missing)}: {_KEEP}")


def _check_shape(codes: NDArray[Any], shape: list[int]) -> None:
    """Raise CodesError unless the codes have the bands and levels of `shape`, and at least one
    column if it has any."""
    if list(codes.shape[1:]) != shape[1:] or len(codes) == 0 < shape[0]:
        raise CodesError(
            f"its shape says {shape} (columns, bands, levels), but its codes have "
            f"{list(codes.shape)}; correct the one that is wrong"
        )


def _uneven(columns: list[Any], shape: list[int]) -> str:
    """Says what is wrong with columns that cannot become an array."""
    _, bands, levels = shape
    for number, column in enumerate(columns):
        if np.shape(np.array(column, dtype=object)) != (bands, levels):
            return f"column {number} does not hold {bands} bands of {levels} codes each"
    return "its codes are not numbers"


def _as_json(description: dict[str, Any], codes: NDArray[np.int64]) -> str:
    head = json.dumps(description, indent=2).removesuffix("\n}")
    columns = ",\n".join(json.dumps(column) for column in codes.tolist())
    return f'{head},\n  "codes": [\n{columns}\n  ]\n}}\n'


def check_suffix(path: Path) -> str:
    """The suffix of a file of codes. Raises CodesError when it is neither .json nor .npz."""
    if path.suffix not in SUFFIXES:
        raise CodesError(f"{path} must end in {' or '.join(SUFFIXES)}")
    return path.suffix

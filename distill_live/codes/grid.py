"""A grid of codes, and the files that hold one."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distill_live.atomic_file import atomic_file
from distill_live.errors import CodesError

SUFFIXES = (".json", ".npz")
FORMAT = "distill-codes"
FORMAT_VERSION = 1

# What levels are called when nobody has named them.
_FIRST, _SECOND, _BETWEEN, _LAST = "Structure", "Timbre", "Texture", "Detail"

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


@dataclass(frozen=True)
class CodeGrid:
    """Codes `[T, F, Q]` (T columns, F bands low to high, Q levels coarse to fine) of one model.

    Every code is in 0..codebook_size-1. `model_sha256` is the checksum of the codec's weights: only
    a model with the same codec can decode the grid. A column lasts `column_samples` samples at
    `sample_rate` Hz. Raises CodesError when the fields do not fit each other.
    """

    codes: NDArray[np.int64]
    model_name: str
    model_sha256: str
    level_labels: tuple[str, ...]
    codebook_size: int
    column_samples: int
    sample_rate: int = 48_000

    def __post_init__(self) -> None:
        codes = np.asarray(self.codes)
        if codes.ndim != 3 or not np.issubdtype(codes.dtype, np.integer):
            raise CodesError(
                f"codes must be integers [columns, bands, levels], not {codes.dtype} {codes.shape}"
            )
        if codes.shape[2] != len(self.level_labels):
            raise CodesError(
                f"there are {codes.shape[2]} levels of codes but {len(self.level_labels)} labels"
            )
        if codes.size and not 0 <= codes.min() <= codes.max() < self.codebook_size:
            raise CodesError(
                f"codes must be 0..{self.codebook_size - 1}; these are {codes.min()}..{codes.max()}"
            )
        object.__setattr__(self, "codes", codes.astype(np.int64))

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return len(self.codes) * self.column_samples / self.sample_rate

    def with_codes(self, codes: NDArray[np.integer]) -> CodeGrid:
        """The same grid with other codes [T, F, Q]. Raises CodesError when they do not fit."""
        return replace(self, codes=np.asarray(codes, np.int64))

    def require_same(self, other: CodeGrid) -> None:
        """Raise CodesError unless the other grid has the same codec, and columns, and shape."""
        other.require_model(self.model_name, self.model_sha256)
        if other.codes.shape[1:] != self.codes.shape[1:]:
            raise CodesError(
                f"the grids have columns of {list(self.codes.shape[1:])} and "
                f"{list(other.codes.shape[1:])} codes (bands, levels); they must be the same"
            )

    def require_model(self, name: str, sha256: str) -> None:
        """Raise CodesError unless the model called `name` has the codec that made these codes."""
        if sha256 != self.model_sha256:
            raise CodesError(
                f"these codes were made by the model {self.model_name!r}, and {name!r} has a "
                f"different codec: decode them with {self.model_name!r}"
            )


def save_grid(path: Path, grid: CodeGrid) -> None:
    """Write a grid as .json (one column per line) or .npz (small and fast), atomically.

    Raises CodesError for another suffix, or when the file cannot be written.
    """
    suffix = check_suffix(path)
    description = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "model": {"name": grid.model_name, "sha256": grid.model_sha256},
        "shape": list(grid.codes.shape),
        "level_labels": list(grid.level_labels),
        "codebook_size": grid.codebook_size,
        "column_samples": grid.column_samples,
        "sample_rate": grid.sample_rate,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            if suffix == ".npz":
                small = grid.codes.astype(np.min_scalar_type(grid.codebook_size))
                np.savez_compressed(temporary, codes=small, description=json.dumps(description))
            else:
                temporary.write_text(_as_json(description, grid.codes), encoding="utf-8")
    except OSError as error:
        raise CodesError(f"cannot save {path}: {error.strerror or error}") from error


def load_grid(path: Path) -> CodeGrid:
    """Read a grid from .json or .npz.

    The codes say how many columns there are, so that columns can be deleted and added by hand; the
    file's `shape` agrees only if nobody has done that. Raises CodesError when the file is missing,
    damaged, newer than this program or not a grid.
    """
    suffix = check_suffix(path)
    try:
        description, codes = _read_npz(path) if suffix == ".npz" else _read_json(path)
        if (description["format"], description["format_version"]) != (FORMAT, FORMAT_VERSION):
            raise CodesError(f"it is not a {FORMAT} file of version {FORMAT_VERSION}")
        _check_shape(codes, description["shape"])
        return CodeGrid(
            codes=codes,
            model_name=str(description["model"]["name"]),
            model_sha256=str(description["model"]["sha256"]),
            level_labels=tuple(map(str, description["level_labels"])),
            codebook_size=int(description["codebook_size"]),
            column_samples=int(description["column_samples"]),
            sample_rate=int(description["sample_rate"]),
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
        return json.loads(str(content["description"])), content["codes"]


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


def level_labels(num_quantizers: int) -> tuple[str, ...]:
    """What each level is called, coarse to fine: a name of its own for every one of them.

    Ours have 2 to 4. Files may have more, which lie between the second and the last and are
    numbered: Texture, Texture 2, ...; a single one is Structure.
    """
    between = [_BETWEEN if n == 1 else f"{_BETWEEN} {n}" for n in range(1, num_quantizers - 2)]
    second = [_SECOND] if num_quantizers > 2 else []
    last = [_LAST] if num_quantizers > 1 else []
    return (_FIRST, *second, *between, *last)

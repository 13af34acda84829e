"""`distill-live codebook`: all entries of a model's codebooks, to see and to hear."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.commands.options import DeviceOption, ModelArgument, seconds_option
from distill_live.commands.output import (
    check_sound_file,
    free_name,
    progress_bar,
    save_file,
    tell,
    write_sound,
)
from distill_live.errors import CodesError, OutputError
from distill_live.inference.loading import load_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from distill_live.audio.limiter import Samples
    from distill_live.inference.codebook import Slots
    from distill_live.models.file.loaded import LoadedVQModel
    from distill_live.views.codebook_sheet import Tile

_NEIGHBOURS = 3
# Between two entries, so that they can be told apart.
_PAUSE_S = 0.1
_LONGEST_S = 10.0
_SOUND = "codebook.wav"
# From the lightest colour to the darkest.
_RANGE_DB = 70.0


def codebook(
    model: ModelArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Folder for the files (default: ./MODEL-codebook)."),
    ] = None,
    seconds: Annotated[
        float, seconds_option("--seconds", 0.01, "How long each entry sounds, in seconds.")
    ] = 0.5,
    device: DeviceOption = "auto",
) -> None:
    """Write every entry of a model's codebooks: a picture sheet, one sound file, and a table.

    Each entry sounds alone, as `codes preview` makes it. Cue sheets, one or more for each level,
    name the entries in the sound file. The table, codebook.csv, has the nearest neighbours of each
    entry and how often the model's recordings use it.
    """
    if seconds > _LONGEST_S:
        raise CodesError(f"an entry sounds for up to {_LONGEST_S:g} seconds, not {seconds:g}")
    loaded = load_model(model, device)
    folder = free_name(output or Path(f"{loaded.metadata['name']}-codebook"), _holds_a_codebook)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: --output takes a folder")
    from distill_live.inference.codebook import Slots, usage

    rate = loaded.spectrogram.config.sample_rate
    check_sound_file("wav", rate, 24)
    slots = Slots.of(loaded, seconds, _PAUSE_S)
    tiles: list[list[Tile]] = [[] for _ in loaded.metadata["level_labels"]]
    sound = folder / _SOUND
    with progress_bar("decoding") as advance:
        write_sound(sound, _sound(loaded, slots, tiles, advance), rate, 24)
    tell(sound)
    counts = usage(loaded)
    files = {
        "codebook.png": _picture(loaded, tiles, counts),
        "codebook.csv": _table(loaded, slots, counts).encode(),
        **_cue_sheets(loaded, slots, sound.name),
    }
    for name, content in files.items():
        save_file(folder / name, content)
        tell(folder / name)


def _holds_a_codebook(folder: Path) -> bool:
    """Whether any of the files is there that this command writes: their names all begin alike."""
    return any(folder.glob(f"{Path(_SOUND).stem}*"))


def _sound(
    loaded: LoadedVQModel,
    slots: Slots,
    tiles: list[list[Tile]],
    progress: Callable[[float], None],
) -> Iterator[Samples]:
    """All entries, each in its slot; their pictures are added to the `tiles` of their level."""
    from distill_live.inference.codebook import entries
    from distill_live.views.codebook_sheet import tile

    total = len(tiles) * loaded.model.config.codebook_size
    for number, entry in enumerate(entries(loaded, slots.columns)):
        tiles[entry.level].append(tile(entry.mel))
        yield slots.fill(number, entry.sound)
        progress((number + 1) / total)


def _picture(
    loaded: LoadedVQModel, tiles: list[list[Tile]], counts: NDArray[np.int64] | None
) -> bytes:
    from distill_live.views.codebook_sheet import SheetLevel, draw_sheet

    labels = loaded.metadata["level_labels"]
    shares = [None] * len(labels) if counts is None else _shares(counts).tolist()
    known = "code" if counts is None else "code, and % of the codes in the recordings"
    return draw_sheet(
        [SheetLevel(*level) for level in zip(labels, tiles, shares, strict=True)],
        _RANGE_DB * loaded.spectrogram.config.per_db,
        f"{loaded.metadata['name']}: each code alone",
        f"across: time; up: frequency; light: loud; numbers: {known}",
    )


def _table(loaded: LoadedVQModel, slots: Slots, counts: NDArray[np.int64] | None) -> str:
    """A line for each entry, as CSV."""
    from distill_live.inference.codebook import nearest

    heads = ["level", "code", "begins_s", "uses", "share"]
    heads += [f"{what}_{n}" for n in range(1, _NEIGHBOURS + 1) for what in ("near", "distance")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    neighbours = nearest(loaded, _NEIGHBOURS)
    shares = None if counts is None else _shares(counts)
    for number, (level, code) in enumerate(_all_codes(loaded)):
        used = ("", "")
        if counts is not None and shares is not None:
            used = (str(counts[level, code]), f"{shares[level, code]:.6f}")
        near = [(one.code, f"{one.distance:.4f}") for one in neighbours[level][code]]
        label = loaded.metadata["level_labels"][level]
        writer.writerow([label, code, f"{slots.begin_s(number):.3f}", *used, *chain(*near)])
    return text.getvalue()


def _cue_sheets(loaded: LoadedVQModel, slots: Slots, sound: str) -> dict[str, bytes]:
    """The names and contents of the cue sheets: one for each level, or more for one that has more
    entries than a sheet has tracks."""
    from distill_live.inference.cue_sheet import MOST_TRACKS, Track, cue_sheet

    tracks: dict[str, list[Track]] = {}
    for number, (level, code) in enumerate(_all_codes(loaded)):
        label = loaded.metadata["level_labels"][level]
        part = code // MOST_TRACKS
        # A label from a stranger's file must not lead into another folder.
        name = re.sub(r"[^\w-]+", "_", label.lower())
        name = f"codebook-{level}-{name}" + (f"-{part + 1}" if part else "") + ".cue"
        tracks.setdefault(name, []).append(Track(f"{label} {code}", slots.frame(number)))
    return {name: cue_sheet(sound, found).encode() for name, found in tracks.items()}


def _all_codes(loaded: LoadedVQModel) -> Iterator[tuple[int, int]]:
    """The level and code of every entry, in the order in which they sound."""
    config = loaded.model.config
    return product(range(config.num_quantizers), range(config.codebook_size))


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of each code among all of its level."""
    import numpy as np

    shares: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares

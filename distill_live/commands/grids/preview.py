"""`distill-live codes preview`: one entry of a codebook, one column or one level, as sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distill_live.audio.fades import CUT_FADE_SECONDS, fade_ends
from distill_live.codes.selection import Selection
from distill_live.commands.destinations import single_file
from distill_live.commands.grids.reading import find_level, read_grid
from distill_live.commands.options import (
    BitDepthOption,
    DeviceOption,
    ModelArgument,
    seconds_option,
)
from distill_live.commands.output import check_sound_file, progress_bar, tell, write_sound
from distill_live.errors import CodesError
from distill_live.inference.loading import load_model

if TYPE_CHECKING:
    from distill_live.codes.grid import CodeGrid
    from distill_live.codes.timeline import Codes
    from distill_live.models.file.loaded import LoadedVQModel

_WAYS = (
    "give --level and --code for one entry, --grid and --column for one column, or --grid and "
    "--only-level for one level"
)

_USUAL_SECONDS = 1.0


def preview(
    model: ModelArgument,
    level: Annotated[
        str, typer.Option("--level", help="Level of an entry: its label, or its number from 0.")
    ] = "",
    code: Annotated[
        int | None, typer.Option("--code", help="Code of an entry: its number in the codebook.")
    ] = None,
    band: Annotated[
        str,
        typer.Option(
            "--band", help="Bands to hear an entry in, such as low, 3 or 1-2 (default: all)."
        ),
    ] = "",
    bands: Annotated[
        str, typer.Option("--bands", hidden=True, help="As --band, but counted from 0: 0:2.")
    ] = "",
    grid: Annotated[
        Path | None, typer.Option("--grid", help="Grid to hear a column or a level of.")
    ] = None,
    column: Annotated[
        int | None, typer.Option("--column", min=0, help="Column of the grid, from 0.")
    ] = None,
    only_level: Annotated[
        str, typer.Option("--only-level", help="Level of the grid to hear alone.")
    ] = "",
    seconds: Annotated[
        float | None,
        seconds_option(
            "--seconds", 0.01, "How long to hold an entry or a column, in seconds (default: 1)."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Output sound file, or an existing folder (default: ./preview.wav)."
        ),
    ] = None,
    bit_depth: BitDepthOption = 24,
    device: DeviceOption = "auto",
) -> None:
    """Make a sound of one entry of a codebook, of one column of a grid, or of one of its levels.

    An entry is held in all bands, or in some, while the other levels have neutral codes, which add
    almost nothing; other bands are as quiet as they can be. The first level's neutral code is the
    average one, so that you hear what a finer level adds to it.
    """
    about_entry = bool(level or band or bands) or code is not None
    about_part = bool(only_level) or column is not None
    if grid is None:
        possible = bool(level) and code is not None and not about_part
    else:
        possible = about_part and not about_entry
    if not possible:
        raise CodesError(_WAYS)
    held = grid is None or column is not None
    if seconds is not None and not held:
        raise CodesError("--seconds is for an entry or a column: a level lasts as long as its grid")
    path = single_file(output, "preview.wav")
    loaded = load_model(model, device)
    sample_rate = loaded.spectrogram.config.sample_rate
    check_sound_file(path.suffix.lower().lstrip("."), sample_rate, bit_depth)
    if grid is None:
        chosen = Selection(bands=bands, band=band)
        codes = _entry(loaded, level, code or 0, chosen)
    else:
        codes = _part(loaded, read_grid(grid), column, only_level)
    if held:
        length = _USUAL_SECONDS if seconds is None else seconds
        codes = codes.repeat(max(round(length * sample_rate / loaded.column_samples), 1), axis=0)
    _write(loaded, codes, path, bit_depth)


def _entry(loaded: LoadedVQModel, level: str, code: int, selection: Selection) -> Codes:
    """The column `[1, F, Q]` of an entry."""
    from distill_live.inference.preview import entry_column

    number = find_level(level, loaded.metadata["level_labels"])
    bands = selection.bands_of(loaded.model.config.bands)
    return entry_column(loaded, number, code, bands)[None]


def _part(loaded: LoadedVQModel, grid: CodeGrid, column: int | None, only_level: str) -> Codes:
    """The codes of a grid `[T, F, Q]`, or of one column `[1, F, Q]`, in all levels or in one."""
    from distill_live.inference.codes import require_fit
    from distill_live.inference.preview import only_level as alone

    require_fit(loaded, grid)
    codes = grid.codes
    if column is not None:
        if column >= len(codes):
            raise CodesError(f"there is no column {column}; legal: 0..{len(codes) - 1}")
        codes = codes[column : column + 1]
    if only_level:
        codes = alone(codes, find_level(only_level, grid.level_labels), loaded.codebooks)
    return codes


def _write(loaded: LoadedVQModel, codes: Codes, path: Path, bit_depth: int) -> None:
    from distill_live.inference.codes import decode_blocks

    grid = loaded.grid_of(codes)
    with progress_bar("decoding") as advance:
        length = len(codes) * loaded.column_samples
        fade = round(CUT_FADE_SECONDS * grid.sample_rate)
        blocks = fade_ends(decode_blocks(loaded, grid, advance), length, fade)
        write_sound(path, blocks, grid.sample_rate, bit_depth)
    tell(f"{path}: {grid.duration_seconds:.1f} s")

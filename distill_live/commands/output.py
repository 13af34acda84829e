"""How commands print results and progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from distill_live.atomic_file import atomic_file
from distill_live.commands.standard_streams import encodable, put
from distill_live.errors import OutputError
from distill_live.escapes import escape

if TYPE_CHECKING:
    from rich.table import Table

    from distill_live.audio.limiter import Samples
    from distill_live.models.file.loaded import LoadedVQModel


def tell(text: object, *, nl: bool = True, err: bool = False) -> None:
    """Print a text on standard output, or with `err` on standard error.

    Control characters, such as an escape code in a file's name, are written out.
    """
    put(escape(str(text), keep="\n\t") + ("\n" if nl else ""), err)


def warn(line: str) -> None:
    """Print a line on standard error."""
    tell(line, err=True)


def warn_of_grains(loaded: LoadedVQModel) -> None:
    """Say on standard error that a model's grains cannot be used, if there are any."""
    if loaded.grains_problem:
        warn(f"warning: {loaded.metadata['name']} plays without its grains: "
             f"{loaded.grains_problem}")  # fmt: skip


def print_json(value: Any) -> None:
    """Print a result for programs, on standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if encodable(escape(text, keep="\n"), sys.stdout.encoding) != text:
        text = json.dumps(value, indent=2)
    put(f"{text}\n", err=False)


def counted(number: int, thing: str) -> str:
    """A number of things: "1 column", "2 columns"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def grid_size(shape: tuple[int, ...]) -> str:
    """The size of a grid of codes [columns, bands, levels], in words."""
    return " x ".join(map(counted, shape, ("column", "band", "level")))


def add_plain_row(table: Table, *cells: str) -> None:
    """Add a row as it stands: [brackets] and :colons: in names are not markup, and escape codes
    are written out."""
    from rich.text import Text

    table.add_row(*(Text(escape(cell, keep="\n")) for cell in cells))


def free_path(folder: Path, stem: str, *suffixes: str) -> Path:
    """`folder/stem.suffix` with the first suffix; a number follows the stem while a file with any
    of the suffixes is there."""
    return free_name(
        folder / f"{stem}.{suffixes[0]}",
        lambda path: any(path.with_suffix(f".{suffix}").exists() for suffix in suffixes),
    )


def free_name(path: Path, is_taken: Callable[[Path], bool]) -> Path:
    """The path, with a number after its stem while one of that name is taken."""
    free, number = path, 2
    while is_taken(free):
        free, number = path.with_name(f"{path.stem}_{number}{path.suffix}"), number + 1
    return free


def check_sound_file(format: str, sample_rate: int, bit_depth: int) -> None:
    """Raise AudioFileError now, not after minutes of computing, when no such file can be written.

    A moment of silence is written, because libsndfile alone knows which rates a format takes.
    """
    import numpy as np

    from distill_live.audio.files import write_audio

    silence = np.zeros(sample_rate // 10, dtype=np.float32)
    with TemporaryDirectory() as folder:
        write_audio(Path(folder) / "silence", silence, sample_rate, bit_depth, format)


def write_sound(
    path: Path,
    blocks: Iterable[Samples],
    sample_rate: int,
    bit_depth: int,
    lufs: float | None = None,
) -> None:
    """Write a sound in blocks `[n]`, or `[n, C]` of C channels, to a file within full scale, which
    players expect even of floats, and with `lufs` at that loudness. Say on standard error by how
    much the limiter had to turn it down, and if it has another loudness than was wanted."""
    from distill_live.audio.files import write_blocks
    from distill_live.audio.loudness import NEAR_LU

    written = write_blocks(path, blocks, sample_rate, bit_depth, lufs=lufs)
    if lufs is not None and written.lufs is None:
        warn(f"note: {path.name} is silent or shorter than 0.4 s, so it has no loudness to change")
    if not written.reduction_db:
        return
    at = "" if written.lufs is None else f" at {lufs:g} LUFS"
    line = (
        f"note: {path.name} was louder than full scale{at}; the limiter turned it down by up to "
        f"{written.reduction_db:.1f} dB"
    )
    if lufs is not None and written.lufs is not None and abs(written.lufs - lufs) > NEAR_LU:
        line += f", and it came no nearer than {written.lufs:.1f} LUFS"
    warn(line)


def save_file(path: Path, content: bytes) -> None:
    """Write a file, atomically. Raises OutputError when that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error while the block runs; the block calls it with the part done, 0..1."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=1.0)
        yield lambda done: progress.update(task, completed=done)

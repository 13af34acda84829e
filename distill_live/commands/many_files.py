"""How commands work through many files, one of which may be unusable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from distill_live.commands.output import tell
from distill_live.errors import AudioFileError, CodesError


def for_each_file(files: Sequence[Path], work: Callable[[Path], None]) -> None:
    """Do the work on each file. If it cannot be done on one of several, say why and go on.

    Raises typer.Exit with code 1 at the end if a file was left out. A single file that cannot be
    worked on raises what `work` raises, and so does any error that is not about a file.
    """
    if len(files) == 1:
        work(files[0])
        return
    left_out = 0
    for path in files:
        try:
            work(path)
        except (AudioFileError, CodesError) as error:
            tell(f"error: {error}", err=True)
            left_out += 1
    if left_out:
        tell(f"{left_out} of {len(files)} files left out", err=True)
        raise typer.Exit(1)

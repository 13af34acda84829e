"""Where the API keeps its files, and which files its clients can name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from distill_live.errors import RequestError
from distill_live.web.work.cli import PROGRAM
from distill_live.web.work.names import Shelf
from distill_live.web.work.trash import Trash

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Workplace:
    """The folders of the API and its limits.

    `folder` is the work folder: uploaded sets, jobs, grids of codes, generated files and the
    trash are below it.
    `recordings` has what `serve` records, if anything does. `playing` gives the file of the model
    in play, or None. `program` starts our command line. A file may be uploaded if it has at most
    `most_file_bytes`, and as long as all sets together have at most `most_bytes`.
    """

    folder: Path
    recordings: Path | None = None
    playing: Callable[[], Path | None] = lambda: None
    program: Sequence[str] = PROGRAM
    most_file_bytes: int = 500 * MEGABYTE
    most_bytes: int = 20_000 * MEGABYTE

    @property
    def sets(self) -> Path:
        """The folder that has a folder for each set of recordings."""
        return self.folder / "sets"

    @property
    def jobs(self) -> Path:
        """The folder that has a folder for each job."""
        return self.folder / "jobs"

    @property
    def generated(self) -> Path:
        """The folder for generated files."""
        return self.folder / "generated"

    @property
    def reports(self) -> Path:
        """The folder for reports about models."""
        return self.folder / "reports"

    @property
    def inspections(self) -> Path:
        """The folder for what was found in sets."""
        return self.folder / "inspections"

    @property
    def codes(self) -> Path:
        """The folder for open grids of codes, and for what was uploaded to be opened."""
        return self.folder / "codes"

    @property
    def incoming(self) -> Path:
        """The folder for uploads that are not complete."""
        return self.folder / "incoming"

    @cached_property
    def trash(self) -> Trash:
        """What was deleted."""
        return Trash(self.folder / "trash")

    @cached_property
    def shelves(self) -> dict[str, Shelf]:
        """The folders of sounds, by the first part of a path in the API."""
        found = {"generated": Shelf(self.generated)}
        if self.recordings is not None:
            found["recordings"] = Shelf(self.recordings.absolute())
        return found

    def find_file(self, path: str) -> Path:
        """The file of a path such as "generated/drums_7.wav" or "sets/drums/kick.wav".

        Raises RequestError when there is none.
        """
        first, _, rest = path.partition("/")
        shelves = self.shelves | {"sets": Shelf(self.sets)}
        if first not in shelves or not rest:
            legal = ", ".join(f"{name}/" for name in shelves)
            raise RequestError(404, f"there is no file {path!r}; paths begin with {legal}")
        return shelves[first].find(rest)

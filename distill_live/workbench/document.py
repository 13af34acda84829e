"""A document: a grid of codes, every state that edits have led to, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from distill_live.atomic_file import atomic_file
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.codes.history.history import History
from distill_live.errors import RequestError

#: How many states are kept; the oldest are forgotten.
MOST_STATES = 200
_FACTS = "document.json"


@dataclass(frozen=True)
class Facts:
    """What a document is: its name, the file of the model that plays it, and the sound that it was
    encoded from, or None."""

    name: str
    model: Path
    sound: Path | None


class State(NamedTuple):
    """A state of the grid, as the name of its file."""

    file: str


class Document:
    """A grid in a folder of its own. A change is on the disk when the method that makes it returns.

    Use `create` or `load`.
    """

    def __init__(
        self,
        folder: Path,
        facts: Facts,
        history: History[State],
        grid: CodeGrid,
        kept: Mapping[str, State] = MappingProxyType({}),
    ) -> None:
        self._folder, self.facts, self.history = folder, facts, history
        #: The named states that the history has dropped, by their names.
        self._kept = dict(kept)
        #: The current state.
        self.grid = grid

    @classmethod
    def create(cls, folder: Path, facts: Facts, grid: CodeGrid) -> Document:
        """A new document, whose folder must not exist."""
        folder.mkdir(parents=True)
        save_grid(folder / "0.npz", grid)
        document = cls(folder, facts, History(State("0.npz"), "start", MOST_STATES), grid)
        document._save()
        return document

    @classmethod
    def load(cls, folder: Path) -> Document:
        """The document in a folder. Raises RequestError when there is none that can be read."""
        try:
            kept = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            sound = Path(kept["sound"]) if kept["sound"] else None
            first, *others = [(name, State(file), given) for name, file, *given in kept["states"]]
            history = History(first[1], first[0], MOST_STATES)
            history.rename("".join(first[2]))
            for name, state, given in others:
                history.do(name, state)
                history.rename("".join(given))
            history.go_to(kept["position"])
            grid = load_grid(folder / history.state.file)
            facts = Facts(kept["name"], Path(kept["model"]), sound)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RequestError(404, f"there is no document {folder.name!r}") from error
        named = {name: State(file) for name, file in kept.get("kept", {}).items()}
        return cls(folder, facts, history, grid, named)

    @staticmethod
    def describe_saved(folder: Path) -> dict[str, Any]:
        """What `describe` says of the document in a folder, without opening its grid. Raises
        RequestError as `load` does."""
        try:
            kept = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            if "grid" in kept:
                return _describe(folder.name, kept)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RequestError(404, f"there is no document {folder.name!r}") from error
        # As an earlier version has written it.
        return Document.load(folder).describe()

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self._folder.name

    def do(self, name: str, grid: CodeGrid) -> None:
        """Add a state after the current one; `name` says what led to it."""
        history = self.history
        states = [*(one.state for one in history.entries), *self._kept.values()]
        file = f"{max(int(Path(state.file).stem) for state in states) + 1}.npz"
        save_grid(self._folder / file, grid)
        dropped = (*history.undone, *(history[at] for at in history.overdue))
        self._kept |= {one.given: one.state for one in dropped if one.given}
        history.do(name, State(file))
        self.grid = grid
        self._save()
        self._sweep()

    def undo(self) -> None:
        """Go back by one state. Raises CodesError at the beginning."""
        self._show(self.history.undo())

    def redo(self) -> None:
        """Go forward by one state. Raises CodesError at the end."""
        self._show(self.history.redo())

    def go_to(self, number: int) -> None:
        """Go to a state by its number. Raises CodesError when there is none."""
        self._show(self.history.go_to(number))

    def return_to(self, name: str) -> None:
        """Go to the state of that name; if the history has dropped it, as a new state. Raises
        RequestError when there is none."""
        entries = enumerate(self.history.entries)
        number = next((at for at, one in entries if one.given == name), None)
        if number is not None:
            self.go_to(number)
        elif name in self._kept:
            self.do(f"back to {name}", load_grid(self._folder / self._kept[name].file))
            self.name_state(name)
        else:
            raise RequestError(404, f"there is no state called {name!r}")

    def name_state(self, name: str) -> None:
        """Name the current state; no other one has that name then."""
        for at, one in enumerate(self.history.entries):
            if one.given == name:
                self.history.rename("", at)
        self._kept.pop(name, None)
        self.history.rename(name)
        self._save()
        self._sweep()

    def change(self, name: str | None, labels: Sequence[str] | None) -> None:
        """Rename the document, or its levels. Raises CodesError for labels that are not legal."""
        if labels is not None:
            self.do("labels " + ", ".join(labels), self.grid.with_labels(labels))
        if name is not None:
            self.facts = Facts(name, self.facts.model, self.facts.sound)
            self._save()

    def grid_of(self, number: int) -> CodeGrid:
        """The grid of a state by its number. Raises RequestError when there is none."""
        if not 0 <= number < len(self.history):
            raise RequestError(
                404, f"there is no state {number}; legal: 0..{len(self.history) - 1}"
            )
        return load_grid(self._folder / self.history[number].state.file)

    def describe(self) -> dict[str, Any]:
        """All about it but the codes, as JSON has it."""
        return _describe(self.id, self._as_saved())

    def _show(self, state: State) -> None:
        self.grid = load_grid(self._folder / state.file)
        self._save()

    def _save(self) -> None:
        with atomic_file(self._folder / _FACTS) as temporary:
            temporary.write_text(json.dumps(self._as_saved()), encoding="utf-8")

    def _as_saved(self) -> dict[str, Any]:
        """What its file holds: all but the codes."""
        columns, bands, levels = self.grid.codes.shape
        return {
            "name": self.facts.name,
            "model": str(self.facts.model),
            "sound": str(self.facts.sound) if self.facts.sound else None,
            "states": [(one.name, one.state.file, one.given) for one in self.history.entries],
            "position": self.history.position,
            "kept": {name: state.file for name, state in self._kept.items()},
            "grid": {
                "labels": list(self.grid.level_labels),
                "columns": columns,
                "bands": bands,
                "levels": levels,
                "codebookSize": self.grid.codebook_size,
                "columnSeconds": self.grid.column_seconds,
            },
        }

    def _sweep(self) -> None:
        """Remove the files of states that are gone."""
        states = (*(one.state for one in self.history.entries), *self._kept.values())
        kept = {state.file for state in states}
        for path in self._folder.glob("*.npz"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _describe(id: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A document, from what its file holds."""
    return {
        "id": id,
        "name": kept["name"],
        "model": Path(kept["model"]).stem,
        **kept["grid"],
        "sound": bool(kept["sound"]) and Path(kept["sound"]).is_file(),
        "state": kept["position"],
        "states": [name for name, _, _ in kept["states"]],
        "given": [given for _, _, given in kept["states"]],
        "kept": list(kept["kept"]),
    }

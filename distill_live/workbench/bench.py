"""The workbench: opens sounds and grids as documents, edits them, and makes them audible."""

from __future__ import annotations

import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from distill_live.audio.files import write_blocks
from distill_live.audio.reading.sound import Sound
from distill_live.codes.edit import Edit, Traits, load_edits
from distill_live.codes.edit_lists.edit_list import EditTools, apply_step, other_side
from distill_live.codes.edit_lists.edit_step import ITSELF, EditStep
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import SUFFIXES, load_grid, save_grid
from distill_live.codes.selection import Selection
from distill_live.errors import CodesError, RequestError
from distill_live.inference.codes import decode_blocks, encode_blocks, require_fit
from distill_live.inference.loading import find_model_of, load_model
from distill_live.inference.model_edits import model_edits
from distill_live.models.file.header import read_header
from distill_live.models.file.library import find_model
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.workbench.document import Document, Facts
from distill_live.workbench.sounds import Sounds

#: How many models stay loaded.
_MOST_MODELS = 2
#: The most columns of a grid: six hours of 85 ms.
_MOST_COLUMNS = 250_000
#: How long a single column or code is held when nothing else is said, in seconds.
HOLD_SECONDS = 1.0


class _Model:
    """A model, and what is done with it."""

    def __init__(self, path: Path) -> None:
        self.loaded: LoadedVQModel = load_model(str(path), "auto")
        self.sounds = Sounds(self.loaded)


class Workbench:
    """The documents in a folder. Every public method is one thing that a client can ask for; what
    it returns is JSON, or bytes.

    All raise RequestError for a document that is not there, and DistillError for what cannot be
    done; the documents are then as before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Document] = {}
        self._models: OrderedDict[Path, _Model] = OrderedDict()

    # Documents.

    def documents(self) -> list[dict[str, Any]]:
        """All documents, those that were made last first."""
        folders = sorted(self._folder.glob("*/document.json"), reverse=True)
        found = []
        for path in folders:
            open_one = self._open.get(path.parent.name)
            with suppress(RequestError):
                found.append(
                    open_one.describe() if open_one else Document.describe_saved(path.parent)
                )
        return found

    def open(self, file: str, model: str, name: str, playing: str | None) -> dict[str, Any]:
        """Open a sound or a grid of codes as a document, with the model of that name.

        Without a name, a sound is encoded with the model that is `playing`, and a grid finds the
        model that has its codec.
        """
        path = Path(file)
        if path.suffix.lower() in SUFFIXES:
            grid = load_grid(path)
            found = find_model(model) if model else _find_model_of(grid, playing)
            require_fit(self._model(found).loaded, grid)
            sound = None
        else:
            if not (model or playing):
                raise RequestError(400, "name the model that encodes the sound")
            found, sound = find_model(model or str(playing)), path
            grid = self._encode(path, found)
        if not len(grid.codes):
            raise CodesError(f"{path.name} has no columns")
        facts = Facts(name or path.stem, found.absolute(), sound)
        document = Document.create(self._folder / self._new_id(), facts, grid)
        self._open[document.id] = document
        return document.describe()

    def describe(self, id: str) -> dict[str, Any]:
        """All about a document but its codes."""
        return self._find(id).describe()

    def delete(self, id: str) -> dict[str, Any]:
        """Remove a document."""
        self._find(id)
        self._open.pop(id)
        shutil.rmtree(self._folder / id)
        return {"deleted": id}

    def codes(self, id: str, state: int | None) -> bytes:
        """The codes of a document, or of one of its states: the numbers of columns, of bands and of
        levels, 4 bytes each, then the codes, 2 bytes each, column by column; little-endian."""
        codes = self._state(id, state).codes
        return np.array(codes.shape, "<u4").tobytes() + codes.astype("<u2").tobytes()

    # Changes.

    def edit(self, id: str, text: str, tempo: float) -> dict[str, Any]:
        """Do an edit, written as for `edit --do`; second grids are documents, by their ids.

        An edit that changes both grids, such as swap, changes the second document, too.
        """
        document = self._find(id)
        model = self._model(document.facts.model)
        edits = self._edits | model_edits(lambda: model.loaded)
        step = EditStep.parse(text, edits)
        if step.partner == id:
            step = replace(step, partner=ITSELF)
        tools = EditTools(edits, model.loaded.codebooks, lambda name: self._find(name).grid, tempo)
        grid = document.grid.with_codes(apply_step(step, document.grid, tools))
        if len(grid.codes) > max(len(document.grid.codes), _MOST_COLUMNS):
            raise CodesError(
                f"the grid would have {len(grid.codes)} columns; legal: up to {_MOST_COLUMNS}"
            )
        swaps = Traits.of(edits[step.edit]).mutual and step.partner != ITSELF
        there = other_side(step, document.grid, tools) if swaps else None
        document.do(self._in_words(step), grid)
        if there is not None:
            self._find(step.partner).do(f"{step.edit} with {document.facts.name}", there)
        return document.describe()

    def undo(self, id: str) -> dict[str, Any]:
        """Go back by one state."""
        return self._after(id, lambda one: one.undo())

    def redo(self, id: str) -> dict[str, Any]:
        """Go forward by one state."""
        return self._after(id, lambda one: one.redo())

    def go_to(self, id: str, state: int | None, name: str | None) -> dict[str, Any]:
        """Go to a state by its number, or by the name that it was given."""
        if name is not None:
            return self._after(id, lambda one: one.return_to(name))
        if state is None:
            raise RequestError(400, "give the number or the name of a state")
        return self._after(id, lambda one: one.go_to(state))

    def name_state(self, id: str, name: str) -> dict[str, Any]:
        """Name the current state."""
        return self._after(id, lambda one: one.name_state(name))

    def change(self, id: str, name: str | None, labels: Sequence[str] | None) -> dict[str, Any]:
        """Rename a document, or its levels."""
        return self._after(id, lambda one: one.change(name, labels))

    # Sounds and files.

    def sound(
        self, id: str, columns: str, bands: str, levels: str, hold: float, state: int | None
    ) -> bytes:
        """What is selected of a document, or of one of its states, as a WAV file."""
        grid = self._state(id, state)
        region = grid.region(Selection(columns, bands, levels))
        return self._model(self._find(id).facts.model).sounds.region(grid.codes, region, hold)

    def cell(self, id: str, level: int, code: int, band: int | None, hold: float) -> bytes:
        """One code of the model of a document, alone, as a WAV file."""
        return self._model(self._find(id).facts.model).sounds.cell(level, code, band, hold)

    def cell_of_model(
        self, model: str, level: int, code: int, band: int | None, hold: float
    ) -> bytes:
        """One code of a model, by the path of its file, alone, as a WAV file."""
        return self._model(Path(model)).sounds.cell(level, code, band, hold)

    def original(self, id: str, columns: str) -> bytes:
        """The columns of a document in the recording that it was encoded from, as a WAV file."""
        document = self._find(id)
        sound = document.facts.sound
        if sound is None or not sound.is_file():
            raise RequestError(404, f"the recording of {document.facts.name!r} is not there")
        region = document.grid.region(Selection(columns))
        sounds = self._model(document.facts.model).sounds
        return sounds.original(sound, region.start, region.end)

    def save(self, id: str, path: str) -> dict[str, Any]:
        """Write a document to a file: a grid (.json, .npz) or a sound (.wav, .flac, .ogg, .mp3)."""
        document, place = self._find(id), Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix in SUFFIXES:
            save_grid(place, document.grid)
        else:
            loaded = self._model(document.facts.model).loaded
            write_blocks(place, decode_blocks(loaded, document.grid), document.grid.sample_rate)
        return {"path": path}

    # Within.

    @cached_property
    def _edits(self) -> dict[str, Edit]:
        return {one.name: one for one in load_edits(lambda line: None)}

    def _find(self, id: str) -> Document:
        if id not in self._open:
            if not id.isalnum():
                raise RequestError(404, f"there is no document {id!r}")
            self._open[id] = Document.load(self._folder / id)
        return self._open[id]

    def _state(self, id: str, state: int | None) -> CodeGrid:
        document = self._find(id)
        return document.grid if state is None else document.grid_of(state)

    def _after(self, id: str, change: Callable[[Document], None]) -> dict[str, Any]:
        document = self._find(id)
        change(document)
        return document.describe()

    def _in_words(self, step: EditStep) -> str:
        """A step with the name of its second document in place of its id."""
        text = str(step)
        if step.partner and step.partner != ITSELF:
            text = text.replace(step.partner, self._find(step.partner).facts.name, 1)
        return text

    def _encode(self, sound: Path, model: Path) -> CodeGrid:
        loaded = self._model(model).loaded
        rate = loaded.spectrogram.config.sample_rate
        return encode_blocks(loaded, Sound(sound).blocks(rate, loaded.channels), sound.name)

    def _model(self, path: Path) -> _Model:
        path = path.absolute()
        if path not in self._models:
            self._models[path] = _Model(path)
            while len(self._models) > _MOST_MODELS:
                self._models.popitem(last=False)
        self._models.move_to_end(path)
        return self._models[path]

    def _new_id(self) -> str:
        """An id that is not taken; ids sort by the moment when they were made."""
        return f"{time.time_ns() // 1_000_000:013d}{secrets.token_hex(2)}"


def _find_model_of(grid: CodeGrid, playing: str | None) -> Path:
    """The file of the model that plays, if it has the grid's codec, or of another that has."""
    if playing is not None:
        path = Path(playing)
        if read_header(path).metadata.get("codec_sha256") == grid.model_sha256:
            return path
    return find_model_of(grid)

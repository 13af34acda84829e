"""Grids of codes over HTTP: opened, heard, edited, saved."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from distill_live.control.history.named_states import MAX_NAME
from distill_live.errors import RequestError
from distill_live.web.api.models import find_exactly
from distill_live.web.api.operations import BYTES, Asked, Operation
from distill_live.web.fields import Field
from distill_live.web.work.names import Shelf, check_name
from distill_live.web.work.uploads import put_in_place, received_file
from distill_live.web.work.workplace import Workplace

_WAV = "audio/wav"
_GRIDS, _SOUNDS = ("npz", "json"), ("wav", "flac", "ogg", "mp3")

_STATE = Field("state", "integer", "Number of a state (default: the current one).", minimum=0)
_HOLD = Field(
    "hold", "number", "How long a single column is held, in seconds.",
    minimum=0.05, maximum=20.0, default=1.0,
)  # fmt: skip
_COLUMNS, _BANDS, _LEVELS = (
    Field(name, "text", f"{name.capitalize()}, such as {example} (default: all).", default="")
    for name, example in (("columns", "0:16 or 0s:1s"), ("bands", "low"), ("levels", "structure"))
)
_CELL = (
    Field("level", "integer", "Level, from 0.", required=True, minimum=0),
    Field("code", "integer", "Code.", required=True, minimum=0),
    Field("band", "integer", "Band, from 0 (default: all).", minimum=0),
    _HOLD,
)
_MODEL = Field("model", "text", "Name of the model; a grid of codes can find its own.", default="")
_NAME = Field("name", "text", "Name of the document (default: that of the file).", default="")


class Bench(Protocol):
    """The workbench, which opens, edits and plays documents."""

    def ask(self, name: str, /, **arguments: Any) -> Any:
        """Do something and wait for it. Raises RequestError when it cannot be done."""


class Codes:
    """The operations on documents, which `bench` carries out."""

    def __init__(self, workplace: Workplace, bench: Bench) -> None:
        self._workplace, self._bench = workplace, bench

    def operations(self) -> list[Operation]:
        """All of them."""
        one = "/codes/{id}"
        return [
            Operation("GET", "/codes", "Lists the open documents, the newest first, and the grids "
                      "that were saved.", self._list),
            Operation("POST", "/codes", "Opens a sound or a grid of codes as a document.",
                      self._open, status=201,
                      body=(Field("file", "text", "Path of the file, such as sets/drums/kick.wav.",
                                  required=True, longest=1_000), _MODEL, _NAME)),
            Operation("PUT", "/codes/files/{file}",
                      "Uploads a sound or a grid of codes, and opens it as a document.",
                      self._upload, query=(_MODEL, _NAME), upload=True, status=201),
            Operation("GET", one, "Describes a document.", partial(self._ask, "describe")),
            Operation("DELETE", one, "Closes a document and removes it.",
                      partial(self._ask, "delete")),
            Operation("PATCH", one, "Renames a document, or its levels.",
                      partial(self._ask, "change"),
                      body=(Field("name", "text", "New name."),
                            Field("labels", "texts", "A label for each level."))),
            Operation("GET", f"{one}/codes",
                      "The codes: the numbers of columns, bands and levels, 4 bytes each, then the "
                      "codes, 2 bytes each, column by column, little-endian.",
                      self._codes, query=(_STATE,), answers=BYTES),
            Operation("POST", f"{one}/edit", "Does an edit, written as for `edit --do`.",
                      partial(self._ask, "edit"),
                      body=(Field("text", "text", "The edit; second grids are ids of documents.",
                                  required=True, longest=10_000),
                            Field("tempo", "number", "Tempo in BPM.", minimum=20.0, maximum=300.0,
                                  default=120.0))),
            Operation("POST", f"{one}/undo", "Goes back by one state.", partial(self._ask, "undo")),
            Operation("POST", f"{one}/redo", "Goes forward by one state.",
                      partial(self._ask, "redo")),
            Operation("POST", f"{one}/go", "Goes to a state, by its number or its name.",
                      partial(self._ask, "go_to"),
                      body=(Field("state", "integer", "Number of the state.", minimum=0),
                            Field("name", "text", "Name that the state was given."))),
            Operation("POST", f"{one}/name", "Names the current state, which is kept from then on.",
                      partial(self._ask, "name_state"),
                      body=(Field("name", "text", "The name.", required=True,
                                  longest=MAX_NAME),)),
            Operation("GET", f"{one}/sound", "What is selected, as sound.", self._sound,
                      query=(_COLUMNS, _BANDS, _LEVELS, _HOLD, _STATE), answers=_WAV),
            Operation("GET", f"{one}/original", "The same columns of the recording.",
                      self._original, query=(_COLUMNS,), answers=_WAV),
            Operation("GET", f"{one}/cell", "One code alone, as sound.", self._cell,
                      query=_CELL, answers=_WAV),
            Operation("GET", "/models/{name}/cell", "One code of a model alone, as sound.",
                      self._cell_of_model, query=_CELL, answers=_WAV),
            Operation("POST", f"{one}/save", "Saves a document among the generated files.",
                      self._save, status=201,
                      body=(Field("name", "text", "Name of the file.", required=True, longest=100),
                            Field("format", "text", "What to write.",
                                  choices=(*_GRIDS, *_SOUNDS), default="npz"))),
        ]  # fmt: skip

    def _list(self, asked: Asked) -> dict[str, Any]:
        shelf = Shelf(self._workplace.generated)
        saved = [f"generated/{name}" for name, path in shelf.files() if path.suffix == ".npz"]
        return {"documents": self._bench.ask("documents"), "saved": saved}

    def _open(self, asked: Asked) -> Any:
        values = dict(asked.values)
        path = self._workplace.find_file(values.pop("file"))
        return self._open_file(path, values)

    async def _upload(self, asked: Asked) -> Any:
        name = check_name(asked.path["file"])
        place = _free_place(Shelf(self._workplace.codes / "files"), name)
        most = self._workplace.most_file_bytes
        async with received_file(asked.request, place.parent, place.suffix, most) as received:
            put_in_place(received, place)
        try:
            return await run_in_threadpool(self._open_file, place, asked.values)
        except RequestError:
            place.unlink(missing_ok=True)
            raise

    def _open_file(self, path: Path, values: Mapping[str, Any]) -> Any:
        playing = self._workplace.playing()
        where = None if playing is None else str(playing)
        return self._bench.ask("open", file=str(path), playing=where, **values)

    def _ask(self, name: str, asked: Asked) -> Any:
        return self._bench.ask(name, **asked.path, **asked.values)

    def _codes(self, asked: Asked) -> Response:
        return Response(self._ask("codes", asked), media_type=BYTES)

    def _sound(self, asked: Asked) -> Response:
        return Response(self._ask("sound", asked), media_type=_WAV)

    def _original(self, asked: Asked) -> Response:
        return Response(self._ask("original", asked), media_type=_WAV)

    def _cell(self, asked: Asked) -> Response:
        return Response(self._ask("cell", asked), media_type=_WAV)

    def _cell_of_model(self, asked: Asked) -> Response:
        model = str(find_exactly(asked.path["name"]).path)
        sound = self._bench.ask("cell_of_model", model=model, **asked.values)
        return Response(sound, media_type=_WAV)

    def _save(self, asked: Asked) -> Any:
        name = f"{asked.values['name']}.{asked.values['format']}"
        place = Shelf(self._workplace.generated).new(check_name(name))
        self._bench.ask("save", **asked.path, path=str(place))
        # `path` is for messages to the instrument, such as /distill/clip/load.
        return {"file": f"generated/{name}", "path": str(place)}


def _free_place(shelf: Shelf, name: str) -> Path:
    """Where a file of that name is kept; the same file can be uploaded again under the same name,
    as documents that were made of the first one still use that one."""
    stem, dot, suffix = name.rpartition(".")
    names = (f"{stem} {number}{dot}{suffix}" for number in itertools.count(2))
    taken = {path.name.casefold() for path in shelf.folder.glob("*")}
    every = itertools.chain([name], names)
    return shelf.new(next(one for one in every if one.casefold() not in taken))

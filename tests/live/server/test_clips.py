"""Which clips engines are told of, without starting one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid_file import save_grid
from distill_live.live.clips.encodings import Encodings
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.messages import Request
from distill_live.live.ipc.tap import TapRing
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck
from distill_live.models.file.persistence import LoadedVQModel
from distill_live.parameters import ParameterStore


class Desk:
    """Clips, two decks with the same model, what their engines were sent, and what was said."""

    def __init__(self, model: Path, folder: Path) -> None:
        self.said: list[str] = []
        self.sent: list[tuple[int, str, str]] = []
        store = ParameterStore()
        self.clips = Clips(
            folder / "library", folder / "recordings", TapRing(), store, Encodings(),
            self.said.append,
        )  # fmt: skip
        self.decks = [Deck(number, store, journal=False) for number in (0, 1)]
        for deck in self.decks:
            self.put(deck, model)

    def put(self, deck: Deck, model: Path) -> None:
        """Put a model on a deck, whose engine is never started."""
        deck.put(model, "cpu", EngineSettings())
        deck.worker.send = lambda request: self._note(deck.number, request)  # type: ignore[method-assign]

    def ask(self, request: str, *arguments: object) -> None:
        """Make a request for the first deck."""
        self.clips.carry_out(request, arguments, self.decks[0])

    def _note(self, deck: int, request: Request) -> None:
        slot, name, _ = request.arguments
        self.sent.append((deck, slot, name))


@pytest.fixture
def desk(tiny_model_path: Path, tiny_model: LoadedVQModel, tmp_path: Path) -> Desk:
    """With two clips, rain and wind."""
    desk = Desk(tiny_model_path, tmp_path)
    for name in ("rain", "wind"):
        path = tmp_path / f"{name}.npz"
        save_grid(path, tiny_model.grid_of(np.zeros((3, 8, 3), np.int64)))
        desk.ask("clip/load", name, str(path))
    return desk


def test_a_new_engine_is_started_with_the_clips_in_use_and_told_of_later_changes(
    desk: Desk,
) -> None:
    old, new = desk.decks
    desk.ask("blend/clip", "rain")
    desk.ask("manner/clip", "rain")
    desk.clips.equip(new)
    assert [(one.slot, one.name) for one in new.partners] == [("blend", "rain"), ("manner", "rain")]
    assert old.partners == new.partners
    desk.ask("blend/clip", "wind")
    desk.ask("manner/clip", "off")
    desk.ask("edit/clip", "wind")
    desk.sent.clear()
    desk.clips.use(new)
    assert sorted(desk.sent) == [(1, "blend", "wind"), (1, "edit", "wind"), (1, "manner", "")]
    desk.sent.clear()
    desk.clips.use(new)
    assert desk.sent == []
    desk.clips.close()


def test_a_model_with_another_codec_lets_the_clips_go(
    desk: Desk, tiny_two_levels_path: Path
) -> None:
    desk.ask("blend/clip", "rain")
    _, new = desk.decks
    desk.put(new, tiny_two_levels_path)
    desk.clips.equip(new)
    assert new.partners == ()
    desk.sent.clear()
    desk.clips.use(new)
    assert desk.sent == []
    assert desk.said[-1] == "blend no longer has the clip rain: it belongs to the codec of tiny"
    desk.clips.poll(new)
    assert [one.usable for one in desk.clips.listing] == [False, False]
    desk.clips.close()

"""Which clips engines are told of, and what becomes of a clip that is made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from distill_live.codes.grid_file import save_grid
from distill_live.live.clips.encodings import Encodings
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.messages import CLIP_RESTORE, Captured, EngineReady, Request
from distill_live.live.ipc.process_source import ProcessSource
from distill_live.live.ipc.shared_codes import SharedCodes
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import Passage
from distill_live.live.server.clips import Clips
from distill_live.live.server.deck import Deck
from distill_live.live.server.settings import ServerSettings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.parameters import ParameterStore


def nothing(*_: object) -> None:
    """An audio process; it is never started."""


class Desk:
    """Clips, two decks with the same model, what their engines were sent, and what was said."""

    def __init__(
        self, model: Path, loaded: LoadedVQModel, folder: Path, processes: ProcessSource
    ) -> None:
        self.folder, self._loaded = folder, loaded
        self.said: list[str] = []
        self.outcomes: list[tuple[str, str, bool]] = []
        self.sent: list[tuple[int, str, str]] = []
        self.codes: dict[str, np.ndarray] = {}
        self.captures: list[int] = []
        store, tap, self.encodings = ParameterStore(), TapRing(), Encodings(processes)
        settings = ServerSettings(
            model, nothing, None,
            recordings=folder / "recordings", clip_library=folder / "library",
        )  # fmt: skip
        self.clips = Clips(settings, tap, self.encodings, lambda: self.decks[0], self.said.append)
        tap.write(np.zeros((2, 4_800), np.float32))
        self.clips.on_outcome = lambda *told: self.outcomes.append(told[:3])
        self.clips.on_late_failure = lambda *told: self.outcomes.append((*told, True))
        self.decks = [Deck(number, store, journal=False) for number in (0, 1)]
        for deck in self.decks:
            self.put(deck, model)

    def put(self, deck: Deck, model: Path) -> None:
        """Put a model on a deck, whose engine is never started."""
        deck.put(model, "cpu", EngineSettings())
        deck.worker.send = lambda request: self._note(deck.number, request)  # type: ignore[method-assign]

    def ask(self, request: str, *arguments: object) -> None:
        """Make a request for the first deck."""
        self.clips.carry_out(request, arguments)

    def load(self, name: str, code: int = 0, columns: int = 3) -> None:
        """Load a clip of one code."""
        path = self.folder / f"{name}.npz"
        save_grid(path, self._loaded.grid_of(np.full((columns, 8, 3), code, np.int64)))
        self.ask("clip/load", name, str(path))

    def load_sound(self, name: str, file: str) -> Path:
        """Begin to encode a recording."""
        path = self.folder / file
        write_audio(path, np.zeros(4_800, np.float32), 48_000)
        self.ask("clip/load", name, str(path))
        return path

    def _note(self, deck: int, request: Request) -> None:
        if request.name == "capture":
            self.captures.append(request.arguments[0])
            return
        slot, name, codes = request.arguments
        self.sent.append((deck, slot, name))
        if isinstance(codes, SharedCodes):
            self.codes[slot] = codes.read()


@pytest.fixture
def desk(
    tiny_model_path: Path, tiny_model: LoadedVQModel, tmp_path: Path, forks: ProcessSource
) -> Desk:
    """With two clips, rain and wind."""
    desk = Desk(tiny_model_path, tiny_model, tmp_path, forks)
    for name in ("rain", "wind"):
        desk.load(name)
    return desk


def test_a_new_engine_is_started_with_the_clips_in_use_and_told_of_later_changes(
    desk: Desk,
) -> None:
    old, new = desk.decks
    desk.ask("blend/clip", "rain")
    desk.ask("manner/clip", "rain")
    desk.clips.slots.equip(new)
    assert [(one.slot, one.name) for one in new.partners] == [("blend", "rain"), ("manner", "rain")]
    assert old.partners == new.partners
    desk.ask("blend/clip", "wind")
    desk.ask("manner/clip", "off")
    desk.ask("edit/clip", "wind")
    desk.sent.clear()
    desk.clips.slots.use(new)
    assert sorted(desk.sent) == [(1, "blend", "wind"), (1, "edit", "wind"), (1, "manner", "")]
    desk.sent.clear()
    desk.clips.slots.use(new)
    assert desk.sent == []
    desk.clips.close()


def test_a_model_with_another_codec_lets_the_clips_go(
    desk: Desk, tiny_two_levels_path: Path
) -> None:
    desk.ask("blend/clip", "rain")
    _, new = desk.decks
    desk.put(new, tiny_two_levels_path)
    desk.clips.slots.equip(new)
    assert new.partners == ()
    desk.sent.clear()
    desk.clips.slots.use(new)
    assert desk.sent == []
    assert desk.said[-1].startswith(
        "the clip rain is no longer chosen for blend: it belongs to the model 'tiny', and "
    )
    assert desk.outcomes[-1] == ("blend/clip", desk.said[-1], True)
    desk.decks.reverse()
    desk.clips.poll()
    assert [one.usable for one in desk.clips.listing] == [False, False]
    desk.clips.close()


def test_a_clip_that_is_made_again_is_heard_where_it_is_in_use(
    desk: Desk, tiny_model: LoadedVQModel
) -> None:
    playing, _ = desk.decks
    for slot in ("blend", "edit"):
        desk.ask(f"{slot}/clip", "rain")
    desk.ask("manner/clip", "wind")
    desk.sent.clear()
    desk.load("rain", code=5)
    assert sorted(desk.sent) == [(0, "blend", "rain"), (0, "edit", "rain")]
    assert (desk.codes["blend"] == 5).all()
    assert desk.said[-1].endswith("; it replaces the one of that name")
    blended = next(one for one in playing.partners if one.slot == "blend")
    assert blended.codes is not None and (blended.codes.read() == 5).all()
    desk.clips.close()


def test_captures_and_passages_of_the_input_replace_clips_like_loading_does(
    desk: Desk, tiny_model: LoadedVQModel
) -> None:
    playing, _ = desk.decks
    playing.note(EngineReady("tiny", tiny_model.blank_grid))
    desk.ask("blend/clip", "rain")
    said = desk.clips.keep_passage("rain", Passage(np.full((2, 8, 3), 6), 0.1, -20.0))
    assert said.endswith("; it replaces the one of that name")
    assert (desk.codes["blend"] == 6).all()
    desk.ask("capture", 0.1, "rain")
    captured = Captured(desk.captures[-1], np.full((2, 8, 3), 7, np.uint16))
    desk.clips.take_captured(captured, playing)
    assert (desk.codes["blend"] == 7).all()
    desk.clips.close()
    assert desk.said[-1].endswith("; it replaces the one of that name")


def test_whoever_asked_for_a_capture_of_some_time_ago_is_told(
    desk: Desk, tiny_model: LoadedVQModel
) -> None:
    playing, _ = desk.decks
    playing.note(EngineReady("tiny", tiny_model.blank_grid))
    told: list[tuple[object, ...]] = []
    desk.clips.on_outcome = lambda *outcome: told.append(outcome)
    desk.ask("capture", 0.1, "rain", 2.0)
    desk.clips.take_captured(Captured(desk.captures[-1], np.full((2, 8, 3), 7, np.uint16)), playing)
    desk.clips.close()
    name, _, failed, arguments = told[-1]
    assert (name, failed, arguments) == ("capture", False, (0.1, "rain", 2.0))


def test_a_clip_that_cannot_be_loaded_leaves_the_one_that_is_being_loaded_alone(
    desk: Desk,
) -> None:
    path = desk.load_sound("kick", "kick.wav")
    desk.outcomes.clear()
    broken = desk.folder / "broken.npz"
    broken.write_bytes(b"no codes")
    for file in (desk.folder / "missing.wav", broken):
        desk.ask("clip/load", "kick", str(file))
    assert [failed for _, _, failed in desk.outcomes] == [True, True]
    assert list(desk.clips._loading) == ["kick"]
    other = desk.load_sound("kick", "other.wav")
    name, text, failed = desk.outcomes[-1]
    assert (name, text) == ("clip/load", f"{path} was not loaded: {other} was asked for instead")
    assert failed
    assert [job.audio for job, _ in desk.encodings._waiting] == [other]
    desk.clips.close()


def test_a_recording_that_is_asked_for_twice_is_no_failure(desk: Desk) -> None:
    first = desk.load_sound("kick", "kick.wav")
    other = desk.load_sound("snare", "snare.wav")
    desk.outcomes.clear()
    desk.load_sound("kick", "kick.wav")
    assert desk.outcomes == []
    assert [job.audio for job, _ in desk.encodings._waiting] == [other, first]
    desk.ask("clip/delete", "kick")
    assert [text for _, text, _ in desk.outcomes] == [
        f"{first} was not loaded: the clip was deleted", "clip kick is no longer being loaded"
    ]  # fmt: skip
    desk.clips.close()


def test_whoever_is_told_of_a_clip_finds_it_in_the_list(desk: Desk) -> None:
    listed: list[list[str]] = []
    desk.clips.on_outcome = lambda *told: listed.append([one.name for one in desk.clips.listing])
    desk.load("kick")
    desk.ask("clip/delete", "kick")
    assert [("kick" in names) for names in listed] == [True, False]


def test_a_clip_that_is_still_being_loaded_is_said_to_be(desk: Desk) -> None:
    desk.load_sound("kick", "kick.wav")
    desk.ask("clip/play", "kick", None)
    wait = "the clip 'kick' is still being loaded: wait until it is there"
    assert desk.outcomes[-1] == ("clip/play", wait, True)
    desk.clips.close()


def test_a_clip_that_is_made_stops_the_loading_of_one_of_its_name(desk: Desk) -> None:
    path = desk.load_sound("kick", "kick.wav")
    desk.load("kick")
    expected = f"{path} was not loaded: another clip of that name was made"
    assert ("clip/load", expected, True) in desk.outcomes
    assert not desk.encodings._waiting
    desk.clips.close()


def test_a_file_in_a_folder_that_cannot_be_read_is_refused_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    desk.ask("clip/load", "kick", "closed/kick.wav")
    assert desk.said[-1] == "cannot load closed/kick.wav: Permission denied"
    desk.clips.close()


def test_an_undo_puts_a_clip_back_or_clears_the_slot_if_it_is_gone(desk: Desk) -> None:
    desk.ask("edit/clip", "rain")
    desk.ask(CLIP_RESTORE, "edit", "wind")
    assert desk.outcomes[-1] == (CLIP_RESTORE, "edits: clip wind", False)
    desk.ask("clip/delete", "rain")
    desk.ask(CLIP_RESTORE, "edit", "rain")
    assert desk.outcomes[-1] == (CLIP_RESTORE, "edits: no clip; the clip rain is gone", True)
    assert desk.sent[-1] == (0, "edit", "")
    desk.ask(CLIP_RESTORE, "edit", "")
    assert desk.outcomes[-1] == (CLIP_RESTORE, "edits: no clip", False)
    desk.clips.close()

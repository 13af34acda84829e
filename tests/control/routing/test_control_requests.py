"""Requests that control carries out, and those that it hands on to the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.control.history.live_history import LiveHistory
from distill_live.control.history.performer_requests import PerformerRequests
from distill_live.control.midi.event import MidiEvent
from distill_live.control.namespace.requests import REQUESTS
from distill_live.control.namespace.targets import DEFAULT_LABELS
from distill_live.control.patch.schema import Patch
from distill_live.control.presets.presets import Presets
from distill_live.control.routing.control_requests import ControlRequests
from distill_live.control.routing.router import Router
from distill_live.control.timing.tempo import Tempo
from distill_live.control.timing.tempo_parameters import TempoParameters
from distill_live.errors import ParameterError
from distill_live.parameters import ParameterStore


class Stand:
    """Everything that control does itself, behind a router."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.store = ParameterStore()
        self.server: list[tuple[str, tuple[object, ...]]] = []
        #: What the performer has asked for each time.
        self.asked: list[tuple[str, tuple[object, ...]]] = []
        self.lines: list[str] = []
        self.tempo = Tempo(lambda: self.now)
        self.presets = Presets(
            self.store,
            {"soft": {"gain": 0.5}, "loud": {"gain": 2.0}},
            folder / "set.presets.yaml",
            clock=lambda: self.now,
        )
        self.tempo_parameters = TempoParameters(self.tempo, self.store)
        self.done: list[tuple[str, str]] = []
        self.acts: list[tuple[str, tuple[object, ...]]] = []
        self.history = LiveHistory(self.store, lambda *request: self.server.append(request), tuple)
        self.requests = ControlRequests(
            self._hand_on,
            self.tempo_parameters,
            self.presets,
            PerformerRequests(self.history, {}, lambda: DEFAULT_LABELS).handlers,
            lambda *told: self.done.append(told),
            lambda *act: self.acts.append(act),
        )
        self.router = Router(self.store, self.requests, None, self.lines.append)

    def _hand_on(
        self, name: str, arguments: tuple[object, ...], asked: tuple[str, tuple[object, ...]]
    ) -> None:
        self.server.append((name, arguments))
        self.asked.append(asked)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_control_carries_out_what_the_table_says(stand: Stand) -> None:
    assert stand.requests.names == {n for n, spec in REQUESTS.items() if spec.where == "control"}


def test_what_was_carried_out_or_is_handed_on_is_told_to_whoever_notes_it(stand: Stand) -> None:
    stand.requests("panic")
    stand.requests("preset", ("soft", None))
    with pytest.raises(ParameterError):
        stand.requests("preset", ("hard", None))
    assert stand.acts == [("panic", ()), ("preset", ("soft", None))]


@pytest.mark.parametrize(
    ("name", "arguments", "request_"),
    [
        ("loop/beats", (4.0,), ("loop", (2.4,))),
        ("rewind/beats", (8.0, None), ("rewind", (4.8, None))),
        ("rewind/beats", (1.0, "same"), ("rewind", (0.6, "same"))),
        ("hold/beats", (0.5,), ("hold", (0.3,))),
        ("clip/play", ("kick", 0.5), ("clip/play", ("kick", 0.3))),
        ("clip/play", ("kick", None), ("clip/play", ("kick", None))),
        ("loop", (2.0,), ("loop", (2.0,))),
        ("loop/columns", (120, 16), ("loop_columns", (120, 16))),
        ("play", (), ("play", ())),
    ],
)
def test_lengths_in_beats_reach_the_server_as_the_seconds_that_they_last(
    stand: Stand, name: str, arguments: tuple[object, ...], request_: tuple[str, tuple[object, ...]]
) -> None:
    stand.store.set("tempo", 100.0)
    stand.requests(name, arguments)
    [(asked, given)] = stand.server
    assert (asked, given) == (request_[0], pytest.approx(request_[1]))
    # The clip's player takes seconds, and says what came of it.
    assert stand.asked == [(name, arguments if name != "clip/play" else given)]


@pytest.mark.parametrize("name", ["loop/beats", "rewind/beats", "hold/beats"])
def test_a_length_in_beats_is_right_to_the_sample(stand: Stand, name: str) -> None:
    for bpm in (20.0, 119.99, 120.0, 173.21, 300.0):
        stand.store.set("tempo", bpm)
        stand.requests(name, (3.0, None)[: len(REQUESTS[name].arguments)])
        seconds = stand.server[-1][1][0]
        assert isinstance(seconds, float)
        assert round(seconds * 48_000) == round(3 * 60 * 48_000 / bpm)


def test_beats_that_last_too_long_are_refused_with_the_legal_length(stand: Stand) -> None:
    with pytest.raises(ParameterError, match=r"seconds \(0\.05\.\.60 s\) cannot be 512"):
        stand.requests("loop/beats", (1024.0,))
    assert stand.server == []


def test_presets_are_recalled_over_osc_at_once_in_seconds_and_in_beats(stand: Stand) -> None:
    stand.router.receive_osc([("/distill/preset", ["loud"])])
    assert stand.store["gain"] == 2.0
    stand.router.receive_osc([("/distill/preset", ["soft", 3.0])])
    stand.presets.tick(1.0)
    assert stand.store["gain"] == pytest.approx(1.5)
    # Four beats at 120 BPM.
    stand.router.receive_osc([("/distill/preset/beats", ["loud", 4.0])])
    stand.now = 1.0
    stand.presets.tick(1.0)
    assert stand.store["gain"] == pytest.approx(1.75)
    assert stand.server == []


def test_buttons_step_through_presets_when_pressed_and_not_when_let_go(stand: Stand) -> None:
    for pressed in (1.0, 0.0, 1.0, 0.0):
        stand.router.receive_osc([("/distill/preset/next", [pressed])])
    assert stand.presets.current == "loud"
    stand.router.receive_osc([("/distill/preset/previous", [])])
    assert stand.presets.current == "soft"


def test_what_cannot_be_carried_out_is_refused_and_reported(stand: Stand) -> None:
    stand.router.receive_osc([("/distill/preset", ["lound"])])
    stand.router.receive_osc([("/distill/tempo_source", ["rewire"])])
    stand.router.receive_osc([("/distill/preset/store", [" "])])
    assert stand.router.counters.refused == 3
    assert "no preset 'lound' (did you mean 'loud'?); presets: loud, " in stand.lines[0]
    assert "auto or internal or midi or link" in stand.lines[1]


def test_a_preset_is_stored_and_deleted_over_osc(stand: Stand) -> None:
    stand.store.set("gain", 0.75)
    stand.router.receive_osc([("/distill/preset/store", ["mine"])])
    stand.router.receive_osc([("/distill/gain", [0.1])])
    stand.router.receive_osc([("/distill/preset", ["mine"])])
    assert stand.store["gain"] == 0.75
    stand.router.receive_osc([("/distill/preset/delete", ["mine"])])
    assert stand.presets.names == ["soft", "loud"]
    stand.presets.close()


def test_panic_stops_a_morph_and_reaches_the_server(stand: Stand) -> None:
    stand.requests("preset", ("soft", 4.0))
    stand.requests("panic")
    stand.presets.tick(2.0)
    assert stand.store["gain"] == 1.0
    assert stand.server == [("panic", ())]


def test_source_and_bar_are_said_by_request(stand: Stand) -> None:
    stand.router.receive_osc([("/distill/tempo_source", ["midi"])])
    for number in range(60):
        stand.tempo.receive_clock("tick", 0, number / 48)
    assert stand.tempo.source == "midi"
    stand.router.receive_osc([("/distill/tempo_source", ["internal"])])
    stand.now = 7.1
    stand.router.receive_osc([("/distill/bar", [1])])
    assert stand.tempo.phase(7.1) == 0.0


def test_taps_set_the_parameter(stand: Stand) -> None:
    for stand.now in (0.0, 0.4, 0.8):
        for pressed in (1.0, 0.0):
            stand.router.receive_osc([("/distill/tap", [pressed])])
    stand.tempo_parameters.tick(0.8)
    assert stand.store["tempo"] == pytest.approx(150.0)


def test_a_patch_may_ask_for_them(stand: Stand) -> None:
    document = {
        "version": 1,
        "map": [
            {"from": {"cc": 1}, "do": "preset", "arguments": ["loud", 2.0]},
            {"from": {"cc": 2}, "do": "loop/beats", "arguments": [4]},
        ],
    }
    stand.router.use_patch(Patch.model_validate(document))
    for number in (1, 2):
        stand.router.receive_midi(MidiEvent("nano", "cc", 1, number, 1.0, 127))
    stand.presets.tick(1.0)
    assert stand.store["gain"] == pytest.approx(1.5)
    assert stand.server == [("loop", (2.0,))]


def test_what_is_done_with_presets_is_confirmed_with_the_name(stand: Stand) -> None:
    stand.requests("preset", ("soft", None))
    stand.requests("preset/next", ())
    stand.requests("preset/beats", ("soft", 4.0))
    stand.requests("preset/store", ("mine",))
    stand.requests("preset/delete", ("mine",))
    stand.requests("tap", ())
    path = stand.presets._file.path
    assert stand.done == [
        ("preset", "preset soft recalled; it sets gain and leaves everything else unchanged"),
        ("preset/next", "preset loud recalled; it sets gain and leaves everything else unchanged"),
        ("preset/beats",
         "preset soft recalled over 2 s; it sets gain and leaves everything else unchanged"),
        ("preset/store",
         f"preset mine stored in {path}; it leaves tempo, beats_per_bar, link_start_stop, "
         "morph and the chosen clips unchanged"),
        ("preset/delete", f"preset mine deleted from {path}"),
    ]  # fmt: skip
    stand.presets.close()

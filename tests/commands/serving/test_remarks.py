"""Whoever moves a parameter that has no effect is told why, once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.edit import Edit
from distill_live.codes.grid import CodeGrid
from distill_live.edits.blend import Blend
from distill_live.edits.fill import Fill
from distill_live.edits.freeze import Freeze
from distill_live.edits.interleave import Interleave
from distill_live.edits.quantise import Quantise
from distill_live.live.ipc.messages import EngineReady
from tests.commands.serving.test_controls import ANNA
from tests.commands.serving.test_live_edits import BERT, Edited
from tests.tools import wait_until

INTERLEAVE = "edit/interleave/on"


class Remarked(Edited):
    """Edited controls, and what clients are told."""

    edits: Sequence[Edit] = (Blend(), Fill(), Freeze(), Interleave(), Quantise())

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: list[tuple[object, object, object]] = []
        self.controls._answers["osc"] = lambda sender, messages: self.told.extend(
            (sender, *arguments) for _, arguments in messages
        )

    def wait(self) -> list[tuple[object, object, object]]:
        """What is told once the main thread has looked twice."""
        self.told.clear()
        for _ in range(2):
            self.carry_out()
            self.controls.tick()
        return [one for one in self.told if str(one[1]).startswith("/distill/")]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Remarked]:
    stand = Remarked(tmp_path)
    yield stand
    stand.server.clips.close()


@pytest.mark.parametrize(
    ("name", "slot"),
    [(INTERLEAVE, "edit"), ("edit/quantise/on/air", "edit"), ("blend", "blend"),
     ("manner/1", "manner")],
)  # fmt: skip
def test_what_needs_a_clip_says_which_request_chooses_one_once(
    stand: Remarked, name: str, slot: str
) -> None:
    plain = name.removesuffix("/air").removesuffix("/1")
    assert stand.osc(f"/distill/{name}", 0.5 if plain in ("blend", "manner") else 1) == []
    reason = (
        f"{plain} has no effect without a clip: make one with /distill/clip/load NAME FILE or "
        f"/distill/capture SECONDS NAME, then choose one with /distill/{slot}/clip NAME"
    )
    assert stand.wait() == [(ANNA, f"/distill/{plain}", reason)]
    assert stand.lines[-1] == reason
    stand.osc(f"/distill/{name}", 1)
    assert stand.wait() == []
    stand.osc(f"/distill/{name}", 0)
    assert stand.wait() == []
    stand.router.receive_osc([(f"/distill/{name}", (1,))], BERT)
    assert [sender for sender, *_ in stand.wait()] == [BERT]


@pytest.mark.parametrize("seconds", [(), (0.05,)])
def test_a_preset_that_switches_on_what_needs_a_clip_says_so_once(
    stand: Remarked, seconds: tuple[float, ...]
) -> None:
    stand.osc(f"/distill/{INTERLEAVE}", 1)
    stand.osc("/distill/preset/store", "mixed")
    stand.wait()
    stand.osc(f"/distill/{INTERLEAVE}", 0)
    stand.wait()
    stand.osc("/distill/preset", "mixed", *seconds)
    wait_until(lambda: stand.tick() or not stand.controls._presets.moving, "the preset")
    [(sender, name, reason)] = stand.wait()
    assert (sender, name) == (ANNA, f"/distill/{INTERLEAVE}")
    assert str(reason).startswith(f"{INTERLEAVE} has no effect without a clip: ")
    stand.osc("/distill/preset", "mixed")
    assert stand.wait() == []


def test_a_preset_that_takes_its_time_is_remarked_on_at_its_end(stand: Remarked) -> None:
    stand.osc(f"/distill/{INTERLEAVE}", 1)
    stand.osc("/distill/preset/store", "mixed")
    stand.osc(f"/distill/{INTERLEAVE}", 0)
    stand.wait()
    stand.osc("/distill/preset", "mixed", 60.0)
    assert stand.wait() == []
    stand.controls._presets.tick(time.monotonic() + 120.0)
    assert [name for _, name, _ in stand.wait()] == [f"/distill/{INTERLEAVE}"]


def test_a_preset_without_such_an_edit_says_nothing(stand: Remarked) -> None:
    stand.osc("/distill/preset", "calm")
    assert stand.wait() == []


def test_a_clip_that_is_chosen_in_the_same_packet_is_enough(stand: Remarked) -> None:
    stand.keep_clip("rain")
    stand.server.clips.poll()
    packet = [("/distill/blend", (0.5,)), ("/distill/blend/clip", ("rain",))]
    stand.router.receive_osc(packet, ANNA)
    assert stand.wait() == []
    stand.osc(f"/distill/{INTERLEAVE}", 1)
    [(_, _, reason)] = stand.wait()
    assert reason == (
        f"{INTERLEAVE} has no effect without a clip: choose one with /distill/edit/clip NAME"
    )


def test_what_the_model_does_not_have_is_told(stand: Remarked) -> None:
    blank = CodeGrid(np.zeros((0, 8, 2), np.int64), "rain", "abc", ("Body", "Air"), 64, 4_096)
    stand.server.deck.note(EngineReady("rain", blank))
    for name, value in (("edit/fill/code", 63), ("edit/freeze/band", 8), ("tempo", 90)):
        stand.osc(f"/distill/{name}", value)
    assert stand.wait() == []
    for name, value in (("edit/fill/code", 64), ("edit/freeze/band", 9)):
        stand.osc(f"/distill/{name}", value)
    assert [reason for _, _, reason in stand.wait()] == [
        "edit/fill/code: the model has codes 0..63; higher numbers play as 63",
        "edit/freeze/band: the model has bands 1..8; higher numbers freeze nothing",
    ]


def test_clarity_that_was_not_measured_is_told(stand: Remarked) -> None:
    stand.osc("/distill/clarity", 0.5)
    assert [reason for _, _, reason in stand.wait()] == [
        "clarity has no effect: it was not measured for the model rain (see `distill-live models "
        "refresh`)"
    ]
    stand.server.deck.has_clarity = True
    stand.osc("/distill/clarity", 0.25)
    assert stand.wait() == []


def test_sections_that_the_model_lacks_are_told(stand: Remarked) -> None:
    stand.server.deck.training_files = ()
    stand.osc("/distill/steer/section", 0.5)
    assert [reason for _, _, reason in stand.wait()] == [
        "steer/section has no effect: the model rain has no codes of its recordings, from which "
        "sections are made"
    ]
    stand.osc("/distill/steer/section", "off")
    stand.server.deck.training_files = ("a.wav",)
    stand.osc("/distill/steer/section", 0.25)
    assert stand.wait() == []


@pytest.mark.parametrize("name", ["grain", "grain_reach"])
def test_grains_that_the_model_lacks_are_told(stand: Remarked, name: str) -> None:
    stand.osc(f"/distill/{name}", 0.5 if name == "grain" else 9)
    assert [reason for _, _, reason in stand.wait()] == [
        f"{name} has no effect: the model rain has no grains that fit it (see `distill-live models "
        "refresh`)"
    ]
    stand.server.deck.has_grains = True
    stand.osc(f"/distill/{name}", 0.75 if name == "grain" else 10)
    assert stand.wait() == []


def test_the_reach_of_grains_that_are_off_is_told(stand: Remarked) -> None:
    stand.server.deck.has_grains = True
    stand.osc("/distill/grain", 0)
    stand.osc("/distill/grain_reach", 9)
    assert [reason for _, _, reason in stand.wait()] == [
        "grain_reach has no effect while grain is 0"
    ]


def test_what_something_else_decides_is_told(stand: Remarked) -> None:
    for number in range(60):
        stand.router.tempo.receive_clock("tick", 0, number / 48)
    assert stand.router.tempo.source == "midi"
    stand.osc("/distill/tempo", 90)
    stand.osc("/distill/link_start_stop", 1)
    stand.server.deck.steers = False
    stand.osc("/distill/steer/brightness", 0.5)
    assert [reason for _, _, reason in stand.wait()] == [
        "tempo has no effect while the MIDI clock is the master: /distill/tempo_source internal "
        "lets you set it",
        "link_start_stop has no effect without Ableton Link: start with `serve --link`",
        "steering has no effect: the model rain cannot be steered",
    ]
    stand.server.deck.steers = True
    stand.osc("/distill/steer/brightness", 0.25)
    assert stand.wait() == []


def test_what_moves_by_itself_is_not_told(stand: Remarked) -> None:
    stand.router.receive_osc([(f"/distill/{INTERLEAVE}", (1,))], None)
    assert stand.wait() == []
    assert stand.lines == []

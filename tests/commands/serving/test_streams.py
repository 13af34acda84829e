from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from distill_live.commands.serving.streams import ServerStreams
from distill_live.control.feedback.feedback import Feedback
from distill_live.control.namespace.address import Reply
from distill_live.control.namespace.streams import STREAMS
from distill_live.inputs.osc.encoding import encode_message
from distill_live.live.clips.library import ClipInfo
from distill_live.live.ipc.current_column import CurrentColumn
from distill_live.live.ipc.status import NEW_SOUND
from distill_live.live.server.server import Server
from distill_live.live.server.settings import ServerSettings
from distill_live.outputs.process import run_audio
from distill_live.parameters import ParameterStore


class Stage:
    """A server that was not started, and the values of its streams."""

    def __init__(self, model: Path) -> None:
        store = ParameterStore()
        settings = ServerSettings(model, run_audio, None)
        self.server = Server(settings, store, lambda line: None)
        self.feedback = Feedback(store, lambda: self.server.deck.level_labels, lambda: self.now)
        self.now = 0.0
        self.streams = ServerStreams(self.server, self.feedback)
        self.heard: dict[str, tuple[object, ...]] = {}
        self.feedback.subscribe("visuals", self.take, 100.0, "/distill/stream/*")

    def take(self, messages: Sequence[Reply]) -> None:
        self.heard.update(messages)

    def tick(self) -> dict[str, tuple[object, ...]]:
        """The new values after a tick, by the streams' names."""
        self.heard.clear()
        self.now += 1.0
        self.streams.tick(self.now)
        self.feedback.tick(self.now)
        return {address.rpartition("/")[2]: values for address, values in self.heard.items()}

    def show(self, column: int, codes: list[list[int]], entropy: float) -> None:
        current = CurrentColumn(column, np.array(codes), 64, entropy)
        self.server.deck.status.current_column.write(current)


@pytest.fixture
def stage(tiny_model_path: Path) -> Stage:
    return Stage(tiny_model_path)


def test_before_anything_sounds_there_are_levels_and_counts_alone(stage: Stage) -> None:
    assert stage.tick() == {
        "level": (0.0, 0.0), "underruns": (0,), "section": ("",), "clips": (0,),
    }  # fmt: skip
    assert stage.tick() == {}


def test_the_column_that_sounds_is_shown_band_by_band(stage: Stage) -> None:
    stage.tick()
    stage.show(7, [[1, 2], [3, 4], [5, 6]], 2.5)
    assert stage.tick() == {
        "grid": (3, 2, 64), "column": (7,), "codes": (1, 2, 3, 4, 5, 6), "entropy": (2.5,),
    }  # fmt: skip
    stage.show(8, [[1, 2], [3, 4], [5, 6]], 2.5)
    assert stage.tick() == {"column": (8,)}


def test_a_column_that_was_given_is_shown_without_an_entropy(stage: Stage) -> None:
    stage.show(7, [[1]], float("nan"))
    assert "entropy" not in stage.tick()


def test_level_and_underruns_are_those_of_the_sound(stage: Stage) -> None:
    stage.tick()
    status = stage.server.status
    status["rms"], status["falling_peak"], status["underruns"] = 0.25, 0.5, 2
    assert stage.tick() == {"level": (0.25, 0.5), "underruns": (2,)}


def test_the_origin_has_no_name_when_the_sound_is_new(stage: Stage) -> None:
    stage.tick()
    status = stage.server.deck.status
    status["origin"], status["origin_share"] = NEW_SOUND, 0.25
    assert stage.tick() == {"origin": ("", 0.0, 0.25)}
    stage.server.deck.training_files = ("a.wav", "b.wav")
    status["origin"], status["origin_second"] = 2, 1.5
    assert stage.tick() == {"origin": ("b.wav", 1.5, 0.25)}


def test_the_section_is_called_after_a_recording(stage: Stage) -> None:
    stage.tick()
    stage.server.deck.training_files = ("a.wav", "b.wav")
    for number, name in ((2, "b.wav"), (0, "")):
        stage.server.deck.status["section"] = number
        assert stage.tick() == {"section": (name,)}


def test_the_clips_are_told_that_the_model_can_use_and_that_there_are_none(stage: Stage) -> None:
    stage.tick()
    clip = ClipInfo("kick", 1.0, True, "kick.wav", None)
    stage.server.clips.listing = (clip, clip._replace(name="wind", usable=False))
    assert stage.tick() == {"clips": (1, "kick")}
    stage.server.clips.listing = ()
    assert stage.tick() == {"clips": (0,)}


def test_every_stream_has_the_types_that_are_declared(stage: Stage) -> None:
    stage.server.clips.listing = (ClipInfo("kick", 1.0, True, "kick.wav", None),)
    stage.show(7, [[1, 2]], 2.5)
    stage.server.deck.status["origin"] = NEW_SOUND
    found = stage.tick()
    assert set(found) == set(STREAMS) - {"beat", "phase", "history", "edit_order"}
    for name, values in found.items():
        packet = encode_message("/a", values)
        tags = packet[packet.index(b",") + 1 :].split(b"\0")[0].decode()
        declared = STREAMS[name].types
        if declared.endswith("*"):
            first = declared[:-2]
            assert tags.startswith(first)
            assert set(tags[len(first) :]) == {declared[-2]}
        else:
            assert tags == declared

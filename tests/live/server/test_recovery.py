"""A server whose engines fail: what it says, what it plays instead, and that it is never silent."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.codes.edit import load_edits
from distill_live.codes.edit_parameters import parameter_table
from distill_live.errors import LiveError
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.messages import DeviceChosen
from distill_live.live.ipc.process_source import ProcessSource
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.server.deck import Deck
from distill_live.live.server.model_swap import ModelSwap
from distill_live.live.server.recovery import Recovery
from distill_live.live.server.server import Server
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.supervisor import Supervisor
from distill_live.live.server.worker import WorkerFailure
from distill_live.outputs.options import OutputOptions
from distill_live.outputs.process import run_audio
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model
from tests.live.server import workers
from tests.live.silence import assert_no_silence
from tests.sound_files import read_audio
from tests.tools import wait_until

SECOND = 48_000


class Show:
    """A real server on the clock, with a log and a recording; all that it says is in `said`."""

    def __init__(
        self, model: Path, folder: Path, processes: ProcessSource, device: str = "cpu"
    ) -> None:
        self.processes = workers.LateSource(processes, imported=True)
        self.log, self.recording = folder / "session.log", folder / "recording.wav"
        self.said: list[str] = []
        self.parameters = ParameterStore(parameter_table(load_edits(self.said.append)))
        self.parameters.set("model_fade", 0.1)
        settings = ServerSettings(
            model, run_audio, OutputOptions(output="clock"), device=device, log=self.log,
            record=self.recording, recordings=folder, processes=self.processes,
        )  # fmt: skip
        self.server = Server(settings, self.parameters, self.said.append)

    def poll_until(self, condition: Callable[[], object], what: str) -> None:
        def look() -> bool:
            assert self.server.poll()
            return bool(condition())

        # Several engines start one after the other, each of which loads torch.
        wait_until(look, f"{what}; it said {self.said}", 240.0)

    def hear(self, seconds: float) -> None:
        """Poll until so many more samples of the playing deck's ring were heard."""
        deck = self.server.deck
        end = deck.ring.read_position + seconds * SECOND
        self.poll_until(lambda: deck.ring.read_position >= end, "sound")

    def hear_of(self, words: str) -> None:
        """Poll until something is said."""
        self.poll_until(lambda: any(words in line for line in self.said), words)

    def entries(self, op: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.log.read_text().splitlines())
        return [entry for entry in lines if entry.get("op") == op]

    def columns(self) -> list[int]:
        """All columns in the order in which they were made."""
        return [entry["column"] for entry in self.entries("push")]


@pytest.fixture
def show(
    tiny_model_path: Path, forks: ProcessSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Begins a show of a copy of the tiny model called `name`, on engines of one kind."""

    @contextmanager
    def begin(
        engine: Callable[..., None], name: str = "good", device: str = "cpu"
    ) -> Iterator[Show]:
        monkeypatch.setattr("distill_live.live.server.deck.run_engine", engine)
        model = Path(shutil.copy(tiny_model_path, tmp_path / f"{name}.distill"))
        one = Show(model, tmp_path, forks, device)
        one.server.start()
        try:
            yield one
        finally:
            one.server.end()

    return begin


def test_an_exception_in_the_engine_is_counted_and_reported_and_the_next_one_continues(
    show: Callable[..., Any],
) -> None:
    with show(workers.struck_engine) as played:
        played.poll_until(lambda: played.server.deck.worker.pid is not None, "the engine")
        played.processes.imported = False
        played.poll_until(lambda: played.server.status["bridging"], "repeated sound")
        played.processes.imported = True
        played.hear_of("good is playing again")
        played.hear(1.0)
    assert played.server.restarts == 1
    assert "engine: RuntimeError: struck by lightning" in played.said
    assert "the engine process ended with exit code 1; restarting it" in played.said
    assert any("the last passage was repeated for" in line for line in played.said)
    # Only the column at the seam is made twice.
    columns = played.columns()
    assert set(np.diff(columns)) <= {0, 1}
    assert columns[-1] > 20
    assert played.entries("bridge")[0]["samples"] > 0
    assert_no_silence(read_audio(played.recording)[0][:, 0])


def test_a_model_that_fails_again_and_again_is_given_up_for_the_one_before(
    show: Callable[..., Any], tiny_model_path: Path, tmp_path: Path
) -> None:
    bad = shutil.copy(tiny_model_path, tmp_path / "bad.distill")
    told: list[tuple[object, ...]] = []
    with show(workers.bad_engine) as played:
        played.hear(1.0)
        played.server.on_outcome = lambda *outcome: told.append(outcome)
        played.server.on_late_failure = lambda *failure: told.append(failure)
        played.server.request("model", (str(bad),))
        played.hear_of("bad keeps failing: going back to good")
        played.poll_until(lambda: len(played.entries("swap")) == 2, "the old model")
        assert played.server.deck.name == "good"
        played.hear(0.5)
    assert played.server.restarts == 3
    assert played.said.count("now playing good") == 1
    assert told[:2] == [
        ("model", "now playing bad", False, (str(bad),)),
        ("model", "bad keeps failing: going back to good"),
    ]
    assert_no_silence(read_audio(played.recording)[0][:, 0])


def test_the_only_model_is_tried_for_ever_and_another_can_take_its_place(
    show: Callable[..., Any], tiny_model_path: Path, tmp_path: Path
) -> None:
    good = shutil.copy(tiny_model_path, tmp_path / "good.distill")
    with show(workers.bad_engine, "bad") as played:
        played.hear_of("bad keeps failing: repeating its last passage while trying again")
        assert played.server.status["bridging"] or played.server.sounding
        played.server.request("model", (str(good),))
        played.hear_of("now playing good")
        played.hear(0.5)
    assert_no_silence(read_audio(played.recording)[0][:, 0])


def test_a_first_model_that_never_sounds_ends_the_server_with_its_reason(
    show: Callable[..., Any],
) -> None:
    with (
        show(workers.stillborn_engine) as played,
        pytest.raises(LiveError, match=r"good keeps failing right after it starts: .*first breath"),
    ):
        played.hear(1.0)


@pytest.mark.parametrize("engine", [workers.driverless_engine, workers.overheated_engine])
def test_a_gpu_that_fails_is_left_for_the_cpu_once_and_that_is_said(
    show: Callable[..., Any], engine: Callable[..., None]
) -> None:
    with show(engine, device="cuda") as played:
        played.hear_of("the device cuda failed; playing on the CPU from now on")
        played.hear(2.0)
    assert played.server.restarts == 1
    assert {entry["device"] for entry in played.entries("engine")} == {"cpu"}
    assert set(np.diff(played.columns())) <= {0, 1}


def test_a_model_that_a_gpu_cannot_load_comes_on_the_cpu(
    show: Callable[..., Any], tiny_model_path: Path, tmp_path: Path
) -> None:
    other = shutil.copy(tiny_model_path, tmp_path / "other.distill")
    with show(workers.driverless_engine, device="cuda") as played:
        played.hear(1.0)
        played.server.request("model", (str(other),))
        played.hear_of("now playing other")
    (line,) = (line for line in played.said if "trying the CPU" in line)
    assert line.startswith("cannot load other on cuda: ")


def test_what_is_asked_for_while_the_engine_is_replaced_is_done_then(
    show: Callable[..., Any],
) -> None:
    with show(workers.struck_engine) as played:
        played.hear_of("restarting it")
        played.server.request("hold")
        played.hear_of("good is playing again")
        played.poll_until(lambda: played.server.deck.status["motion"] == 1, "the hold")


def test_an_engine_that_fails_while_another_model_comes_does_not_keep_it(
    show: Callable[..., Any], tiny_model_path: Path, tmp_path: Path
) -> None:
    other = shutil.copy(tiny_model_path, tmp_path / "other.distill")
    with show(workers.struck_engine) as played:
        played.hear(0.2)
        played.server.request("model", (str(other),))
        played.hear_of("now playing other")
        played.hear(0.5)
        time.sleep(0.1)
    assert played.server.restarts <= 2
    assert_no_silence(read_audio(played.recording)[0][:, 0])


@pytest.mark.parametrize(
    ("failure", "device"),
    [
        (WorkerFailure("did not respond for 10.1 s", crashed=True), "cpu"),
        (WorkerFailure("ended with exit code -11", crashed=True), "cpu"),
        (WorkerFailure("ended with exit code 1"), "cuda"),
    ],
)
def test_an_engine_that_hangs_or_crashes_on_a_gpu_continues_on_the_cpu(
    tmp_path: Path, failure: WorkerFailure, device: str
) -> None:
    parameters = ParameterStore()
    said: list[str] = []
    decks = Deck(0, parameters, False), Deck(1, parameters, False)
    decks[0].put(save_empty_model(tmp_path, "rain", prior={"layers": 1}), "cuda", EngineSettings())
    decks[0].note(DeviceChosen("cuda"))
    supervisor = Supervisor(
        on_message=lambda worker, message: None,
        on_failure=lambda worker, failure: None,
        on_hopeless=lambda worker: None,
    )
    swap = ModelSwap(decks, DeckControl(), supervisor, parameters, said.append)
    Recovery(decks, swap, said.append).prepare(decks[0], failure)
    assert decks[0].device == device

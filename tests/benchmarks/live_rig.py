"""A server that plays on the rig at 50 ms, its session log, and a recording of what came out.

Because a log can be replayed to the sample, every sample of the recording has a place in the ring,
and every change has a twin: the sound that would have come without it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

from distill_live.audio.limiter import limit_recording
from distill_live.audio.stereo.channels import by_channel
from distill_live.codes.session_log import Entry, read_session_log
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.live.playback.envelope import Envelope
from distill_live.live.playback.high_pass import HighPass
from distill_live.live.playback.last_mile import DC_CORNER, FADE_IN
from distill_live.live.replay.deck_replay import DeckReplay
from distill_live.models.file.library import find_model
from distill_live.models.file.persistence import load_model_v2
from tests.benchmarks.play_on_rig import ControlPlayer
from tests.commands.server_process import ServerProcess
from tests.sound_card import SoundCard
from tests.tools import wait_until

#: Bytes of one sample of both channels, and samples of a fragment that is waited for: 5 ms.
FRAME_BYTES, FRAGMENT = 8, 240


class Monitor:
    """The sink's monitor, in fragments of 5 ms; knows when each of them arrived."""

    def __init__(self, card: SoundCard) -> None:
        self._card = card

    def __enter__(self) -> Self:
        self._ends: list[int] = []
        self._times: list[float] = []
        self._pieces: list[bytes] = []
        self._recorder = self._card.listen(subprocess.PIPE, latency_ms=5)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_until(lambda: self._ends, "the first recorded sample")
        return self

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        number, total = self._recorder.stdout.fileno(), 0
        while piece := os.read(number, FRAGMENT * FRAME_BYTES):
            total += len(piece)
            self._times.append(time.monotonic())
            self._ends.append(total)
            self._pieces.append(piece)

    @property
    def samples(self) -> np.ndarray:
        """The first channel of all that has arrived [N]."""
        raw = np.frombuffer(b"".join(self._pieces), "<u1")
        return raw[: len(raw) // FRAME_BYTES * FRAME_BYTES].view("<f4").reshape(-1, 2)[:, 0]

    def arrival(self, sample: int) -> float:
        """When a sample had arrived, in seconds of time.monotonic()."""
        return self._times[bisect_left(self._ends, (sample + 1) * FRAME_BYTES)]

    def index_at(self, moment: float) -> int:
        """The first sample that arrived after a moment."""
        number = bisect_left(self._times, moment)
        return self._ends[number - 1] // FRAME_BYTES if number else 0

    def __exit__(self, *_: object) -> None:
        self._recorder.terminate()
        self._recorder.wait()
        self._thread.join()


@dataclass
class Heard:
    """What a log says was heard, and at each switch (position, what else would have been)."""

    samples: np.ndarray
    switches: list[tuple[int, np.ndarray]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def played(self) -> np.ndarray:
        """The samples as the last mile plays them at a gain of 1 [N]: of stereo, the left."""
        return by_channel(as_played(self.samples))[:, 0]


def as_played(samples: np.ndarray) -> np.ndarray:
    """What the last mile makes of samples, [N] or [N, 2], at a gain of 1, the fade at their
    beginning too."""
    filtered = HighPass(DC_CORNER).process(samples)
    rising = Envelope()
    rising.fade_in(FADE_IN)
    rising.apply(filtered)
    return limit_recording(filtered, SAMPLE_RATE)[0]


def replay(log: Path, model: str) -> Heard:
    """Replay a log of one deck."""
    torch.set_num_threads(1)
    loaded = load_model_v2(find_model(model))
    entries = list(read_session_log(log))
    heard = Heard(np.zeros(0, np.float32), entries=entries)
    deck: DeckReplay | None = None
    with torch.inference_mode():
        for entry in entries:
            if entry["op"] == "engine":
                assert deck is None, "the engine was started again"
                deck = DeckReplay(loaded, entry)
                deck.on_switch = lambda at, other: heard.switches.append((at, other))
            elif entry["op"] == "lost":
                raise AssertionError("the log is not whole")
            elif deck is not None:
                deck.apply(entry)
        assert deck is not None
        heard.samples = deck.finish(entries[-1]["heard"])
    return heard


class LiveRig:
    """`with LiveRig(...)`: a server with a log, on a sound card that is listened to."""

    def __init__(
        self,
        card: SoundCard,
        model: str = "demo",
        *arguments: str,
        environment: dict[str, str] | None = None,
        seconds: float = 300.0,
        latency: str = "50",
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rig")
        folder = Path(self._folder.name)
        self.model, self.log = model, folder / "session.log"
        self.control = ControlPlayer(card, folder, seconds)
        self.monitor = Monitor(card)
        self.server = ServerProcess(
            model, "--latency", latency, "--log", str(self.log),
            "--recordings", str(folder), "--clip-library", str(folder / "clips"), *arguments,
            environment={**card.environment, **(environment or {})},
        )  # fmt: skip

    def __enter__(self) -> Self:
        self.monitor.__enter__()
        self.server.__enter__()
        self._steal = stolen_seconds()
        return self

    def finish(self) -> dict[str, Any]:
        """End the server; what it said, whether the C player beside it stayed whole, and how much
        CPU time other machines took."""
        self.server.end()
        time.sleep(0.3)
        return {
            "control_whole": self.control.whole(),
            "stolen_s": round(stolen_seconds() - self._steal, 2),
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.__exit__(kind, error, trace)
        self.monitor.__exit__(kind, error, trace)
        if error is not None:
            print(self.server.errors)
        self._folder.cleanup()


def stolen_seconds() -> float:
    """CPU time that other machines on the same hardware have taken since the start."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")

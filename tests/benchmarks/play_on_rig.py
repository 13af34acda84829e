"""Play a model through a real sounddevice stream and check that every sample arrived.

    python -m tests.benchmarks.play_on_rig [MODEL] [--seconds 60]

The sound card is PulseAudio with a null sink; beside the server a C player (pacat) plays into a
second sink. A run in which the C player has gaps too says nothing about us: `control_whole` is
false then. Prints a line of JSON:

    seconds         length of the recording that was compared
    missing         samples that were played but are not in the recording, `extra`: the reverse
    engine_load     CPU seconds per second of sound: the real-time factor of prior, decode, vocoder
                    and all else that the engine does, on one core; `audio_load`: the audio process
    first_sound_s   from the command to the first sound
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.compare import RATE, compare
from tests.commands.server_process import ServerProcess
from tests.sound_card import Recording, SoundCard
from tests.sound_files import read_audio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--latency", default="100")
    options = parser.parse_args()
    with SoundCard() as card, tempfile.TemporaryDirectory() as folder:
        result = play(card, Path(folder), options.model, options.seconds, options.latency)
    print(json.dumps(result))


def play(
    card: SoundCard, folder: Path, model: str, seconds: float, latency: str
) -> dict[str, object]:
    """Play and compare; the numbers that the module's docstring names."""
    take = folder / "take.wav"
    control = ControlPlayer(card, folder, seconds)
    began = time.monotonic()
    with Recording(card) as recording, ServerProcess(
        model, "--record", str(take), "--latency", latency, "--duration", str(seconds),
        environment=card.environment,
    ) as server:  # fmt: skip
        first_sound = time.monotonic() - began
        engine, audio = server.child("engine"), server.child("audio")
        before = cpu_seconds(engine), cpu_seconds(audio), time.monotonic()
        time.sleep(max(seconds - 3, 1))
        span = time.monotonic() - before[2]
        loads = (cpu_seconds(engine) - before[0]) / span, (cpu_seconds(audio) - before[1]) / span
        server.process.wait()
        recording.wait_seconds(1)
    return {
        **compare(read_audio(take)[0][:, 0], recording.recorded[:, 0]),
        "engine_load": round(loads[0], 3),
        "audio_load": round(loads[1], 3),
        "first_sound_s": round(first_sound, 2),
        "control_whole": control.whole(),
    }


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


#: The last number of the control player before it begins again at 1: float32 holds it exactly.
_LARGEST = 2**24 - 1


class ControlPlayer:
    """A C program that plays beside us: samples that say their own number."""

    def __init__(self, card: SoundCard, folder: Path, seconds: float) -> None:
        self._recorded = folder / "control.f32"
        numbers = 1 + np.arange(round(seconds * RATE)) % _LARGEST
        (folder / "ramp.f32").write_bytes((numbers / 2**24).astype("<f4").tobytes())
        subprocess.run(
            ["pactl", "load-module", "module-null-sink", "sink_name=control", "rate=48000",
             "format=float32le", "channels=1"],
            env=card.environment, check=True, capture_output=True,
        )  # fmt: skip
        common = ["--format=float32le", "--rate=48000", "--channels=1", "--raw"]
        with self._recorded.open("wb") as out:
            self._recorder = subprocess.Popen(
                ["parec", "-d", "control.monitor", *common], env=card.environment, stdout=out
            )
        self._player = subprocess.Popen(
            [
                "pacat", "-p", "-d", "control", "--latency-msec=100", *common,
                str(folder / "ramp.f32"),
            ],
            env=card.environment,
        )  # fmt: skip

    def whole(self) -> bool:
        """Stop it; whether all that it played arrived in one piece."""
        self._player.terminate()
        self._player.wait()
        self._recorder.terminate()
        self._recorder.wait()
        raw = np.fromfile(self._recorded, "<f4").astype(np.float64)
        numbers = np.rint(raw * 2**24).astype(int)
        sounding = np.flatnonzero(numbers)
        inside = numbers[sounding[0] : sounding[-1] + 1] if len(sounding) else numbers[:0]
        return len(inside) > 0 and bool((np.diff(inside) % _LARGEST == 1).all())


if __name__ == "__main__":
    main()

"""A sound card in software: PulseAudio with a null sink, its monitor recorded sample by sample.

Needs libportaudio2, libasound2-plugins, pulseaudio and pulseaudio-utils; a real PortAudio stream
plays into it as device "pulse".
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np

from tests.tools import require_program, wait_until

_ALSA = """</usr/share/alsa/alsa.conf>
pcm.pulse { type pulse }
ctl.pulse { type pulse }
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
_MICROPHONE = 'pcm.microphone {{ type pulse server "unix:{socket}" device "t.monitor" }}\n'


class SoundCard:
    """Start with `with`; processes given `environment` find a device called "pulse", and one called
    "microphone" that hears what is played on the card `microphone`, if there is one."""

    def __init__(self, microphone: SoundCard | None = None) -> None:
        self._microphone = microphone
        for program in ("pulseaudio", "pactl", "parec"):
            require_program(program)

    def __enter__(self) -> Self:
        # A short path: a socket's may not exceed 108 characters.
        self._folder = tempfile.TemporaryDirectory(prefix="card")
        folder = Path(self._folder.name)
        self._socket = folder / "socket"
        microphone = _MICROPHONE.format(socket=self._microphone._socket) if self._microphone else ""
        (folder / "asound.conf").write_text(_ALSA + microphone)
        self.environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PULSE_SERVER": f"unix:{self._socket}",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        self.plug_in()
        return self

    def plug_in(self) -> None:
        """Let there be the device, as at first."""
        # Without shared memory: with it, block references get lost, and in the end the server ends.
        # See https://gitlab.freedesktop.org/pulseaudio/pulseaudio/-/issues/824.
        self._server = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--system=false",
                "--disable-shm=yes",
                "-L", "module-null-sink sink_name=t rate=48000 format=float32le channels=2",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
            ],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while self._ask("info"):
            assert self._server.poll() is None, "pulseaudio did not start"
            time.sleep(0.05)

    def play(self, samples: np.ndarray) -> None:
        """Play samples [N] or [N, 2] at 48 kHz; returns when they are on their way."""
        stereo = np.broadcast_to(samples.T, (2, len(samples))).T
        subprocess.run(
            [
                "pacat", "--format=float32le", "--rate=48000", "--channels=2", "--raw",
                "--latency-msec=20",
            ],
            env=self.environment, input=stereo.astype("<f4").tobytes(), check=True,
        )  # fmt: skip

    def unplug(self) -> None:
        """Take the device away from under its streams."""
        self._server.kill()
        self._server.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def listen(self, stdout: int | IO[bytes], latency_ms: int) -> subprocess.Popen[bytes]:
        """Start a recorder of what is played: two channels of float32 at 48 kHz, raw."""
        return subprocess.Popen(
            [
                "parec", "-d", "t.monitor", "--format=float32le", "--rate=48000", "--channels=2",
                "--raw", f"--latency-msec={latency_ms}",
            ],
            env=self.environment, stdout=stdout,
        )  # fmt: skip

    def _ask(self, question: str) -> int:
        return subprocess.run(
            ["pactl", question], env=self.environment, capture_output=True, check=False
        ).returncode


class Recording:
    """Records what a sound card plays, from entering `with` to leaving it; then see `samples`."""

    def __init__(self, card: SoundCard) -> None:
        self._card = card

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile()
        self._recorder = self._card.listen(self._file, latency_ms=50)
        wait_until(lambda: self.size > 0, "the first recorded sample")
        return self

    @property
    def size(self) -> int:
        """Bytes recorded so far."""
        return os.fstat(self._file.fileno()).st_size

    def wait_seconds(self, seconds: float) -> None:
        """Wait until that much more sound is recorded."""
        target = self.size + round(seconds * 48_000) * 8
        wait_until(lambda: self.size >= target, "recorded sound")

    @property
    def samples(self) -> np.ndarray:
        """All that is recorded so far, [N, 2]."""
        self._file.seek(0)
        raw = np.frombuffer(self._file.read(), "<f4")
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._recorder.terminate()
        self._recorder.wait()
        self.recorded = self.samples
        self._file.close()

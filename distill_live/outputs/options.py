"""What an output may be told, and what it owes the audio process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE_NEEDS = "the file output needs a file and a length: --output file:take.wav --duration 60"


@dataclass(frozen=True)
class OutputOptions:
    """Settings of every output; each uses what concerns it."""

    #: Name of the output plugin: "sounddevice", "clock", "file".
    output: str = "sounddevice"
    #: Part of the sound device's name; None is the system's default.
    audio_device: str | None = None
    #: The device's sample rate in Hz; None is 48 kHz where the device has it, else its default.
    audio_rate: int | None = None
    #: Samples per block; None leaves it to the device.
    block: int | None = None
    #: Latency asked of the device, in milliseconds.
    latency_ms: float = 100.0
    #: Channels of the device that the sound goes to, counted from 1; None is the first two. An even
    #: number of them are left and right in turn, an odd one gets the middle.
    channels: tuple[int, ...] | None = None
    #: File that the "file" output writes.
    path: Path | None = None
    #: Seconds of sound that the "file" output writes.
    duration: float | None = None
    #: Whether the "file" output writes left and right, not the middle alone.
    stereo: bool = False


class Source(Protocol):
    """Where an output takes its sound from."""

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels] with the next sound. Never waits.

        An even number of channels gets left and right in turn, an odd one the middle.
        """

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples could be rendered now without a gap."""

    def count_fault(self) -> None:
        """Take note of a fault that the device reports."""


class Output(Protocol):
    """Empties the ring. Created with OutputOptions in the audio process.

    The constructor raises DeviceError if it cannot play.
    """

    sample_rate: int

    def describe(self) -> str:
        """What it plays on, for the status line."""

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Play from `source` until `stopped()`, which it asks at least 10 times a second."""

    def close(self) -> None:
        """Let go of the device or file."""

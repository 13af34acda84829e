"""What an output may be told, and what it owes the audio process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from distill_live.errors import PluginError
from distill_live.parameters import Parameter
from distill_live.plugins import check_declaration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE_NEEDS = "the file output needs a file and a duration: --output file:take.wav --duration 60"


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
    #: The output's own parameters by their short names, as they are now.
    values: Mapping[str, float] = field(default_factory=dict, compare=False)


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

    def note_latency(self, seconds: float) -> None:
        """Take note of how long a sample takes from `render` to the ear; 0 until then."""


class Output(Protocol):
    """Empties the ring. Created with OutputOptions in the audio process.

    `name` is that of its entry point, `doc` a sentence, and `parameters` are its own. The
    constructor raises DeviceError if it cannot play, and so does `run` if it cannot go on: after it
    has played, a new one is made every second until one plays. Any other exception switches it
    off.
    """

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    #: What it takes in a second.
    sample_rate: int

    def describe(self) -> str:
        """What it plays on, for the status line."""

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Play from `source` until `stopped()`, which it asks at least 10 times a second."""

    def close(self) -> None:
        """Let go of the device or file."""


def check_output(name: str, plugin: Any) -> Any:
    """The class of an output. Raises PluginError unless it keeps to the contract of `Output`."""
    check_declaration(name, plugin)
    if not callable(plugin):
        raise PluginError("it is not a class that can be called with OutputOptions")
    for method in ("describe", "run", "close"):
        if not callable(getattr(plugin, method, None)):
            raise PluginError(f"it has no method {method!r}")
    return plugin

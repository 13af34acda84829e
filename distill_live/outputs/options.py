"""What an output and the input are told, and what the audio process expects of an output."""

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
    """The settings of all outputs; each one uses those that concern it."""

    #: Name of the output plugin: "sounddevice", "clock", "file".
    output: str = "sounddevice"
    #: Part of the audio device's name; None is the system's default.
    audio_device: str | None = None
    #: The device's sample rate in Hz; None is 48 kHz if the device has it, else its default.
    audio_rate: int | None = None
    #: Samples per block; None leaves it to the device.
    block: int | None = None
    #: Latency that the device is asked for, in milliseconds.
    latency_ms: float = 100.0
    #: Channels of the device that the sound goes to, counted from 1; None is the first two. An even
    #: number of them get left and right in turn, an odd number the middle.
    channels: tuple[int, ...] | None = None
    #: File that the "file" output writes.
    path: Path | None = None
    #: Seconds of sound that the "file" output writes.
    duration: float | None = None
    #: The present values of the output's own parameters, by their short names.
    values: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class InputOptions:
    """Which device to listen to: its number, its name or part of one; and which of its channels,
    counted from 1. Without a channel, the first two are mixed."""

    device: str
    channel: int | None = None


class Source(Protocol):
    """Where an output takes its sound from."""

    def render(self, out: NDArray[np.float32]) -> None:
        """Fill `out` [samples, channels] with the next sound. Never waits.

        An even number of channels gets left and right in turn, an odd number the middle.
        """

    def can_fill(self, count: int) -> bool:
        """Whether `count` samples could be rendered now without a gap."""

    def count_fault(self) -> None:
        """Count a fault that the device reports."""

    def note_latency(self, seconds: float) -> None:
        """Note how long a sample takes from `render` to the ear, in seconds; 0 until then."""


class Output(Protocol):
    """Empties the ring. The audio process creates it with OutputOptions.

    `name` is that of its entry point, `doc` a sentence, and `parameters` are its own. The
    constructor raises DeviceError if it cannot play, and `run` if it cannot continue. Once an
    output has played, a new one is then made every second until one plays. Any other exception
    switches it off.
    """

    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...

    #: How many samples it takes per second.
    sample_rate: int

    def describe(self) -> str:
        """What it plays on, for the status line."""

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Play from `source` until `stopped()`, which it asks at least 10 times a second."""

    def close(self) -> None:
        """Close the device or file."""


def check_output(name: str, plugin: Any) -> Any:
    """The class of an output. Raises PluginError if it breaks the contract of `Output`."""
    check_declaration(name, plugin)
    if not callable(plugin):
        raise PluginError("it is not a class that can be called with OutputOptions")
    for method in ("describe", "run", "close"):
        if not callable(getattr(plugin, method, None)):
            raise PluginError(f"it has no method {method!r}")
    return plugin

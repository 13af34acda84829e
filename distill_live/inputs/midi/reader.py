"""MIDI in: any number of devices, which may come and go, on one thread.

If there is no library, or no MIDI system answers, the instrument runs without MIDI.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from distill_live.control.midi.event import ClockKind, ClockMessage, MidiEvent
from distill_live.control.namespace.address import Sender
from distill_live.control.timing.midi_clock import GONE_S
from distill_live.errors import DeviceError
from distill_live.inputs.midi.backend import MidiBackend
from distill_live.inputs.midi.libraries import find_backend
from distill_live.inputs.midi.parser import MalformedMidiError, MidiParser
from distill_live.inputs.midi.ports import MidiPorts
from distill_live.parameters import Parameter

#: How often RtMidi's queue is read, in seconds. Its callback would be quicker, but with JACK it
#: runs in the server's real-time thread, where waiting for Python costs every client a dropout.
POLL_S = 0.002
#: The same while no MIDI system answers: only what is to be sent comes then, and is dropped.
_IDLE_S = 0.05
#: How often devices are looked for, in seconds.
SCAN_S = 0.5
#: How long `start` waits for the ports to open, in seconds.
_OPEN_S = 10.0
#: How long before it was fetched a message can have come, in seconds.
_LONGEST_WAIT_S = 0.25


class MidiTarget(Protocol):
    """What receives the events: the router, or MIDI learn."""

    def receive_midi(self, event: MidiEvent, sender: Sender = None) -> None:
        """A control has moved; `sender` is ("midi", its device)."""

    def receive_clock(self, kind: ClockKind, value: int, at: float) -> None:
        """A clock message came, at `at` in seconds of time.monotonic()."""

    def count_malformed(self, sender: str, reason: str) -> None:
        """Bytes of `sender` came that are not a message."""

    def tell(self, kind: str, line: str) -> None:
        """Tell people a line, at most one a second of each kind."""


class MidiInput:
    """Sends the events of MIDI devices to the router.

    `names` are one or several patterns of ports' names (see `port_matches`); by default, all
    controllers are used. If the system has virtual ports, one is opened that others can connect to.
    A device that is plugged in later is used within a second. `status` says in one line what is
    open, or why MIDI is unavailable, in which case `is_available` is False. `backend` is the
    library, by default one that is installed.

    `listeners` are called with every event, after the router; `on_device` is called when a device
    has come that may have lights. Both are called on this input's thread, and must return soon.
    """

    name = "midi"
    doc = "Receive from MIDI controllers, keyboards and clocks."
    parameters: tuple[Parameter, ...] = ()

    def __init__(
        self,
        router: MidiTarget,
        names: str | Sequence[str] | None = None,
        backend: MidiBackend | None = None,
    ) -> None:
        self.status = "MIDI not started"
        #: Whether a library and a MIDI system answer; True until that is known.
        self.is_available = True
        self.listeners: list[Callable[[MidiEvent], None]] = []
        self.on_device: Callable[[], None] = lambda: None
        self._router = router
        self._names = [names] if isinstance(names, str) else list(names or ())
        self._backend = backend
        self._parsers: dict[str, MidiParser] = {}
        self._arrivals: dict[str, _Arrivals] = {}
        # The device whose clock is followed, and when it last ticked.
        self._clock = ("", float("-inf"))
        self._outgoing: queue.SimpleQueue[tuple[str | None, Sequence[int]]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the ports and begin to receive; log `status` if there is no input.

        It keeps looking when nothing answers yet; only a missing library ends it for good.
        """
        try:
            backend = self._backend or find_backend()
        except DeviceError as error:
            self.status, self.is_available = str(error), False
            self._router.tell("midi status", self.status)
            return
        self._stopping.clear()
        opened = threading.Event()
        # All on one thread: CoreMIDI tells only the thread that asked first of new devices.
        self._thread = threading.Thread(
            target=self._run, args=(backend, opened), name="midi-input", daemon=True
        )
        self._thread.start()
        opened.wait(_OPEN_S)

    def stop(self) -> None:
        """Stop receiving and close the ports; nothing happens when it is not running."""
        if self._thread:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def send(self, pattern: str | None, message: Sequence[int]) -> None:
        """Send a message soon to the devices that match `pattern`; from any thread.

        Without a pattern it goes to those that are open as inputs. If the system has virtual ports,
        it also goes to our own output, which others can connect to.
        """
        if self._thread:
            self._outgoing.put((pattern, message))

    def receive(self, message: Sequence[int], device: str = "", at: float | None = None) -> None:
        """Send the events of one message to the router, which counts malformed ones."""
        parser = self._parsers.setdefault(device, MidiParser(device))
        try:
            found = parser.parse(message)
        except MalformedMidiError as error:
            self._router.count_malformed("MIDI", str(error))
            return
        for event in found:
            if isinstance(event, ClockMessage):
                self._receive_clock(event, device, time.monotonic() if at is None else at)
                continue
            self._router.receive_midi(event, ("midi", device))
            for listener in self.listeners:
                listener(event)

    def _receive_clock(self, event: ClockMessage, device: str, came: float) -> None:
        """Hand on a clock message, unless another device's clock runs: follow only one."""
        leader, ticked = self._clock
        if device != leader and came - ticked < GONE_S:
            return
        if event.kind == "tick":
            self._clock = device, came
        self._router.receive_clock(event.kind, event.value, came)

    def _run(self, backend: MidiBackend, opened: threading.Event) -> None:
        ports = MidiPorts(backend, self._names, self._tell)
        try:
            self._scan(ports, is_first=True)
            opened.set()
            next_scan = time.monotonic() + SCAN_S
            # time.sleep takes a fraction of the processor time that waiting for an event takes.
            while not self._stopping.is_set():
                time.sleep(POLL_S if ports.is_available else _IDLE_S)
                self._guard(lambda: self._exchange(ports))
                if time.monotonic() >= next_scan:
                    self._scan(ports)
                    next_scan = time.monotonic() + SCAN_S
        finally:
            opened.set()
            self._guard(ports.close)

    def _scan(self, ports: MidiPorts, is_first: bool = False) -> None:
        def look() -> None:
            if ports.scan(time.monotonic()):
                self.on_device()

        self._guard(look)
        self.status, self.is_available = ports.status(), ports.is_available
        if is_first and not ports.inputs():
            self._router.tell("midi status", self.status)

    def _exchange(self, ports: MidiPorts) -> None:
        for device, message, delta in ports.receive():
            arrivals = self._arrivals.setdefault(device, _Arrivals())
            at = arrivals.place(delta, time.monotonic())
            self.receive(message, device, at)
        while not self._outgoing.empty():
            ports.send(*self._outgoing.get(), time.monotonic())

    def _guard(self, action: Callable[[], None]) -> None:
        """Do something whose failure must not end the receiving."""
        try:
            action()
        except Exception as error:
            self._router.tell("midi", f"MIDI: {error!r}")

    def _tell(self, line: str) -> None:
        # Each line is a kind of its own, so that two devices that come at once are both told.
        self._router.tell(line, line)


class _Arrivals:
    """When the messages of a device came, in seconds of time.monotonic().

    The system stamps each with the seconds since the one before. The sums of these stamps jitter
    less than the times of fetching. They are kept close to these: never later, and only a little
    earlier.
    """

    def __init__(self) -> None:
        self._last: float | None = None

    def place(self, delta: float, now: float) -> float:
        """When a message came that is stamped `delta` and was fetched at `now`."""
        came = now if self._last is None else self._last + delta
        self._last = min(max(came, now - _LONGEST_WAIT_S), now)
        return self._last

"""The real input process with a software sound card, whose microphone comes and goes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import numpy as np
import pytest

from distill_live.live.ipc.messages import Failed, InputAway, InputOpened
from distill_live.live.ipc.status import ListeningStatus
from distill_live.live.ipc.tap import TapRing
from distill_live.outputs.input_process import run_input
from distill_live.outputs.options import InputOptions
from tests.sound_card import SoundCard
from tests.tools import wait_until


@pytest.fixture(scope="module")
def microphone() -> Iterator[SoundCard]:
    """What is played on it is heard by the device "microphone"."""
    with (
        SoundCard() as microphone,
        SoundCard(microphone) as card,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in card.environment.items():
            patch.setenv(name, value)
        yield microphone


@contextmanager
def listening(
    tap: TapRing, device: str, channel: int | None = None, opened: bool = False
) -> Iterator[Connection]:
    """The process while it runs; what it says comes through the connection."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    options = InputOptions(device, channel)
    process: SpawnProcess = context.Process(
        target=run_input, args=(theirs, options, tap, ListeningStatus(), opened)
    )
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(30)
        assert process.exitcode is not None


def hear(connection: Connection) -> object:
    assert connection.poll(60)
    return connection.recv()


def loudest(tap: TapRing) -> float:
    return float(np.abs(tap.read(0)[0]).max(initial=0.0))


def test_a_device_that_goes_is_told_once_and_listened_to_again_when_it_is_back(
    microphone: SoundCard,
) -> None:
    tap = TapRing(1)
    with listening(tap, "microphone") as process:
        assert hear(process) == InputOpened("microphone at 48000 Hz")
        microphone.play(np.full(9_600, 0.5, np.float32))
        wait_until(lambda: loudest(tap) == 0.5, "the input")
        microphone.unplug()
        away = hear(process)
        assert isinstance(away, InputAway) and "microphone" in away.reason
        microphone.plug_in()
        assert hear(process) == InputOpened("microphone at 48000 Hz")
        written = tap.written
        wait_until(lambda: tap.written > written, "more sound")


def test_the_channel_that_is_asked_for_is_heard_alone(microphone: SoundCard) -> None:
    both = np.stack([np.full(9_600, 0.5), np.full(9_600, 0.25)], axis=1).astype(np.float32)
    mixed, right = TapRing(1), TapRing(1)
    with listening(mixed, "microphone") as one, listening(right, "microphone", 2) as other:
        hear(one), hear(other)
        wait_until(lambda: mixed.written and right.written, "the first sound")
        microphone.play(both)
        wait_until(lambda: loudest(mixed) and loudest(right), "the input")
        assert (loudest(mixed), loudest(right)) == (0.375, 0.25)


@pytest.mark.parametrize(
    ("device", "channel", "reason"),
    [
        ("nobody", None, "no audio input is called 'nobody'; available: 'pulse', 'microphone'"),
        ("pulse", 99, "the input pulse has 32 channels; --input-channel takes a number from 1 to"),
    ],
)
def test_a_device_or_channel_that_is_missing_at_the_start_is_an_error_that_says_what_there_is(
    microphone: SoundCard, device: str, channel: int | None, reason: str
) -> None:
    with listening(TapRing(1), device, channel) as process:
        failed = hear(process)
    assert isinstance(failed, Failed) and failed.reason.startswith(reason)


def test_a_later_process_waits_for_the_device_of_an_earlier_one(microphone: SoundCard) -> None:
    with listening(TapRing(1), "nobody", opened=True) as process:
        assert isinstance(hear(process), InputAway)
        assert not process.poll(1.5)

"""The channel between control and its workers."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from distill_live.live.ipc.worker_process import poller


def test_a_channel_is_polled_as_it_polls_itself() -> None:
    ours, theirs = multiprocessing.Pipe()
    poll = poller(theirs)
    begun = time.monotonic()
    assert not poll(0.0)
    assert not poll(0.05)
    assert time.monotonic() >= begun + 0.05
    ours.send("play")
    assert poll(10.0)
    assert theirs.recv() == "play"
    assert not poll(0.0)
    ours.close()
    assert poll(10.0)
    with pytest.raises(EOFError):
        theirs.recv()

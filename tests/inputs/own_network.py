"""An isolated network with only this machine in it, for tests that talk to whole networks."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# <linux/sched.h>, <linux/sockios.h>, <linux/if.h>
_NEW_NETWORK, _SET_FLAGS, _UP = 0x4000_0000, 0x8914, 0x1


@contextlib.contextmanager
def own_network() -> Iterator[None]:
    """This thread, and all threads and processes that it starts, see an empty network.

    Without it a test would play along with every Link session around. The test is skipped where no
    such network can be made: on other systems than Linux, and without root's rights.
    """
    if not sys.platform.startswith("linux"):
        pytest.skip("networks of one's own are made on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open(Path("/proc/thread-self/ns/net"), os.O_RDONLY)
    if libc.unshare(_NEW_NETWORK):
        os.close(before)
        pytest.skip(f"no network of its own: {os.strerror(ctypes.get_errno())}")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
        yield
    finally:
        assert libc.setns(before, _NEW_NETWORK) == 0
        os.close(before)

"""What tests of sessions share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from distill_live.models.prior.sampling import Sampling
from distill_live.models.prior.session import PriorSession

Grid = NDArray[np.int64]
FREE = Sampling(top_p=0.0)


def play(session: PriorSession, columns: int, sampling: Sampling = FREE) -> Grid:
    """The next columns `[columns, F, Q]`."""
    return np.concatenate([session.step(sampling) for _ in range(columns)])


class _Undecided:
    """A column of which all codes are as likely."""

    def logits(self) -> NDArray[np.float32]:
        return np.zeros(12, dtype=np.float32)

    def accept(self, code: int) -> None:
        pass


def make_undecided(session: PriorSession, monkeypatch: pytest.MonkeyPatch) -> PriorSession:
    """Let a session's prior find all codes as likely, so that the settings alone tell."""
    monkeypatch.setattr(session._stepper, "begin", lambda *_: _Undecided())
    return session

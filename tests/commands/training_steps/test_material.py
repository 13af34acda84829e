"""New recordings together with those that a model knows already."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from distill_live.audio.dataset import Recording, Recordings
from distill_live.commands.training_steps.material import Material

QUIET = Recordings([Recording("new.wav", np.full(48_000, 0.1, np.float32))], 48_000, [])


def knowing(loudness_db: float | None, prior: str | None = "a prior") -> Material:
    """With three seconds of a recording that is rehearsed."""
    known = {"loudness_db": loudness_db} if loudness_db is not None else {}
    rehearsal = SimpleNamespace(names=["old.wav"], seconds=3.0, metadata=known, prior=prior)
    return Material(QUIET, rehearsal)  # type: ignore[arg-type]  # as much of it as is asked for


def test_a_new_model_learns_the_folder_alone() -> None:
    material = Material(QUIET)
    assert (material.names, material.seconds, material.known) == (["new.wav"], 1.0, {})
    assert material.loudness_db() == pytest.approx(-20.0)
    assert material.first_prior(None) is None


def test_rehearsed_recordings_come_first_and_count_by_their_length() -> None:
    material = knowing(-40.0)
    assert (material.names, material.seconds) == (["old.wav", "new.wav"], 4.0)
    expected = 10 * np.log10((1 * 0.1**2 + 3 * 0.01**2) / 4)
    assert material.loudness_db() == pytest.approx(expected, abs=0.01)
    # A model that does not say how loud it is leaves the folder's loudness.
    assert knowing(None).loudness_db() == pytest.approx(-20.0)


def test_a_prior_continues_unless_another_size_is_wanted() -> None:
    assert knowing(None).first_prior(None) == "a prior"
    assert knowing(None).first_prior("small") is None

"""The recordings that a model is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from distill_live.audio.dataset import Recordings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.base import Prior
from distill_live.models.prior.column_prior import PriorSize
from distill_live.training.data.rehearsal import Rehearsal

# Squares take twice the memory of the samples: for hours of sound that is gigabytes.
_SUMMED_SAMPLES = 1 << 20


@dataclass(frozen=True)
class Material:
    """The recordings of a folder and, with `--continue`, those that the model knows already.

    `start` is the model whose encoder and decoder a new codec begins with.
    """

    recordings: Recordings
    rehearsal: Rehearsal | None = None
    start: LoadedVQModel | None = None

    @property
    def names(self) -> list[str]:
        """The names of all recordings: the rehearsed ones, then those of the folder."""
        rehearsed = self.rehearsal.names if self.rehearsal else []
        return [*rehearsed, *(one.name for one in self.recordings.recordings)]

    @property
    def seconds(self) -> float:
        """The total length of all recordings."""
        return self.recordings.seconds + (self.rehearsal.seconds if self.rehearsal else 0.0)

    @property
    def start_name(self) -> str | None:
        """What the model that the codec starts from is called, if there is one."""
        return str(self.start.metadata["name"]) if self.start else None

    @property
    def builds_on(self) -> str | None:
        """The checksum of the model that the codec's training builds on, if there is one."""
        header = self.start.metadata if self.start else self.known
        return header.get("weights_sha256")

    @property
    def known(self) -> dict[str, Any]:
        """The header of the model that is continued; empty for a new one."""
        return self.rehearsal.metadata if self.rehearsal else {}

    def first_prior(self, size: PriorSize | None) -> Prior | None:
        """The prior that training continues; None if it begins with a new one."""
        return self.rehearsal.prior if self.rehearsal and size is None else None

    def loudness_db(self) -> float:
        """RMS of all samples in dB of full scale, including the rehearsed recordings."""
        recordings, old_db = self.recordings, self.known.get("loudness_db")
        squares = sum(
            float(np.square(samples[start : start + _SUMMED_SAMPLES], dtype=np.float64).sum())
            for samples in (one.samples for one in recordings.recordings)
            for start in range(0, len(samples), _SUMMED_SAMPLES)
        )
        samples = sum(len(one.samples) for one in recordings.recordings)
        if self.rehearsal and old_db is not None:
            old_samples = round(self.rehearsal.seconds * recordings.sample_rate)
            squares, samples = squares + old_samples * 10 ** (old_db / 10), samples + old_samples
        return round(10 * float(np.log10(squares / samples + 1e-12)), 2)

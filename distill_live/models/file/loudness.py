"""How loud a model is, as its file's header says, and the gain that makes it as loud as another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

#: The entry of the header with the loudness of what a model plays, in LUFS.
LOUDNESS = "loudness_lufs"
_RECORDINGS = "loudness_db"
#: The most by which a model is made louder or softer to match another one, in dB: where both were
#: measured, and where their recordings stand for them.
MOST_MEASURED_DB, MOST_GUESSED_DB = 24.0, 12.0
#: What a header may say; a file may say anything.
_LEAST, _MOST = -100.0, 20.0
#: Assumed of the recordings of a model whose file does not say how loud they are.
_UNKNOWN_DB = -18.0


@dataclass(frozen=True)
class ModelLoudness:
    """`lufs` is the integrated loudness of what a model plays with the default settings, on two
    channels, None if its file does not say; `recordings_db` the RMS level of its recordings, in
    dBFS."""

    lufs: float | None = None
    recordings_db: float = _UNKNOWN_DB

    @classmethod
    def of_header(cls, metadata: Mapping[str, Any]) -> Self:
        """From a model file's header; numbers that make no sense are ignored."""
        recordings = _number(metadata.get(_RECORDINGS))
        return cls(
            _number(metadata.get(LOUDNESS)), _UNKNOWN_DB if recordings is None else recordings
        )

    def gain_to_match(self, other: Self) -> float:
        """The linear gain that makes this model as loud as another one.

        If both files say what the models play, it is within MOST_MEASURED_DB. Otherwise the
        recordings must do, within MOST_GUESSED_DB: what a model plays can be much softer than they.
        """
        if self.lufs is not None and other.lufs is not None:
            difference, most = other.lufs - self.lufs, MOST_MEASURED_DB
        else:
            difference, most = other.recordings_db - self.recordings_db, MOST_GUESSED_DB
        return float(10.0 ** (min(max(difference, -most), most) / 20.0))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if _LEAST <= value <= _MOST else None

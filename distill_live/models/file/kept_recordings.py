"""What a model file contains of its recordings: codes, spectrograms, and previews of the training.
All are tensors in the file; the header says which belongs to which recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.kinds import Codec

# Keys of the header, which are also the beginnings of the tensors' names.
_CODES, _MELS, _PREVIEWS = "training_codes", "training_mels", "previews"


@dataclass(frozen=True)
class Preview:
    """The end of a recording, passed through the codec as it was after `epoch` epochs, as the bytes
    of an mp3 file. Epoch 0 is the recording itself."""

    epoch: int
    mp3: bytes


def declines_codes(metadata: dict[str, Any]) -> bool:
    """Whether the file must contain nothing of the recordings: `keeps_codes` in the header's
    `training` is false, as set by `train --no-training-codes`.

    If `keeps_codes` is missing, an older version trained the model, or none did. A version that
    counted codes also kept them unless it was told not to.
    """
    training = metadata.get("training") or {}
    if "keeps_codes" in training:
        return not training["keeps_codes"]
    return bool(metadata.get("code_counts")) and not (metadata.get(_CODES) or {}).get("names")


def describe_kept(codes: Sequence[TrainingCodes], previews: Sequence[Preview]) -> dict[str, Any]:
    """The header's entries about codes and previews."""
    return {
        _CODES: {
            "names": [one.name for one in codes],
            "columns": [len(one.codes) for one in codes],
            "mel_bytes": [len(one.mel) for one in codes],
        },
        _PREVIEWS: [one.epoch for one in previews],
    }


def kept_tensors(
    codes: Sequence[TrainingCodes], previews: Sequence[Preview], codebook_size: int
) -> dict[str, Tensor]:
    """The codes of all recordings in one tensor of the smallest type that fits, their spectrograms
    in another, and a tensor for each preview."""
    tensors = {
        f"{_PREVIEWS}.{one.epoch}": torch.from_numpy(np.frombuffer(one.mp3, np.uint8).copy())
        for one in previews
    }
    if codes:
        dtype = np.uint8 if codebook_size <= 256 else np.int16
        joined = np.concatenate([one.codes for one in codes]).astype(dtype)
        tensors[f"{_CODES}.0"] = torch.from_numpy(joined)
    mels = b"".join(one.mel for one in codes)
    if mels:
        tensors[f"{_MELS}.0"] = torch.from_numpy(np.frombuffer(mels, np.uint8).copy())
    return tensors


def read_codes(
    metadata: dict[str, Any], tensors: dict[str, Tensor], codec: Codec
) -> tuple[TrainingCodes, ...]:
    """The recordings' codes and spectrograms, empty if the header mentions none.

    Raises ValueError when they do not fit this codec, or their number differs from the header's.
    """
    described, config = metadata.get(_CODES) or {}, codec.config
    names = [str(name) for name in described.get("names", [])]
    if not names:
        return ()
    columns = [int(count) for count in described["columns"]]
    joined = tensors[f"{_CODES}.0"].numpy().astype(np.int16)
    shape = (sum(columns), config.bands, config.num_quantizers)
    if joined.shape != shape or len(columns) != len(names) or min(columns) < 0:
        raise ValueError("its training codes do not match its header")
    if joined.size and not 0 <= joined.min() <= joined.max() < config.codebook_size:
        raise ValueError(f"its training codes are not all 0..{config.codebook_size - 1}")
    parts = np.split(joined, np.cumsum(columns)[:-1])
    mels = _read_mels(described.get("mel_bytes") or [0] * len(names), tensors)
    return tuple(TrainingCodes(*each) for each in zip(names, parts, mels, strict=True))


def _read_mels(lengths: list[int], tensors: dict[str, Tensor]) -> list[bytes]:
    """The packed spectrograms of the recordings, which have these lengths in bytes."""
    stored = tensors.get(f"{_MELS}.0")
    joined = b"" if stored is None else stored.numpy().tobytes()
    ends = np.cumsum([int(length) for length in lengths]).tolist()
    if min(lengths) < 0 or ends[-1] != len(joined):
        raise ValueError("its training spectrograms do not match its header")
    return [joined[end - length : end] for end, length in zip(ends, lengths, strict=True)]


def read_previews(metadata: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[Preview, ...]:
    """The previews, empty if the header mentions none. Raises LookupError when one is missing from
    the file."""
    return tuple(
        Preview(int(epoch), tensors[f"{_PREVIEWS}.{epoch}"].numpy().tobytes())
        for epoch in metadata.get(_PREVIEWS) or []
    )

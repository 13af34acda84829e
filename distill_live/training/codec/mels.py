"""The mels that a codec is trained and judged on, split by time, and copies at other speeds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from distill_live.audio.dataset import Recordings, training_columns
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.data.augmentation import at_speeds
from distill_live.training.data.coding import recording_mel, sound_mel
from distill_live.training.data.rehearsal import Rehearsal, rehearsed_share

#: Enough columns to judge an epoch by; of a large set, some fixed recordings are used.
JUDGED_COLUMNS = 8192
# Exact sums take twice the memory of what is summed.
_SUMMED_FRAMES = 1 << 14


@dataclass(frozen=True)
class TrainingMels:
    """Normalised mels `[M, T]` of whole columns, on the CPU.

    Crops are drawn from the `learned` mels, which count `shares` times their length: the training
    parts of all recordings and of their copies at other speeds. `names` has the recording's name
    for each. `judged` has pairs of a whole recording's mel and the number of its first held-out
    frame. `spectrogram` is what made them.
    """

    spectrogram: AudioSpectrogram
    learned: list[Tensor]
    names: list[str]
    shares: list[float]
    judged: list[tuple[Tensor, int]]

    @classmethod
    def of(
        cls, recordings: Recordings, config: CodecTrainingConfig, rehearsal: Rehearsal | None = None
    ) -> TrainingMels:
        """From recordings, together with rehearsed ones, if any, in their codec's spectrogram.

        Raises TrainingError for a recording whose mel is not finite.
        """
        frames = config.codec.column_frames
        if rehearsal:
            spectrogram = rehearsal.spectrogram
            mels = _mels(recordings, spectrogram, frames)
            shares = rehearsed_share(mels, rehearsal.mels)
            mels += rehearsal.mels
        else:
            spectrogram, mels = _fit_spectrogram(recordings, config)
            shares = [1.0] * len(mels)
        ends = [_training_frames(mel, config) for mel in mels]
        copies = _at_speeds(recordings, spectrogram, config)
        names = [one.name for one in recordings.recordings]
        copied = [name for name in names for _ in config.augmentation.speeds]
        names += rehearsal.names if rehearsal else []
        return cls(
            spectrogram,
            [mel[:, :end] for mel, end in zip(mels, ends, strict=True)] + copies,
            names + copied,
            shares + [config.augmentation.speed_share * shares[0]] * len(copies),
            spread(list(zip(mels, ends, strict=True)), JUDGED_COLUMNS * frames),
        )

    def loudest_db(self, number: int) -> float:
        """The loudest value of a learned mel, in dB of full scale."""
        loudest = self.spectrogram.denormalise(self.spectrogram.mels(self.learned[number]).max())
        return float(loudest) * 10 / math.log(10)


def first_of(pairs: list[tuple[Tensor, int]], frames: int) -> list[tuple[Tensor, int]]:
    """As many of the first recordings as it takes for so many frames, or all of them; only the
    beginning of a long one."""
    found, count = list[tuple[Tensor, int]](), 0
    for mel, end in pairs:
        if count >= frames:
            break
        found.append((mel[:, :frames], min(end, frames)))
        count += mel.shape[-1]
    return found


def spread(pairs: list[tuple[Tensor, int]], max_frames: int) -> list[tuple[Tensor, int]]:
    """Every k-th recording, with the smallest k that keeps the total near `max_frames`."""
    frames = sum(mel.shape[-1] for mel, _ in pairs)
    return pairs[:: max(1, math.ceil(frames / max_frames))]


def _fit_spectrogram(
    recordings: Recordings, config: CodecTrainingConfig
) -> tuple[AudioSpectrogram, list[Tensor]]:
    """A spectrogram normalised to these recordings' training parts, and all normalised mels."""
    plain = SpectrogramConfig(
        sample_rate=recordings.sample_rate,
        n_mels=config.codec.n_mels,
        image_groups=config.codec.image_groups,
    )
    as_it_is = AudioSpectrogram(plain)
    logs = _mels(recordings, as_it_is, config.codec.column_frames)
    mean, deviation = _mean_and_deviation(
        as_it_is.mels(log)[:, : _training_frames(log, config)] for log in logs
    )
    fitted = AudioSpectrogram(replace(plain, mean=mean, deviation=max(deviation, 0.1)))
    for log in logs:
        # In place: of hours of sound, a copy would be gigabytes.
        fitted.mels(log).sub_(mean).div_(fitted.config.deviation)
    return fitted, logs


def _mean_and_deviation(mels: Iterable[Tensor]) -> tuple[float, float]:
    """Of all values of mels `[M, T]` together."""
    count, total, squares = 0, 0.0, 0.0
    for mel in mels:
        for part in torch.split(mel, _SUMMED_FRAMES, dim=1):
            exact = part.double()
            count += exact.numel()
            total += float(exact.sum())
            squares += float(exact.square().sum())
    mean = total / max(count, 1)
    return mean, math.sqrt(max(squares - total * mean, 0.0) / max(count - 1, 1))


def _training_frames(mel: Tensor, config: CodecTrainingConfig) -> int:
    """The number of frames of a recording's mel `[M, T]`, from its start, that are for training."""
    frames = config.codec.column_frames
    return training_columns(mel.shape[-1] // frames, config.holdout) * frames


def _mels(
    recordings: Recordings, spectrogram: AudioSpectrogram, column_frames: int
) -> list[Tensor]:
    return [recording_mel(one, spectrogram, column_frames) for one in recordings.recordings]


def _at_speeds(
    recordings: Recordings, spectrogram: AudioSpectrogram, config: CodecTrainingConfig
) -> list[Tensor]:
    """The mels of the recordings' training parts at other speeds."""
    copies = at_speeds(recordings, config.augmentation.speeds, config.holdout)
    frames = config.codec.column_frames
    return [sound_mel(one, spectrogram, frames) for one in copies]

"""Plays grains in the place of a vocoder's sound, or mixed with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from distill_live.audio.fades import rising_fade
from distill_live.errors import AudioFileError
from distill_live.models.grains.corpus import Grains
from distill_live.models.grains.equaliser import MARGIN
from distill_live.models.grains.features import Db, group_db, to_db
from distill_live.models.grains.joining import best_shift, likeness, mix
from distill_live.models.grains.matching import FLOOR_DB, Match
from distill_live.models.vocoder.vocoder import VocoderStream

Samples = NDArray[np.float32]
#: The number of a recording among a model's grains, and a second in it.
GrainOrigin = tuple[int, float]

# The stretch that is playing goes on unless another one costs less than so much of its own cost,
# minus so much: a join is easier to hear than a slightly worse match.
_LOYALTY, _BONUS = 0.5, 10.0
# Stretches are joined over 10 ms at 48 kHz, within 128 samples of where the mels say.
_FADE, _SEARCH, _COMPARED = 480, 128, 960
# Up to this cost, in dB squared, a match is corrected by what the codec makes of it, beyond it
# rather by its own mels: a good match is not spoilt by the codec's blur.
_CLOSE = 25.0
# Grains fade out as the distance of matches, averaged over a few columns, passes the reach, between
# these parts of it; a single column only if it is twice as far. A passage is one or the other: it
# does not change with every column.
_NEAR, _FAR, _ALONE = 0.85, 1.15, 2.0
_AVERAGED = 0.25
# The grains fade in and out over 20 ms.
_RAMP = 960


@dataclass(frozen=True, eq=False)
class GrainState:
    """A stream of grains between two columns. Its arrays are replaced, never changed in place.

    `base` is the vocoder's state. `db` `[M, n]`: the mels of the last two columns in dB; `frames`:
    how many have been pushed as whole columns; `waiting`: mels `[M, n]` of one that is not full.
    `stretch` is what is playing, None while the vocoder is heard alone; `share`, 0..1, how much of
    the sound it is. `distance` is how far the last matches were in dB on average, None before the
    first.
    """

    base: object
    db: Db
    frames: int
    waiting: Tensor
    stretch: Stretch | None
    share: float
    distance: float | None = None


@dataclass(frozen=True, eq=False)
class Stretch:
    """A stretch of a recording that is playing: `start` is the sample that comes next, `began` the
    one at which the last column's sound began. `gains` `[M]` in dB correct it; `tail` is how it
    goes on with them."""

    recording: int
    began: int
    start: int
    gains: Db
    tail: Samples


class GrainStream:
    """A vocoder's stream with the recordings' own sound in its place.

    `amount`, 0..1, says how much of the sound is grains, and `reach`, in dB, how far a match may be
    from what was decoded: beyond it the vocoder is heard. Both may change from column to column. At
    amount 0 the bytes are the vocoder's.
    """

    def __init__(self, base: VocoderStream, grains: Grains, amount: float, reach: float) -> None:
        self._base, self._grains = base, grains
        self.amount, self.reach = amount, reach
        self._sound, self._length = grains.spectrogram.config, grains.column_frames
        n_mels = self._sound.n_mels
        self._state = GrainState(
            base=None,
            db=np.zeros((n_mels, 2 * self._length), np.float32),
            frames=0,
            waiting=torch.zeros(n_mels, 0),
            stretch=None,
            share=0.0,
        )

    @property
    def emitted(self) -> int:
        """Samples given so far."""
        return self._base.emitted

    @property
    def origin(self) -> GrainOrigin | None:
        """The number of the recording that the sound of the last column is from, and the second in
        it at which that begins, from 0; None if the vocoder is louder."""
        stretch = self._state.stretch
        if stretch is None or self._state.share < 0.5:
            return None
        return stretch.recording, max(stretch.began, 0) / self._sound.sample_rate

    def push(self, mel: Tensor) -> Tensor:
        """Normalised mels `[M, k]`, k from 0, to the samples `[n]` that they complete."""
        waiting = torch.cat([self._state.waiting, mel.detach().to("cpu", torch.float32)], dim=1)
        whole = waiting.shape[1] // self._length * self._length
        parts = [
            self._push_column(waiting[:, first : first + self._length])
            for first in range(0, whole, self._length)
        ]
        self._state = replace(self._state, waiting=waiting[:, whole:].clone())
        return torch.from_numpy(np.concatenate(parts)) if parts else torch.zeros(0)

    def flush(self) -> Tensor:
        """The rest: all together are exactly hop times the frames pushed."""
        parts = [self._base.push(self._state.waiting), self._base.flush()]
        base: Samples = torch.cat(parts).cpu().numpy()
        state = self._state
        if state.stretch is None:
            return torch.from_numpy(base)
        try:
            before = state.stretch
            sound = self._read(before.recording, before.start, before.gains, len(base))
        except AudioFileError:
            # A file may hold anything; the vocoder plays on.
            return torch.from_numpy(base)
        return torch.from_numpy(self._mixed(base, before, sound, state.share))

    def snapshot(self) -> GrainState:
        """The state, to be given to `restore`."""
        return replace(self._state, base=self._base.snapshot())

    def restore(self, state: Any) -> None:
        """Go on from a snapshot."""
        self._base.restore(state.base)
        self._state = state

    def _push_column(self, mel: Tensor) -> Samples:
        state, hop = self._state, self._sound.hop_length
        # The samples that this column completes begin so many frames before its own.
        late = min((state.frames * hop - self._base.emitted) // hop, self._length)
        base: Samples = self._base.push(mel).cpu().numpy()
        db = np.concatenate([state.db[:, self._length :], to_db(mel.numpy(), self._sound)], axis=1)
        self._state = replace(state, db=db, frames=state.frames + self._length)
        if self.amount == state.share == 0.0:
            self._state = replace(self._state, stretch=None, distance=None)
            return base
        if not len(base):
            # A vocoder may hold back its whole first column.
            return base
        try:
            return self._play(base, db[:, self._length - late : 2 * self._length - late])
        except AudioFileError:
            # A file may hold anything; the vocoder plays on.
            self._state = replace(self._state, stretch=None, share=0.0)
            return base

    def _play(self, base: Samples, db: Db) -> Samples:
        """The sound of a column, whose vocoder's sound is `base` [N] and whose mels are `db`
        `[M, frames]`."""
        state, firsts = self._state, self._grains.file.header.firsts
        query = group_db(db, firsts)
        continued = self._continued_match(query)
        best = self._best_match(query, continued)
        if best is None:
            return base
        distance, far = state.distance, math.sqrt(best.cost)
        distance = far if distance is None else distance + _AVERAGED * (far - distance)
        share = self.amount * self._trust(max(distance, far / _ALONE))
        if share == state.share == 0.0:
            self._state = replace(state, stretch=None, distance=distance)
            return base
        if best is continued and state.stretch is not None:
            recording, start = state.stretch.recording, state.stretch.start
        else:
            recording, start = self._join(best, base)
        gains = self._gains(best, db, query, recording, start)
        made = self._read(recording, start, gains, len(base) + _FADE)
        # A copy: states are kept, and a part of an array keeps the whole of it.
        sound, tail = made[: len(base)], made[len(base) :].copy()
        mixed = self._mixed(base, state.stretch, sound, share)
        stretch = Stretch(recording, start, start + len(base), gains, tail)
        self._state = replace(state, stretch=stretch, share=share, distance=distance)
        return mixed

    def _continued_match(self, query: Db) -> Match | None:
        """The stretch that is playing, if its recording has another column of sound."""
        stretch, matcher = self._state.stretch, self._grains.matcher
        if stretch is None:
            return None
        near = round(stretch.start / self._sound.hop_length)
        frame = matcher.frame_of(stretch.recording, near)
        return None if frame is None else Match(frame, matcher.cost(query, frame))

    def _best_match(self, query: Db, continued: Match | None) -> Match | None:
        """The stretch to play: the one that is playing, unless another is so much closer."""
        if continued is None:
            return self._grains.matcher.best(query)
        # Nothing costs less than 0: then there is no need to look.
        bound = _LOYALTY * continued.cost - _BONUS
        other = self._grains.matcher.best(query) if bound > 0 else None
        return other if other is not None and other.cost < bound else continued

    def _trust(self, distance: float) -> float:
        """How much of matches at such a distance in dB is heard, 0..1."""
        far, near = _FAR * self.reach, _NEAR * self.reach
        return min(max((far - distance) / (far - near), 0.0), 1.0)

    def _join(self, match: Match, base: Samples) -> tuple[int, int]:
        """The recording and the sample in it from which a match is played, so that it continues
        what is playing."""
        recording, frame = self._grains.matcher.recording_of(match.frame)
        start = frame * self._sound.hop_length
        stretch, sound = self._state.stretch, self._grains.sound
        count = min(_COMPARED, len(base))
        if stretch is None or self._state.share < 0.5:
            reference = base[:count]
        else:
            reference = sound.read(stretch.recording, stretch.start, count)
        around = sound.read(recording, start - _SEARCH, count + 2 * _SEARCH)
        return recording, start - _SEARCH + best_shift(reference, around)

    def _gains(self, match: Match, db: Db, query: Db, recording: int, start: int) -> Db:
        """What corrects a stretch, `[M]` in dB."""
        grains, floor = self._grains, np.float32(FLOOR_DB)
        wanted = np.maximum(db, floor).mean(axis=1)
        grouped = np.maximum(query, floor).mean(axis=0)
        decoded = np.maximum(grains.matcher.levels_at(match.frame), floor)
        by_codec = np.repeat(grouped - decoded, grains.sizes)
        by_sound = wanted - np.maximum(self._own_db(recording, start), floor).mean(axis=1)
        close = np.float32(math.exp(-match.cost / _CLOSE))
        gains: Db = close * by_codec + (1 - close) * by_sound
        return gains

    def _own_db(self, recording: int, start: int) -> Db:
        """The mels `[M, frames]` of a stretch in dB above silence."""
        sound, grains = self._sound, self._grains
        count = (self._length - 1) * sound.hop_length + sound.n_fft
        around = grains.sound.read(recording, start - sound.n_fft // 2, count)
        frames = np.lib.stride_tricks.sliding_window_view(around, sound.n_fft)[:: sound.hop_length]
        spectra = np.fft.rfft(frames * grains.window)
        power = torch.from_numpy(spectra.real**2 + spectra.imag**2) / sound.n_fft
        # By torch, which uses one thread while it plays: numpy would use all.
        mel: Db = torch.mm(grains.bank, power.T).numpy()
        return np.asarray(10 * np.log10(mel / sound.floor + 1), np.float32)

    def _read(self, recording: int, start: int, gains: Db, count: int) -> Samples:
        """`count` samples of a recording from a sample on, corrected."""
        grains = self._grains
        around = grains.sound.read(recording, start - MARGIN, count + 2 * MARGIN)
        return grains.equaliser.apply(gains, around)

    def _mixed(
        self, base: Samples, before: Stretch | None, sound: Samples, share: float
    ) -> Samples:
        """The vocoder's sound and that of a stretch together [N]. The stretch `before` fades out
        under it; `share` is how much of the sound is grains from now on."""
        old_share = self._state.share
        if before is not None:
            count = min(len(before.tail), len(sound))
            old, new = before.tail[:count], sound[:count]
            joined = mix(old, new, rising_fade(count), likeness(old, new))
            sound = np.concatenate([joined, sound[count:]])
        if share == old_share == 1.0:
            return sound
        shares = np.full(len(sound), share, np.float32)
        count = min(_RAMP, len(sound))
        shares[:count] = old_share + (share - old_share) * rising_fade(count)
        return mix(base, sound, shares, likeness(base, sound))

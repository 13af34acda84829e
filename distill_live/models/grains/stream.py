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
from distill_live.audio.stereo.channels import middle_of, with_channels_of
from distill_live.errors import AudioFileError
from distill_live.models.grains.corpus import Grains
from distill_live.models.grains.corrected import CorrectedSound
from distill_live.models.grains.features import Db, group_db, to_db
from distill_live.models.grains.joining import best_shift, likeness, mix
from distill_live.models.grains.lazy_vocoder import LazyState, LazyVocoder
from distill_live.models.grains.matching import Match

Samples = NDArray[np.float32]
#: The number of a recording among a model's grains, and a second in it.
GrainOrigin = tuple[int, float]

# The stretch that is playing goes on unless another one costs less than so much of its own cost,
# minus so much: a join is easier to hear than a slightly worse match.
_LOYALTY, _BONUS = 0.5, 10.0
# Stretches are joined over 10 ms at 48 kHz, within 128 samples of where the mels say.
_FADE, _SEARCH, _COMPARED = 480, 128, 960
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

    `vocoder` is the vocoder's state. `db` `[M, n]`: the mels of the last two columns in dB;
    `waiting`: rows `[R, n]` of a column that is not full, None before the first push. `stretch` is
    what is playing, None while the vocoder is heard alone; `share`, 0..1, how much of the sound it
    is, and `alike`, 0..1, how alike the vocoder's sound and its own were when both were last heard.
    `distance` is how far the last matches were in dB on average, None before the first.
    """

    vocoder: LazyState | None
    db: Db
    waiting: Tensor | None
    stretch: Stretch | None
    share: float
    alike: float = 0.0
    distance: float | None = None


@dataclass(frozen=True, eq=False)
class Moment:
    """What is sought among the recordings for a column of sound: `db` `[M, frames]` and, in groups,
    `query` `[frames, D]`, both in dB. Its first frame is centred `early` samples after the sound
    begins."""

    db: Db
    query: Db
    early: int


@dataclass(frozen=True, eq=False)
class Stretch:
    """A stretch of a recording that is playing: `start` is the sample that comes next, `began` the
    one at which the last column's sound began. `gains` `[M]` in dB correct it; `tail`, [N] or
    [N, 2], is how it goes on with them."""

    recording: int
    began: int
    start: int
    gains: Db
    tail: Samples


class GrainStream:
    """A vocoder's stream with the recordings' own sound in its place.

    `amount`, 0..1, says how much of the sound is grains, and `reach`, in dB, how far a match may be
    from what was decoded: beyond it the vocoder is heard. Both may change from column to column. At
    amount 0 throughout, the bytes are the vocoder's. While only grains are heard, it rests.

    The sound has as many channels as the vocoder's: grains of one channel go to both, and of grains
    of two the mean is taken for one. Joins are sought in the mean.
    """

    def __init__(self, vocoder: LazyVocoder, grains: Grains, amount: float, reach: float) -> None:
        self._vocoder, self._grains = vocoder, grains
        self.amount, self.reach = amount, reach
        self._corrected = CorrectedSound(grains)
        self._sound, self._length = grains.spectrogram.config, grains.column_frames
        self._state = GrainState(
            vocoder=None,
            db=np.zeros((self._sound.n_mels, 2 * self._length), np.float32),
            waiting=None,
            stretch=None,
            share=0.0,
        )

    @property
    def emitted(self) -> int:
        """Samples given so far."""
        return self._vocoder.emitted

    @property
    def origin(self) -> GrainOrigin | None:
        """The number of the recording that the sound of the last column is from, and the second in
        it at which that begins, from 0; None if the vocoder is louder."""
        stretch = self._state.stretch
        if stretch is None or self._state.share < 0.5:
            return None
        return stretch.recording, max(stretch.began, 0) / self._sound.sample_rate

    def push(self, mel: Tensor) -> Tensor:
        """Rows `[R, k]`, k from 0, to the samples `[n]` or `[n, 2]` that they complete. The first M
        rows are normalised mels; the vocoder may want more."""
        mel, waiting = mel.detach().to("cpu", torch.float32), self._state.waiting
        waiting = mel if waiting is None else torch.cat([waiting, mel], dim=1)
        whole = waiting.shape[1] // self._length * self._length
        parts = [
            self._push_column(waiting[:, first : first + self._length])
            for first in range(0, whole, self._length)
        ]
        self._state = replace(self._state, waiting=waiting[:, whole:].clone())
        return torch.from_numpy(np.concatenate([self._vocoder.nothing, *parts]))

    def flush(self) -> Tensor:
        """The rest: all together are exactly hop times the frames pushed."""
        state, vocoder = self._state, self._vocoder
        count, before = vocoder.flush(state.waiting), state.stretch
        if before is None:
            return torch.from_numpy(vocoder.sound())
        try:
            sound = self._corrected.read(before.recording, before.start, before.gains, count)
        except AudioFileError:
            # A file may hold anything; the vocoder plays on.
            return torch.from_numpy(vocoder.sound())
        return torch.from_numpy(self._mixed(before, sound, state.share)[0])

    def snapshot(self) -> GrainState:
        """The state, to be given to `restore`."""
        return replace(self._state, vocoder=self._vocoder.snapshot())

    def restore(self, state: Any) -> None:
        """Go on from a snapshot."""
        self._vocoder.restore(state.vocoder)
        self._state = state

    def _push_column(self, mel: Tensor) -> Samples:
        state, hop, length = self._state, self._sound.hop_length, self._length
        # The samples that this column completes begin so many samples before its own.
        late = self._vocoder.lag_samples
        count = self._vocoder.push(mel)
        added = to_db(mel[: self._sound.n_mels].numpy(), self._sound)
        db = np.concatenate([state.db[:, length:], added], axis=1)
        self._state = replace(state, db=db)
        if self.amount == state.share == 0.0:
            self._state = replace(self._state, stretch=None, distance=None)
            return self._vocoder.sound()
        if not count:
            # A vocoder may hold back its whole first column.
            return self._vocoder.nothing
        frames = min(late // hop, length)
        own = db[:, length - frames : 2 * length - frames]
        query = group_db(own, self._grains.file.header.firsts)
        try:
            return self._play(count, Moment(own, query, early=late - frames * hop))
        except AudioFileError:
            # A file may hold anything; the vocoder plays on.
            self._state = replace(self._state, stretch=None, share=0.0)
            return self._vocoder.sound()

    def _play(self, count: int, moment: Moment) -> Samples:
        """`count` samples of a column, [N] or [N, 2]."""
        state = self._state
        continued = self._continued_match(moment)
        best = self._best_match(moment.query, continued)
        if best is None:
            return self._vocoder.sound()
        distance, far = state.distance, math.sqrt(best.cost)
        distance = far if distance is None else distance + _AVERAGED * (far - distance)
        share = self.amount * self._trust(max(distance, far / _ALONE))
        if share == state.share == 0.0:
            self._state = replace(state, stretch=None, distance=distance)
            return self._vocoder.sound()
        if best is continued and state.stretch is not None:
            recording, start = state.stretch.recording, state.stretch.start
        else:
            recording, start = self._join(best, count, moment.early)
        gains = self._corrected.gains(
            best, moment.db, moment.query, recording, start + moment.early
        )
        made = self._corrected.read(recording, start, gains, count + _FADE)
        # A copy: states are kept, and a part of an array keeps the whole of it.
        sound, tail = made[:count], made[count:].copy()
        mixed, alike = self._mixed(state.stretch, sound, share)
        stretch = Stretch(recording, start, start + count, gains, tail)
        self._state = replace(state, stretch=stretch, share=share, alike=alike, distance=distance)
        return mixed

    def _continued_match(self, moment: Moment) -> Match | None:
        """The stretch that is playing, if its recording has another column of sound."""
        stretch, matcher = self._state.stretch, self._grains.matcher
        if stretch is None:
            return None
        near = round((stretch.start + moment.early) / self._sound.hop_length)
        frame = matcher.frame_of(stretch.recording, near)
        return None if frame is None else Match(frame, matcher.cost(moment.query, frame))

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

    def _join(self, match: Match, length: int, early: int) -> tuple[int, int]:
        """The recording and the sample in it from which a match is played, so that it continues
        what is playing. The sound has `length` samples; the match's first frame is `early` samples
        after it begins."""
        recording, frame = self._grains.matcher.recording_of(match.frame)
        start = frame * self._sound.hop_length - early
        stretch, sound = self._state.stretch, self._grains.sound
        count = min(_COMPARED, length)
        if stretch is None or self._state.share < 0.5:
            reference = self._vocoder.sound()[:count]
        else:
            reference = sound.read(stretch.recording, stretch.start, count)
        around = sound.read(recording, start - _SEARCH, count + 2 * _SEARCH)
        return recording, start - _SEARCH + best_shift(middle_of(reference), middle_of(around))

    def _mixed(self, before: Stretch | None, sound: Samples, share: float) -> tuple[Samples, float]:
        """The vocoder's sound, if it is heard, and that of a stretch together, in the vocoder's
        channels, and how alike the two are, 0..1. The stretch `before` fades out under it; `share`
        is how much of the sound is grains from now on."""
        old_share, old_alike = self._state.share, self._state.alike
        if before is not None:
            count = min(len(before.tail), len(sound))
            old, new = before.tail[:count], sound[:count]
            joined = mix(old, new, rising_fade(count), likeness(old, new))
            sound = np.concatenate([joined, sound[count:]])
        sound = with_channels_of(self._vocoder.nothing, sound)
        if share == old_share == 1.0:
            return sound, old_alike
        base = self._vocoder.sound()
        alike = likeness(base, sound)
        # Together they are as loud as either, so a level that is not ramped would jump.
        shares, likenesses = _ramp(old_share, share, sound), _ramp(old_alike, alike, sound)
        return mix(base, sound, shares, likenesses), alike


def _ramp(old: float, new: float, sound: Samples) -> Samples:
    """From one value to another within the ramp, for each sample of a sound [N]."""
    values = np.full(len(sound), new, np.float32)
    count = min(_RAMP, len(sound))
    values[:count] = old + (new - old) * rising_fade(count)
    return values

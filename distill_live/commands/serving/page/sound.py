"""Frames of what sounds: its outline and spectrum, and the samples themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distill_live.audio.resample import StreamResampler
from distill_live.commands.serving.page.spectrum import SIZE, LogSpectrum
from distill_live.live.ipc.ring import Samples
from distill_live.live.ipc.tap import TapRing
from distill_live.web.socket.frames import pack_audio, pack_sound

#: The most samples whose outline one frame shows: a third of a second.
_MOST = 2**14
#: How many seconds of what has sounded already are shown at first, and in how many frames each.
_PAST_S, _PAST_FRAMES = 5, 30
#: How many frames of audio make a second.
_FRAMES = 50
#: A reader of audio that is so late, in seconds, goes on with the newest sound.
_LATE, _NEWEST = 0.5, 0.1


class SoundReader:
    """Reads from a tap what the waveform and the spectrogram show, at first of the last seconds."""

    def __init__(self, tap: TapRing) -> None:
        self._tap = tap
        self._position, self._begun = tap.written, False
        self._rate, self._spectrum = 0, LogSpectrum(1)

    def frames(self) -> list[bytes]:
        """A frame of the samples since the last call; none if there are none. The first call gives
        those of the past."""
        if not self._begun:
            self._begun = True
            return self._past()
        end = self._tap.written
        if end == self._position:
            return []
        wanted = min(max(self._position, end - _MOST), end - SIZE)
        samples, lost = self._tap.read(max(wanted, 0))
        middle = 0.5 * samples[0] + 0.5 * samples[1]
        position = max(wanted, 0) + lost + len(middle)
        fresh = middle[-min(position - self._position, len(middle)) :]
        self._position = position
        if not len(fresh):
            return []
        return [pack_sound(float(fresh.min()), float(fresh.max()), self._newest(middle))]

    def _past(self) -> list[bytes]:
        """Frames of the last seconds that have the present rate, oldest first."""
        tap, rate = self._tap, self._tap.sample_rate
        start = max(self._position - _PAST_S * rate - SIZE, tap.since)
        samples, lost = tap.read(start)
        middle = (0.5 * samples[0] + 0.5 * samples[1])[: max(self._position - start - lost, 0)]
        size = rate // _PAST_FRAMES
        count = min(len(middle) // size, _PAST_S * _PAST_FRAMES)
        ends = [len(middle) - back * size for back in range(count)]
        return [self._describe(middle[:end], size) for end in reversed(ends)]

    def _describe(self, middle: Samples, size: int) -> bytes:
        """A frame of the last `size` of some samples."""
        own = middle[-size:]
        return pack_sound(float(own.min()), float(own.max()), self._newest(middle), past=True)

    def _newest(self, middle: Samples) -> NDArray[np.uint8]:
        """The spectrum of the newest samples."""
        if self._tap.sample_rate != self._rate:
            self._rate = self._tap.sample_rate
            self._spectrum = LogSpectrum(self._rate)
        newest = middle[-SIZE:]
        return self._spectrum.column(np.pad(newest, (SIZE - len(newest), 0)))


class AudioReader:
    """Reads the newest sound of a tap, left and right, at `rate` Hz. Samples that were lost, and
    those for which it was too late, are left out; the numbers of the frames show it."""

    def __init__(self, tap: TapRing, rate: int) -> None:
        self._tap, self._rate = tap, rate
        self._number, self._made = 0, np.zeros((0, 2), np.float32)
        self._begin(tap.written)

    def frames(self) -> list[bytes]:
        """All whole frames of 20 ms that have not been read yet."""
        self._catch_up()
        samples, lost = self._tap.read(self._position)
        if lost:
            self._begin(self._position + lost)
        self._position += samples.shape[1]
        made = self._resampler.process(samples.T)
        self._made = np.concatenate([self._made, made])
        return [self._next_frame() for _ in range(len(self._made) * _FRAMES // self._rate)]

    def _next_frame(self) -> bytes:
        count = self._rate // _FRAMES
        samples, self._made = self._made[:count], self._made[count:]
        frame = pack_audio(self._rate, self._number, _as_16_bit(samples))
        self._number += count
        return frame

    def _catch_up(self) -> None:
        """Skip sound that is too old, and begin anew where the device's rate has changed."""
        tap = self._tap
        if tap.sample_rate != self._tap_rate:
            self._begin(max(self._position, tap.since))
        if tap.written - self._position > _LATE * self._tap_rate:
            self._begin(max(tap.written - round(_NEWEST * self._tap_rate), tap.since))

    def _begin(self, position: int) -> None:
        """Go on from a position of the tap, after a gap."""
        self._position, self._tap_rate = position, self._tap.sample_rate
        self._resampler = StreamResampler(self._tap_rate, self._rate, 2)
        self._made = self._made[:0]
        # The numbers never go back, even if the device's rate has changed.
        self._number = max(self._number, round(position * self._rate / self._tap_rate))


def _as_16_bit(samples: Samples) -> NDArray[np.int16]:
    rounded: Samples = np.rint(np.clip(32_767.0 * samples, -32_768, 32_767))
    return rounded.astype(np.int16)

"""How loud a stream of sound is, and how to mix its channels, measured while it is read."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from distill_live.errors import AudioFileError

Samples = NDArray[np.float32]

#: Up to this peak, 24 dB above full scale, a sound keeps its loudness: floats may be that loud.
LOUDEST = 16.0

# Full scale of integers of 16, 24 and 32 bits, which some programs write as floats as they are.
_INTEGER_SCALES = (2.0**15, 2.0**23, 2.0**31)
# Of sound at such a scale, most samples are beyond 1; of sound with a broken sample, hardly any.
_INTEGER_SHARE = 0.1
# If the power of the channels' mean is below this part of the loudest channel's, -13 dB, they
# cancel out; two channels that have nothing in common come to -3 dB.
_CANCELLED = 0.05
# A side of less than this part of the middle's power, -40 dB, is nothing but noise.
_SIDE = 1e-4


class Tally:
    """Counts up the blocks of one stream: `samples` of each channel, the largest is `peak`."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self.peak = 0.0
        self._beyond = 0
        self._products = np.zeros((channels, channels))

    def add(self, block: Samples) -> None:
        """Take the next block `[n, C]`.

        Raises AudioFileError, without the file's name, when a sample is not a finite number.
        """
        peak = max(float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        if not math.isfinite(peak):
            raise AudioFileError("it holds samples that are not finite numbers")
        self.samples += len(block)
        self.peak = max(self.peak, peak)
        if peak > 1:
            self._beyond += int((np.abs(block).max(axis=1) > 1).sum())
        exact = block.astype(np.float64)
        self._products += exact.T @ exact

    def gain(self) -> tuple[float, str]:
        """The factor to multiply the samples by, and a note that explains it, or "".

        Raises AudioFileError, without the file's name, when no factor makes sound of them.
        """
        if self.peak <= LOUDEST:
            return 1.0, ""
        told = f"its peak is {self.peak:.6g} times full scale"
        for scale in _INTEGER_SCALES:
            if self.peak <= scale and self._beyond > _INTEGER_SHARE * self.samples:
                return 1 / scale, f"{told}, as if it held integers: divided by {scale:.0f}"
        raise AudioFileError(
            f"{told}, but {1 - self._beyond / self.samples:.2%} of its samples are within full "
            "scale: repair it, or save it with samples from -1 to 1"
        )

    @property
    def has_side(self) -> bool:
        """Whether the sound is stereo: of two channels that differ by more than noise, and do not
        cancel."""
        if len(self._products) != 2 or self.weights()[0] is not None:
            return False
        (left, across), (_, right) = self._products
        return bool(left + right - 2 * across > _SIDE * (left + right + 2 * across))

    def weights(self) -> tuple[NDArray[np.float32] | None, str]:
        """Weights `[C]` for mixing the channels, None for their mean; and a note that explains
        them, or ""."""
        count = len(self._products)
        mean = np.full(count, 1 / count)
        loudest = self._products.diagonal().max()
        if count == 1 or mean @ self._products @ mean >= _CANCELLED * loudest:
            return None, ""
        # The direction in which most of the sound lies, with the first channel as it is.
        direction = np.linalg.eigh(self._products)[1][:, -1]
        parts = np.abs(direction)
        first = int((parts >= 0.5 * parts.max()).argmax())
        direction *= np.sign(direction[first]) / parts.sum()
        return direction.astype(np.float32), _told_of(direction)


def _told_of(direction: NDArray[np.float64]) -> str:
    if len(direction) == 2:
        side = "right" if direction[1] < 0 else "left"
        return (
            f"left and right cancel when mixed to mono, so the {side} channel was inverted first; "
            "if it should not be, mix the file to mono yourself"
        )
    inverted = ", ".join(str(number) for number, part in enumerate(direction, 1) if part < 0)
    if not inverted:
        return "most of its channels are nearly silent, so the others count more in the mono mix"
    return (
        f"its channels cancel when mixed to mono, so these were inverted first: {inverted}; if "
        "they should not be, mix the file to mono yourself"
    )

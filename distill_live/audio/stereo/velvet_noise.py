"""A short sequence of pulses that decorrelates a sound without colouring it."""

from __future__ import annotations

import numpy as np

#: Where the last pulse may be, in samples: 20 ms at 48 kHz.
LONGEST = 960
#: How much softer it is than one at the beginning would be, in dB.
_DECAY_DB = 20.0
# Where each pulse of the velvet noise is, in samples at 48 kHz; a negative one is inverted. One in
# each 40 samples makes 24 in 20 ms. Of 3000 random sequences this is one of the flattest: within
# 1 dB in nearly all third octaves from 300 Hz on.
_PULSES = (
    37, -65, 107, -155, -183, 231, 273, 289, 323, 372, 412, 475,
    516, 521, -580, 633, -646, -712, 725, -779, 832, 852, -894, -931,
)  # fmt: skip


def velvet_noise() -> list[tuple[int, np.float32]]:
    """The position of each pulse in samples at 48 kHz, 1..LONGEST, and its gain. Together they have
    the power 1.

    Velvet noise is a sparse sequence of pulses, inverted at random. Convolution with a short,
    decaying one decorrelates a sound without colouring it, and keeps its attacks (Alary, Politis
    and Valimaki, "Velvet-noise decorrelator", DAFx 2017; choosing a flat one: Schlecht, Alary,
    Valimaki and Habets, "Optimized velvet-noise decorrelator", DAFx 2018).
    """
    positions = np.abs(_PULSES)
    gains = np.sign(_PULSES) * 10.0 ** (-_DECAY_DB / 20.0 * positions / LONGEST)
    gains /= np.sqrt(np.square(gains).sum())
    return list(zip(positions.tolist(), gains.astype(np.float32), strict=True))

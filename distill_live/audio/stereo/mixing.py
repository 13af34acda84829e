"""From the middle and a stereo image to left and right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float32]


class Mixing(NamedTuple):
    """How much of the middle and of its decorrelated copy is in left and in right, `[...]` each:
    left = `left` * middle + `spread_left` * copy, and right likewise."""

    left: Gains
    right: Gains
    spread_left: Gains
    spread_right: Gains


def mixing_gains(difference_db: Gains, coherence: Gains) -> Mixing:
    """The gains, of any shape, that give a stereo image: differences in loudness in dB, left above
    right, and coherences -0.5..1.

    The copy has the power of the middle and nothing in common with it. The middle is taken as half
    of left plus right; where they differ, that is softer than either, which the gains make up for.
    Left and right never cancel: their sum has at least the power of each, less 1.3 dB. At 0 dB and
    a coherence of 1, left and right are the middle.
    """
    ratio = np.float32(10.0) ** (difference_db / 20.0)
    # The amplitudes of left and right, whose squares have the sum 2.
    right = np.sqrt(2.0 / (1.0 + ratio * ratio))
    left = ratio * right
    # By how much left and right together are louder than two middles.
    louder = np.sqrt(2.0 / (1.0 + left * right * coherence))
    # The angles in Breebaart et al. 2005, section 4.2, that share the copy between both sides.
    apart = 0.5 * np.arccos(np.clip(coherence, -1.0, 1.0))
    turned = np.arctan(np.tan(apart) * (right - left) / (right + left))
    left, right = louder * left, louder * right
    return Mixing(
        left * np.cos(turned + apart),
        right * np.cos(turned - apart),
        left * np.sin(turned + apart),
        right * np.sin(turned - apart),
    )

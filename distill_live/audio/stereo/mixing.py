"""From the middle and a stereo image to left and right."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Mixing(NamedTuple):
    """How much of the middle and of its decorrelated copy is in left and in right, `[...]` each:
    left = `left` * middle + `spread_left` * copy, and right likewise."""

    left: Tensor
    right: Tensor
    spread_left: Tensor
    spread_right: Tensor


def mixing_gains(difference_db: Tensor, coherence: Tensor) -> Mixing:
    """The gains, of any shape, that give a stereo image: level differences in dB, left above right,
    and coherences -0.5..1.

    The copy has the power of the middle and nothing in common with it. The middle is taken as half
    of left plus right; where they differ, that is softer than either, which the gains make up for.
    Left and right never cancel: their sum has at least the power of each, less 1.3 dB. At 0 dB and
    a coherence of 1, left and right are the middle.
    """
    ratio = 10.0 ** (difference_db / 20.0)
    # The amplitudes of left and right, whose squares have the sum 2.
    right = (2.0 / (1.0 + ratio.square())).sqrt()
    left = ratio * right
    # By how much left and right together are louder than two middles.
    louder = (2.0 / (1.0 + left * right * coherence)).sqrt()
    # The angles in Breebaart et al. 2005, section 4.2, that share the copy between both sides.
    apart = 0.5 * coherence.clamp(-1.0, 1.0).acos()
    turned = (apart.tan() * (right - left) / (right + left)).atan()
    return Mixing(
        louder * left * (turned + apart).cos(),
        louder * right * (turned - apart).cos(),
        louder * left * (turned + apart).sin(),
        louder * right * (turned - apart).sin(),
    )

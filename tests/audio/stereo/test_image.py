"""The stereo image says how loud and how alike left and right are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.audio.stereo.image import (
    LEAST_COHERENCE,
    image_rows,
    neutral_rows,
    read_image,
)

GROUPS = 16
STEREO = AudioSpectrogram(SpectrogramConfig(image_groups=GROUPS))
MONO = AudioSpectrogram()


def noise(seed: int) -> Tensor:
    drawn = np.random.default_rng(seed).normal(0, 0.1, 48_000)
    return torch.from_numpy(drawn.astype(np.float32))


def image_of(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """The image `[G]` of a second of sound, averaged over its frames."""
    both = torch.stack([(left + right) / 2, (left - right) / 2])[None]
    rows = STEREO.waveform_to_mel(both)[0, 0, 128:]
    difference, coherence = read_image(rows[:, 4:-4])
    return difference.mean(dim=1), coherence.mean(dim=1)


def test_a_sound_on_one_side_is_that_much_louder_there() -> None:
    for gain_db in (-12.0, 6.0):
        difference, coherence = image_of(noise(0), noise(0) * 10 ** (-gain_db / 20))
        assert difference == pytest.approx(gain_db, abs=0.01)
        assert coherence == pytest.approx(1.0, abs=1e-3)


def test_two_sounds_have_nothing_in_common() -> None:
    difference, coherence = image_of(noise(0), noise(1))
    # A few bins are never quite unlike.
    assert coherence.abs().max() < 0.3
    assert coherence[8:].abs().max() < 0.1
    assert difference.abs().max() < 1.5


def test_what_cancels_has_the_least_coherence_and_silence_has_no_image() -> None:
    _, coherence = image_of(noise(0), -noise(0))
    assert coherence.max() == LEAST_COHERENCE
    difference, coherence = image_of(torch.zeros(48_000), torch.zeros(48_000))
    assert difference.abs().max() == 0.0
    assert coherence.min() == pytest.approx(1.0)


def test_each_group_of_bins_has_its_own() -> None:
    seconds = torch.arange(48_000) / 48_000
    low, high = (0.3 * torch.sin(2 * torch.pi * hertz * seconds) for hertz in (300, 6_000))
    difference, _ = image_of(low, high)
    assert difference[1] == 40.0
    assert difference.min() == -40.0


def test_rows_are_read_back_within_the_legal_range() -> None:
    difference, coherence = torch.tensor([[-12.0], [3.0]]), torch.tensor([[0.25], [1.0]])
    found = read_image(image_rows(difference, coherence))
    assert torch.allclose(found[0], difference)
    assert torch.allclose(found[1], coherence)
    wild = read_image(torch.tensor([[100.0], [-100.0], [9.0], [-9.0]]))
    assert wild[0].flatten().tolist() == [40.0, -40.0]
    assert wild[1].flatten().tolist() == [1.0, -0.5]


def test_the_mels_of_stereo_are_those_of_its_middle() -> None:
    middle, side = noise(0), noise(1)
    stereo = STEREO.waveform_to_mel(torch.stack([middle, side])[None])
    assert stereo.shape[2] == STEREO.config.rows == 128 + 2 * GROUPS
    mono = MONO.waveform_to_mel(middle[None, None])
    assert torch.equal(STEREO.mels(stereo), mono)
    assert torch.equal(MONO.waveform_to_mel(torch.stack([middle, side])[None]), mono)


def test_mono_has_a_neutral_image() -> None:
    rows = STEREO.waveform_to_mel(noise(0)[None, None])[0, 0, 128:]
    assert torch.equal(rows, neutral_rows(GROUPS, rows.shape[1]))
    silent_side = torch.stack([noise(0), torch.zeros(48_000)])[None]
    assert torch.allclose(STEREO.waveform_to_mel(silent_side)[0, 0, 128:], rows, atol=1e-5)


def test_groups_must_divide_the_bins() -> None:
    with pytest.raises(ValueError, match="groups"):
        SpectrogramConfig(image_groups=24)

"""What clarity does to mels, and the stream of a decoder that has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.models.codec.clarity import UNMEASURED, Clarity, detail
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings
from distill_live.parameters import PARAMETERS

GAINS = tuple(np.linspace(1.0, 3.0, 128).tolist())


def mel(frames: int) -> Tensor:
    return torch.randn(128, frames, generator=torch.Generator().manual_seed(frames))


def codes(columns: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 16, (columns, 8, 3))


def test_detail_is_what_differs_from_a_hann_mean_of_five_bins() -> None:
    peak = torch.zeros(9, 1)
    peak[4] = 12.0
    assert detail(peak)[:, 0].tolist() == [0, 0, -1, -3, 8, -3, -1, 0, 0]


def test_beyond_the_ends_the_last_bins_are_repeated() -> None:
    step = torch.zeros(9, 1)
    step[8] = 12.0
    # It makes up 4 + 3 + 1 twelfths of the last bin's mean, 3 + 1 of the next one's, then 1.
    assert detail(step)[5:, 0].tolist() == [0, -1, -4, 4]


def test_what_is_smooth_stays_as_it_is() -> None:
    flat = torch.full((128, 3), -1.5)
    assert torch.equal(Clarity(GAINS).apply(flat, 1.5), flat)


@pytest.mark.parametrize("amount", [0.25, 1.0, 1.5])
def test_the_detail_of_each_bin_grows_by_its_gain_as_far_as_the_amount_says(
    amount: float,
) -> None:
    given = mel(5)
    smooth = given - detail(given)
    gains = 1 + amount * (torch.tensor(GAINS)[:, None] - 1)
    torch.testing.assert_close(Clarity(GAINS).apply(given, amount), smooth + gains * detail(given))


def test_at_amount_0_or_without_gains_it_is_the_very_same_tensor() -> None:
    given = mel(5)
    assert Clarity(GAINS).apply(given, 0.0) is given
    assert UNMEASURED.apply(given, 1.0) is given


def test_a_frame_has_the_same_bytes_alone_and_among_others() -> None:
    given = mel(203)
    together = Clarity(GAINS).apply(given, 0.7)
    for first, end in ((0, 1), (1, 8), (8, 203)):
        alone = Clarity(GAINS).apply(given[:, first:end].clone(), 0.7)
        assert torch.equal(alone, together[:, first:end])


@pytest.mark.parametrize("gain", [0.99, 3.01, float("nan"), float("inf"), -1.0, True, "1.5", None])
def test_a_gain_out_of_range_is_refused(gain: Any) -> None:
    with pytest.raises(ValueError, match="a gain of its clarity"):
        Clarity((1.0, gain))


@pytest.mark.parametrize("stored", [[1.0] * 127, [1.0] * 129, {"0": 1.0}, "1.0", 1.5, True])
def test_a_file_must_have_a_list_of_a_gain_for_each_bin(stored: Any) -> None:
    with pytest.raises(ValueError, match="its clarity must be a list of 128 gains"):
        Clarity.read(stored, 128)


@pytest.mark.parametrize("stored", [None, []])
def test_a_file_may_have_none(stored: Any) -> None:
    assert not Clarity.read(stored, 128).is_measured


def test_what_a_file_has_is_read() -> None:
    assert Clarity.read(list(GAINS), 128) == Clarity(GAINS)


def test_the_usual_amount_is_the_default_of_the_parameter() -> None:
    assert USUAL_SOUND.clarity == PARAMETERS["clarity"].default


def test_all_that_a_stream_gives_is_clear(tiny_clear: LoadedVQModel) -> None:
    torch.manual_seed(2)
    codec = ConvVQVAE(replace(tiny_clear.model.config, lookahead_columns=1)).eval()
    loaded = replace(tiny_clear, model=codec)
    vectors = torch.randn(3, 8, 8)
    plain, clear = codec.stream(), loaded.decoder(SoundSettings(0.5))
    for one, other in (
        (plain.push(codes(4)), clear.push(codes(4))),
        (plain.push_vectors(vectors), clear.push_vectors(vectors)),
        (plain.flush(), clear.flush()),
    ):
        assert other.shape[1] > 0
        assert torch.equal(other, loaded.clarity.apply(one, 0.5))


def test_the_amount_may_change_from_column_to_column(tiny_clear: LoadedVQModel) -> None:
    plain, clear = tiny_clear.model.stream(), tiny_clear.decoder(SoundSettings(0.0))
    for column, amount in zip(codes(4), (0.0, 1.5, 0.3, 0.0), strict=True):
        clear.amount = amount
        expected = tiny_clear.clarity.apply(plain.push(column[None]), amount)
        assert torch.equal(clear.push(column[None]), expected)


def test_a_snapshot_brings_back_the_stream_but_not_the_amount(tiny_clear: LoadedVQModel) -> None:
    stream = tiny_clear.decoder(SoundSettings(0.0))
    stream.push(codes(2))
    state = stream.snapshot()
    plain = stream.push(codes(1))
    stream.amount = 1.0
    stream.restore(state)
    assert torch.equal(stream.push(codes(1)), tiny_clear.clarity.apply(plain, 1.0))


def test_a_stereo_image_stays_as_it_is() -> None:
    clarity = Clarity((2.0,) * 8)
    mel = torch.randn(8 + 4, 20)
    clear = clarity.apply(mel, 1.0)
    assert torch.equal(clear[:8], clarity.apply(mel[:8], 1.0))
    assert torch.equal(clear[8:], mel[8:])

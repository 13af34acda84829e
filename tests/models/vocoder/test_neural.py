"""The neural vocoder, untrained: what it owes a stream, and what its construction promises."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.models.vocoder.network import BinMotion, NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import Vocoder
from tests.models.vocoder.vocoders import HOP, RATE, SPECTROGRAM, pushed_in_pieces, untrained

SILENCE = (math.log(1e-8) + 6.0) / 3.0


VOCODER = untrained()


def steady(level: float, frames: int) -> Tensor:
    return torch.full((128, frames), level)


def moving(**motion: float) -> NeuralVocoder:
    """A vocoder whose bins move as told in every frame, whatever the mels."""
    vocoder = untrained()
    defaults = {"tone": -30.0, "noise": -30.0, "turn": 0.0, "renewal": -30.0, "start": 0.0}
    values = BinMotion(*(torch.tensor(v) for v in (defaults | motion).values()))
    head = vocoder.network.head
    torch.nn.init.zeros_(head.weight)
    head.bias.view(5, -1).copy_(torch.stack(list(values))[:, None])
    return vocoder


@pytest.mark.parametrize("frames", [1, 3, 8, 13])
@pytest.mark.parametrize("lookahead", [0, 1, 2])
def test_pieces_give_the_bytes_of_the_whole(mel: Tensor, frames: int, lookahead: int) -> None:
    vocoder: Vocoder = untrained(lookahead_frames=lookahead)
    stream = vocoder.stream()
    pieces = [*pushed_in_pieces(stream, mel, frames), stream.flush()]
    whole = vocoder(mel)
    assert torch.cat(pieces).numpy().tobytes() == whole.numpy().tobytes()
    assert len(whole) == stream.emitted == 45 * HOP


@pytest.mark.parametrize("lookahead", [0, 1, 2])
@pytest.mark.parametrize("frames", [1, 2, 8, 45])
def test_what_is_trained_at_once_is_what_a_stream_gives(
    mel: Tensor, frames: int, lookahead: int
) -> None:
    vocoder = untrained(lookahead_frames=lookahead)
    together = vocoder.waveforms(torch.stack([mel, mel.flip(1)])[..., :frames])
    for one, sound in zip((mel, mel.flip(1)), together, strict=True):
        assert (vocoder(one[:, :frames]) - sound).abs().max() < 1e-4 * sound.abs().max()


@pytest.mark.parametrize("column_frames", [4, 8, 16])
def test_every_column_gives_a_column_but_the_first(mel: Tensor, column_frames: int) -> None:
    vocoder = untrained(block_frames=column_frames)
    stream = vocoder.stream()
    columns = mel[:, : 45 // column_frames * column_frames]
    counts = [len(samples) for samples in pushed_in_pieces(stream, columns, column_frames)]
    usual = column_frames * HOP
    assert counts == [usual - vocoder.delay_samples] + [usual] * (len(counts) - 1)
    assert stream.emitted == columns.shape[1] * HOP - vocoder.delay_samples
    assert len(stream.flush()) == vocoder.delay_samples


def test_the_delay_is_half_a_window_and_the_lookahead() -> None:
    assert VOCODER.delay_samples == 1024 + 512
    assert untrained(lookahead_frames=0).delay_samples == 1024


@pytest.mark.parametrize("lookahead", [0, 1, 2])
def test_nothing_beyond_the_lookahead_is_looked_at(mel: Tensor, lookahead: int) -> None:
    vocoder = untrained(lookahead_frames=lookahead)
    other = mel.clone()
    other[:, 20:] += 1.0
    changed = np.flatnonzero((vocoder(mel) != vocoder(other)).numpy())
    # The first frame that may differ sounds from half a window before its centre on.
    assert changed[0] in range((20 - lookahead) * HOP - 1024, (21 - lookahead) * HOP - 1024)


def test_as_many_frames_as_it_looks_back_are_enough_for_the_network(mel: Tensor) -> None:
    vocoder = moving(noise=0.0)
    torch.nn.init.normal_(vocoder.network.head.weight[1025:2050], std=0.2)
    start = 40 - vocoder.settling_frames
    assert start > 0
    late = vocoder.waveforms(mel[None, :, start:], position=start)[0]
    whole = vocoder.waveforms(mel[None])[0]
    later = slice(-2 * HOP, None)
    assert (late[later] - whole[later]).abs().max() < 1e-4 * whole.abs().max()


def test_silence_stays_silence() -> None:
    assert VOCODER(steady(SILENCE, 20)).abs().max() == 0.0


def test_mels_that_are_no_number_do_not_stay_in_the_stream(mel: Tensor) -> None:
    broken = mel.clone()
    broken[:, 10] = torch.nan
    broken[5, 12] = torch.inf
    sound = VOCODER(broken)
    assert sound.isfinite().all()


def test_a_steady_tone_has_the_pitch_that_it_is_told_not_the_hops() -> None:
    turn = 0.7
    sound = moving(tone=0.0, turn=turn)(steady(0.0, 200))[20 * HOP :]
    spectrum = (sound * torch.hann_window(len(sound))).to(torch.float64)
    hertz = int(torch.fft.rfft(spectrum).abs().argmax()) * RATE / len(sound)
    # All bins turn by so much more than at their centres: that many Hz above a multiple of the
    # hop's rate.
    assert hertz % (RATE / HOP) == pytest.approx(turn / (2 * math.pi) * RATE / HOP, abs=2)


def test_noise_is_as_loud_as_the_mels_and_repeats_with_no_hop() -> None:
    noise = 0.1 * torch.randn(RATE, generator=torch.Generator().manual_seed(1))
    mel = SPECTROGRAM.waveform_to_mel(noise[None, None])[0, 0]
    sound = moving(noise=0.0)(steady(float(mel.mean()), 94))[4 * HOP : 90 * HOP]
    assert 20 * math.log10(float(sound.std())) == pytest.approx(-20, abs=3)
    frames = sound.reshape(-1, HOP)
    assert abs(np.corrcoef(frames[:-1].flatten(), frames[1:].flatten())[0, 1]) < 0.1


def test_a_lookahead_beyond_what_the_network_sees_is_refused() -> None:
    with pytest.raises(ValueError, match="lookahead_frames must be below kernel, 7"):
        NeuralVocoderConfig(lookahead_frames=7)

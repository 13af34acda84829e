"""Phases found without training: what comes out sounds like what went in."""

import dataclasses
import json
import math

import pytest
import torch
from torch import Tensor

from distill_live.audio.phase import PhaseConfig, PhaseReconstructor, reconstruct
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig

SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-6.0, deviation=3.0))
RATE, HOP = 48_000, 512


def mel_of(samples: Tensor) -> Tensor:
    return SPECTROGRAM.waveform_to_mel(samples[None, None], column_frames=8)[0, 0]


def sine(hertz: float, count: int = 48 * HOP) -> Tensor:
    return 0.5 * torch.sin(2 * math.pi * hertz * torch.arange(count) / RATE)


def noise(count: int = 96 * HOP) -> Tensor:
    return 0.2 * torch.randn(count, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("frames", [0, 1, 5, 8, 21])
@pytest.mark.parametrize("lookahead", [0, 2])
@pytest.mark.parametrize("held", [0, 1])
def test_a_sound_has_hop_times_frames_samples(frames: int, lookahead: int, held: int) -> None:
    config = PhaseConfig(lookahead_frames=lookahead, held_frames=held, iterations=2)
    assert reconstruct(SPECTROGRAM, torch.zeros(128, frames), config).shape == (frames * HOP,)


def test_a_sound_of_one_frame_begins_in_the_middle_of_its_window() -> None:
    """As it does when silence follows, but for the windows that lie over it then."""
    config = PhaseConfig(block_frames=1, lookahead_frames=0, held_frames=0, corrections=0)
    loud, silence = mel_of(sine(440.0))[:, 20:21], mel_of(torch.zeros(8 * HOP))[:, :3]
    followed = reconstruct(SPECTROGRAM, torch.cat([loud, silence], dim=1), config)[:HOP]
    next_but_one, following, own, _ = SPECTROGRAM.window.square().view(4, HOP)
    expected = followed * (own + following + next_but_one) / own
    assert expected.abs().max() > 0.1
    alone = reconstruct(SPECTROGRAM, loud, config)
    torch.testing.assert_close(alone, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("hertz", [82.4, 440.0, 1234.5])
@pytest.mark.parametrize("lookahead", [0, 1])
def test_the_frequency_and_level_of_a_sine_survive(hertz: float, lookahead: int) -> None:
    original = sine(hertz)
    config = PhaseConfig(lookahead_frames=lookahead)
    found = reconstruct(SPECTROGRAM, mel_of(original), config)
    middle = slice(4 * HOP, 44 * HOP)
    spectrum = torch.fft.rfft(found[middle] * torch.hann_window(40 * HOP)).abs()
    assert abs(int(spectrum.argmax()) - hertz * 40 * HOP / RATE) <= 1.0
    level = found[middle].square().mean() / original[middle].square().mean()
    assert abs(10 * math.log10(level)) < 1.0


def test_a_click_stays_where_it_was() -> None:
    click = torch.zeros(48 * HOP)
    click[10_000] = 0.9
    found = reconstruct(SPECTROGRAM, mel_of(click))
    assert abs(int(found.abs().argmax()) - 10_000) < 48
    far = torch.cat([found[: 10_000 - 1024], found[10_000 + 1024 :]])
    assert far.abs().max() < found.abs().max() / 10


def test_the_mels_of_the_sound_are_the_mels_it_was_made_from() -> None:
    sound = noise() * torch.linspace(0.01, 1, 96 * HOP) + sine(300.0, 96 * HOP)
    mel = mel_of(sound)
    again = mel_of(reconstruct(SPECTROGRAM, mel))
    decibels = (again - mel) * SPECTROGRAM.config.deviation * 10 / math.log(10)
    assert decibels.abs().mean() < 1.5
    assert abs(decibels.mean()) < 0.5


def test_steady_noise_does_not_pulse_at_the_frame_rate() -> None:
    found = reconstruct(SPECTROGRAM, mel_of(noise()))[16 * HOP : 80 * HOP]
    high = found.diff(n=2, append=torch.zeros(2)).square()
    slots = high.view(64, 8, HOP // 8).sum(dim=2).mean(dim=0)
    assert 10 * torch.log10(slots.max() / slots.min()) < 2.0


def steps_at_borders(samples: Tensor, reconstructor: PhaseReconstructor) -> tuple[float, float]:
    """The median second difference where one block's samples end, and elsewhere."""
    block = reconstructor.config.block_frames * HOP
    bends = samples.diff(n=2).abs()
    borders = torch.arange(4 * block - reconstructor.delay_samples, len(bends) - 3 * block, block)
    near = torch.arange(-3, 3)

    def largest(offset: int) -> Tensor:
        return bends[borders[:, None] + offset + near].amax(dim=1)

    inside = torch.stack([largest(offset) for offset in range(HOP, block, HOP)])
    return float(largest(0).median()), float(inside.median())


@pytest.mark.parametrize("sound", [sine(440.0, 160 * HOP), noise(160 * HOP)])
def test_block_borders_bend_no_more_than_the_inside(sound: Tensor) -> None:
    reconstructor = PhaseReconstructor(SPECTROGRAM)
    found = reconstruct(SPECTROGRAM, mel_of(sound))
    border, inside = steps_at_borders(found, reconstructor)
    assert border < 1.5 * inside


def test_silence_stays_silent() -> None:
    assert reconstruct(SPECTROGRAM, mel_of(torch.zeros(24 * HOP))).abs().max() < 1e-6


def test_an_error_of_a_codec_at_the_floor_stays_below_minus_80_db() -> None:
    wrong = 0.1 * torch.randn(128, 32, generator=torch.Generator().manual_seed(2))
    found = reconstruct(SPECTROGRAM, mel_of(torch.zeros(32 * HOP)) + wrong)
    assert found.square().mean().sqrt() < 1e-4


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30])
def test_a_wild_mel_gives_finite_sound_and_the_sound_recovers(value: float) -> None:
    mel = mel_of(sine(440.0, 64 * HOP))
    wild = mel.clone()
    wild[::3, 20:24] = value
    found = reconstruct(SPECTROGRAM, wild)
    assert found.isfinite().all()
    usual = reconstruct(SPECTROGRAM, mel)
    tail = slice(40 * HOP, 60 * HOP)
    assert float(found[tail].square().mean()) == pytest.approx(
        float(usual[tail].square().mean()), rel=0.1
    )


def test_what_was_pushed_is_not_changed_and_the_state_neither() -> None:
    reconstructor = PhaseReconstructor(SPECTROGRAM, PhaseConfig(iterations=2))
    mel = mel_of(noise(16 * HOP))
    _, state = reconstructor.push(reconstructor.begin(), mel[:, :11])
    before = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
    copies = {n: v.clone() if isinstance(v, Tensor) else v for n, v in before.items()}
    pushed = mel.clone()
    reconstructor.flush(reconstructor.push(state, mel[:, 11:])[1])
    assert torch.equal(mel, pushed)
    for name, copy in copies.items():
        assert torch.equal(before[name], copy) if isinstance(copy, Tensor) else True, name


def test_a_config_survives_the_header() -> None:
    config = PhaseConfig(block_frames=4, momentum=0.5)
    assert PhaseConfig(**json.loads(json.dumps(dataclasses.asdict(config)))) == config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_frames": 1}, "block_frames must be above lookahead_frames, 1: it is 1"),
        ({"iterations": 0}, "iterations must be 1 or more: it is 0"),
        ({"momentum": math.nan}, "momentum must be 0 or more: it is nan"),
        ({"corrections": -1}, "corrections must be 0 or more: it is -1"),
    ],
)
def test_a_config_that_cannot_work_is_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PhaseConfig(**settings)  # type: ignore[arg-type]


def test_corrections_are_spread_and_the_last_is_last() -> None:
    assert sorted(PhaseConfig().corrected_iterations()) == [6, 9, 12, 15]
    assert sorted(PhaseConfig(corrections=0).corrected_iterations()) == []
    assert sorted(PhaseConfig(iterations=1, corrections=1).corrected_iterations()) == [0]


def test_a_window_that_is_no_whole_number_of_hops_is_refused() -> None:
    spectrogram = AudioSpectrogram(SpectrogramConfig(n_fft=2048, hop_length=600))
    with pytest.raises(ValueError, match="n_fft 2048 must be at least 2 times hop 600"):
        PhaseReconstructor(spectrogram)


def test_mel_becomes_sound_that_has_the_mel() -> None:
    time = torch.arange(48 * 512) / 48_000
    sound = 0.3 * torch.sin(2 * math.pi * 440 * time) + 0.2 * torch.sin(2 * math.pi * 1500 * time)
    mel = SPECTROGRAM.waveform_to_mel(sound[None, None])
    again = reconstruct(SPECTROGRAM, mel[0, 0])
    assert again.shape == (48 * 512,)
    difference = SPECTROGRAM.waveform_to_mel(again[None, None]) - mel
    loud = mel > 0
    assert float(difference[loud].abs().mean()) * 3.0 < 0.5  # log power: 2 dB

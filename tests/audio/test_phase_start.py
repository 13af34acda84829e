"""First phases from magnitudes."""

import math

import torch
from torch import Tensor

from distill_live.audio.phase_start import PhaseStart

N_FFT, HOP, RATE = 2048, 512, 48_000
WINDOW = torch.hann_window(N_FFT)


def spectra(samples: Tensor) -> Tensor:
    return torch.fft.rfft(samples.unfold(0, N_FFT, HOP) * WINDOW)


def log_magnitudes(frames: Tensor) -> Tensor:
    return torch.log(frames.abs() + 1e-3)


def turns_apart(one: Tensor, other: Tensor) -> Tensor:
    """Distance of two angles in turns, 0 to 0.5."""
    return ((one - other) / (2 * math.pi) + 0.5).remainder(1.0).sub(0.5).abs()


def test_a_sine_between_two_bins_continues_at_its_own_frequency() -> None:
    hertz = 20.3 * RATE / N_FFT
    sine = torch.sin(2 * math.pi * hertz * torch.arange(12 * HOP) / RATE)
    frames = spectra(sine)
    logs = log_magnitudes(frames)
    start = PhaseStart(N_FFT, HOP, resolved_bins=1025)
    phases = start(frames[0].angle(), logs[0], logs[1:], position=1)
    assert turns_apart(phases, frames[1:].angle())[:, 19:23].max() < 0.05


def test_a_short_pulse_starts_where_it_is() -> None:
    time = torch.arange(12 * HOP) - 1900.0
    pulse = torch.exp(-((time / 40) ** 2)) * torch.sin(2 * math.pi * 3000 * time / RATE)
    frames = spectra(pulse)
    logs = log_magnitudes(frames)
    start = PhaseStart(N_FFT, HOP, resolved_bins=1025)
    phases = start(torch.zeros(1025), logs[0], logs[1:], position=1)
    found = torch.fft.irfft(torch.polar(frames[2].abs(), phases[1]), N_FFT)
    assert abs(int(found.abs().argmax()) - (1900 - 2 * HOP)) < 48


def test_steady_unresolved_bins_take_the_noise_of_their_position() -> None:
    logs = torch.zeros(6, 1025)
    start = PhaseStart(N_FFT, HOP, resolved_bins=100)
    zeros = torch.zeros(1025)
    whole = start(zeros, logs[0], logs, position=3)
    later = start(zeros, logs[0], logs[2:], position=5)
    assert torch.equal(whole[2:, 100:], later[:, 100:])
    assert turns_apart(whole[0, 100:], whole[1, 100:]).mean() > 0.2
    assert torch.equal(whole[:1, 100:], start(zeros, logs[0], logs[:1], 3 + 512)[:, 100:])


def test_an_onset_takes_no_noise() -> None:
    logs = torch.cat([torch.full((3, 1025), -6.0), torch.zeros(3, 1025)])
    arguments = (torch.zeros(1025), logs[0], logs, 0)
    noisy = PhaseStart(N_FFT, HOP, resolved_bins=100)(*arguments)
    plain = PhaseStart(N_FFT, HOP, resolved_bins=1025)(*arguments)
    assert torch.equal(noisy[2:4], plain[2:4])
    assert not torch.equal(noisy[0], plain[0])

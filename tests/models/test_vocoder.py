"""Vocoders as streams."""

import math

import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.models.vocoder import PhaseConfig, PhaseVocoder, Vocoder, VocoderStream

SPECTROGRAM = AudioSpectrogram(SpectrogramConfig(mean=-6.0, deviation=3.0))
HOP = 512
VOCODER: Vocoder = PhaseVocoder(SPECTROGRAM, PhaseConfig(iterations=4))


@pytest.fixture(scope="module")
def mel() -> Tensor:
    """45 frames of a gliding tone in noise."""
    time = torch.arange(45 * HOP) / 48_000
    sound = 0.3 * torch.sin(2 * math.pi * (200 + 900 * time) * time)
    sound += 0.05 * torch.randn(len(time), generator=torch.Generator().manual_seed(5))
    return SPECTROGRAM.waveform_to_mel(sound[None, None])[0, 0]


def pushed_in_pieces(stream: VocoderStream, mel: Tensor, frames: int) -> list[Tensor]:
    return [stream.push(piece) for piece in mel.split(frames, dim=1)]


@pytest.mark.parametrize("frames", [1, 3, 8, 13])
@pytest.mark.parametrize("lookahead", [0, 1, 2])
def test_pieces_give_the_bytes_of_the_whole(mel: Tensor, frames: int, lookahead: int) -> None:
    config = PhaseConfig(iterations=3, lookahead_frames=lookahead)
    vocoder = PhaseVocoder(SPECTROGRAM, config)
    stream = vocoder.stream()
    pieces = [*pushed_in_pieces(stream, mel, frames), stream.flush()]
    whole = vocoder(mel)
    assert torch.cat(pieces).numpy().tobytes() == whole.numpy().tobytes()
    assert len(whole) == stream.emitted == 45 * HOP


def test_the_number_of_threads_changes_no_byte(mel: Tensor) -> None:
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append(VOCODER(mel).numpy().tobytes())
    finally:
        torch.set_num_threads(threads)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("column_frames", [4, 8, 16])
def test_every_column_gives_a_column_but_the_first(mel: Tensor, column_frames: int) -> None:
    config = PhaseConfig(block_frames=column_frames, iterations=1)
    vocoder = PhaseVocoder(SPECTROGRAM, config)
    stream = vocoder.stream()
    columns = mel[:, : 45 // column_frames * column_frames]
    counts = [len(samples) for samples in pushed_in_pieces(stream, columns, column_frames)]
    usual = column_frames * HOP
    assert counts == [usual - vocoder.delay_samples] + [usual] * (len(counts) - 1)
    assert stream.emitted == columns.shape[1] * HOP - vocoder.delay_samples
    assert len(stream.flush()) == vocoder.delay_samples


def test_the_delay_is_half_a_window_and_the_lookahead() -> None:
    assert PhaseVocoder(SPECTROGRAM).delay_samples == 1024 + 512
    none = PhaseVocoder(SPECTROGRAM, PhaseConfig(lookahead_frames=0))
    assert none.delay_samples == 1024


@pytest.mark.parametrize("frames", [8, 19])
def test_a_restored_stream_repeats_its_bytes(mel: Tensor, frames: int) -> None:
    stream = VOCODER.stream()
    stream.push(mel[:, :frames])
    kept, emitted = stream.snapshot(), stream.emitted
    first = torch.cat([stream.push(mel[:, frames:]), stream.flush()])
    stream.restore(kept)
    assert stream.emitted == emitted
    again = torch.cat([stream.push(mel[:, frames:]), stream.flush()])
    other = VOCODER.stream()
    other.restore(kept)
    elsewhere = torch.cat([other.push(mel[:, frames:]), other.flush()])
    assert first.numpy().tobytes() == again.numpy().tobytes() == elsewhere.numpy().tobytes()


def test_a_new_future_leaves_the_sound_before_it_alone(mel: Tensor) -> None:
    stream = VOCODER.stream()
    past = stream.push(mel[:, :16])
    kept = stream.snapshot()
    stream.push(mel[:, 16:32].flip(1))
    stream.restore(kept)
    whole = torch.cat([past, stream.push(mel[:, 16:]), stream.flush()])
    assert whole.numpy().tobytes() == VOCODER(mel).numpy().tobytes()


def test_nothing_pushed_gives_nothing() -> None:
    stream = VOCODER.stream()
    assert len(stream.push(torch.zeros(128, 0))) == len(stream.flush()) == stream.emitted == 0


def test_a_flushed_stream_takes_no_more(mel: Tensor) -> None:
    stream = VOCODER.stream()
    stream.push(mel)
    stream.flush()
    assert len(stream.flush()) == 0
    with pytest.raises(ValueError, match="this stream was flushed: begin another"):
        stream.push(mel)


@pytest.mark.parametrize("shape", [(80, 8), (1, 128, 8)])
def test_mels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"mels must be \[128, frames\]"):
        VOCODER.stream().push(torch.zeros(shape))


def test_the_caller_may_think_in_inference_mode(mel: Tensor) -> None:
    with torch.inference_mode():
        stream = VOCODER.stream()
        first = stream.push(mel[:, :20])
    rest = torch.cat([stream.push(mel[:, 20:]), stream.flush()])
    assert torch.equal(torch.cat([first, rest]), VOCODER(mel))

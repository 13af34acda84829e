"""Vocoders as streams."""

import pytest
import torch
from torch import Tensor

from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from tests.models.vocoder.vocoders import HOP, SPECTROGRAM, pushed_in_pieces


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
    vocoder = PhaseVocoder(SPECTROGRAM, PhaseConfig(iterations=4))
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append(vocoder(mel).numpy().tobytes())
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

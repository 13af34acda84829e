"""Chunks that know nothing of each other, as one stream."""

import pytest
import torch
from torch import Tensor

from distill_live.audio.phase import PhaseConfig, reconstruct
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.inference.chunking import crossfade_chunks
from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
from distill_live.models.distill_v1.log1p_spectrogram import Log1pSpectrogram
from distill_live.models.vocoder.vocoder import Vocoder

FRAMES, HOP = 12, 512
SPECTROGRAM = Log1pSpectrogram(SpectrogramConfig(n_mels=32))
CONFIG = PhaseConfig(block_frames=FRAMES, lookahead_frames=0, iterations=3)


def vocoder(overlap_samples: int = 2400) -> ChunkVocoder:
    made: Vocoder = ChunkVocoder(SPECTROGRAM, CONFIG, overlap_samples)
    assert isinstance(made, ChunkVocoder)
    return made


@pytest.fixture(scope="module")
def mel() -> Tensor:
    """Three chunks of noise that is loud here and quiet there."""
    noise = torch.randn(1, 1, 40 * HOP, generator=torch.Generator().manual_seed(1))
    return SPECTROGRAM.waveform_to_mel(noise)[0, 0, :, : 3 * FRAMES]


@pytest.mark.parametrize("overlap", [0, 1, 480, 2400, FRAMES * HOP // 2])
def test_chunks_are_cross_faded(mel: Tensor, overlap: int) -> None:
    chunks = [reconstruct(SPECTROGRAM, one, CONFIG).numpy() for one in mel.split(FRAMES, dim=1)]
    expected = torch.from_numpy(crossfade_chunks(chunks, overlap))
    torch.testing.assert_close(vocoder(overlap)(mel), expected, atol=1e-6, rtol=0)


def test_an_overlap_is_at_most_half_a_chunk(mel: Tensor) -> None:
    assert vocoder(10**6).overlap_samples == FRAMES * HOP // 2
    assert vocoder().with_overlap(7).overlap_samples == 7


@pytest.mark.parametrize("frames", [1, 5, FRAMES, 20])
def test_pieces_give_the_bytes_of_the_whole(mel: Tensor, frames: int) -> None:
    stream = vocoder().stream()
    pieces = [*(stream.push(piece) for piece in mel.split(frames, dim=1)), stream.flush()]
    whole = vocoder()(mel)
    assert torch.cat(pieces).numpy().tobytes() == whole.numpy().tobytes()
    assert stream.emitted == len(whole) == 3 * FRAMES * HOP - 2 * 2400


def test_every_chunk_gives_as_much_as_lies_before_the_next(mel: Tensor) -> None:
    stream = vocoder().stream()
    counts = [len(stream.push(chunk)) for chunk in mel.split(FRAMES, dim=1)]
    assert counts == [FRAMES * HOP - 2400] * 3
    assert vocoder().delay_samples == 0
    assert len(stream.flush()) == 2400
    assert len(stream.flush()) == 0


def test_a_chunk_that_is_not_full_is_heard_at_the_end(mel: Tensor) -> None:
    stream = vocoder().stream()
    stream.push(mel[:, : FRAMES + 3])
    assert len(stream.flush()) == 3 * HOP
    with pytest.raises(ValueError, match="flushed"):
        stream.push(mel)


def test_a_restored_stream_repeats_its_bytes(mel: Tensor) -> None:
    stream = vocoder().stream()
    stream.push(mel[:, : FRAMES + 5])
    kept, emitted = stream.snapshot(), stream.emitted
    first = torch.cat([stream.push(mel[:, FRAMES + 5 :]), stream.flush()])
    stream.restore(kept)
    assert stream.emitted == emitted
    again = torch.cat([stream.push(mel[:, FRAMES + 5 :]), stream.flush()])
    assert first.numpy().tobytes() == again.numpy().tobytes()

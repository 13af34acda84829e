"""The codec of whole seconds."""

import numpy as np
import pytest
import torch

from distill_live.models.distill_v1.chunk_codec import ChunkCodec, ChunkCodecConfig
from distill_live.models.file.loaded import LoadedVQModel


@pytest.fixture(scope="module")
def codec(old_model: LoadedVQModel) -> ChunkCodec:
    assert isinstance(old_model.model, ChunkCodec)
    return old_model.model


def sound(count: int) -> torch.Tensor:
    return 0.3 * torch.randn(count, generator=torch.Generator().manual_seed(2))


def test_a_second_at_the_usual_settings_has_8_bands_of_6_steps() -> None:
    config = ChunkCodecConfig()
    assert config.spatial_shape == (8, 6)
    assert config.bands == 48


@torch.inference_mode()
def test_a_whole_sound_can_be_coded_at_once(codec: ChunkCodec) -> None:
    mel = torch.rand(2, 1, 32, 53, generator=torch.Generator().manual_seed(0))
    recon, codes, loss = codec(mel)
    again, shape = codec.encode(mel)
    assert shape == (2, 4)
    assert codes.shape == (2, 8, 3)
    assert torch.equal(codes, again)
    assert recon.shape == mel.shape
    whole = codec.decode(codec.codes_to_embeddings(codes, shape))
    assert whole.shape == (2, 1, 32, 64)
    assert torch.equal(whole[..., :53], recon)
    assert loss == 0


@torch.inference_mode()
def test_positions_go_band_by_band(codec: ChunkCodec) -> None:
    codes = torch.zeros(1, 8, 3, dtype=torch.int64)
    codes[0, 5] = 1  # second band, second of four steps
    vectors = codec.codes_to_embeddings(codes, (2, 4))
    different = (vectors != vectors[:, :, :1, :1]).any(dim=1)[0]
    assert different.nonzero().tolist() == [[1, 1]]


@torch.inference_mode()
def test_each_chunk_is_decoded_by_itself(codec: ChunkCodec) -> None:
    codes = torch.randint(0, 12, (3, 4, 3), generator=torch.Generator().manual_seed(0))
    stream = codec.stream()
    whole = stream.push(codes)
    assert whole.shape == (32, 3 * 24)
    for number in (2, 0, 1):
        alone = codec.stream().push(codes[number : number + 1].numpy())
        assert alone.numpy().tobytes() == whole[:, 24 * number : 24 * number + 24].numpy().tobytes()
    kept = stream.snapshot()
    stream.restore(kept)
    assert stream.flush().shape == (32, 0)


@torch.inference_mode()
def test_the_vectors_of_codes_give_the_same_bytes_as_the_codes(codec: ChunkCodec) -> None:
    codes = torch.randint(0, 12, (3, 4, 3), generator=torch.Generator().manual_seed(0))
    mel = codec.stream().push_vectors(codec.quantizer.lookup(codes))
    assert mel.numpy().tobytes() == codec.stream().push(codes).numpy().tobytes()


@torch.inference_mode()
def test_a_sound_is_coded_chunk_by_chunk(old_model: LoadedVQModel, codec: ChunkCodec) -> None:
    step, size = old_model.column_samples, codec.config.chunk_samples
    waveform = sound(40 * step)
    codes = codec.encode_columns(old_model.spectrogram, waveform, step)
    assert codes.shape == (40, 4, 3)
    for column in (0, 1, 33):
        chunk = waveform[column * step : column * step + size]
        mel = old_model.spectrogram.waveform_to_mel(chunk[None, None])
        assert torch.equal(codec.encode(mel)[0][0], codes[column])


@pytest.mark.parametrize(("count", "columns"), [(0, 0), (1, 1), (9888, 1), (9889, 2)])
@torch.inference_mode()
def test_silence_fills_up_the_last_chunk(
    old_model: LoadedVQModel, codec: ChunkCodec, count: int, columns: int
) -> None:
    assert old_model.column_samples == 9888
    codes = codec.encode_columns(old_model.spectrogram, sound(count), 9888)
    assert codes.shape == (columns, 4, 3)
    assert codes.dtype == torch.int64


def test_codes_are_those_nearest_level_by_level(codec: ChunkCodec) -> None:
    vectors = torch.randn(5, 8, generator=torch.Generator().manual_seed(3))
    codes = codec.quantizer.encode(vectors).numpy()
    rest = vectors.numpy().astype(np.float64)
    for level, book in enumerate(codec.quantizer.codebooks.double().numpy()):
        distances = np.square(rest[:, None] - book).sum(axis=2)
        np.testing.assert_array_equal(distances.argmin(axis=1), codes[:, level])
        rest = rest - book[codes[:, level]]

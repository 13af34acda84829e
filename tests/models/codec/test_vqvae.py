import numpy as np
import pytest
import torch

from distill_live.models.codec.vqvae import (
    ConvVQVAE,
    VQVAEConfig,
    get_adaptive_vqvae_config,
)

COLUMNS = 7


def make_model(**overrides: int) -> ConvVQVAE:
    """A small codec with random weights, in which every block does something."""
    torch.manual_seed(0)
    small = {"codebook_size": 16, "code_width": 8, "width": 16, "encoder_blocks": 2,
             "decoder_blocks": 2, "fine_width": 8, "fine_blocks": 1}  # fmt: skip
    model = ConvVQVAE(VQVAEConfig(**(small | overrides)))
    torch.nn.init.normal_(model.quantizer.codebooks)
    for name, weight in model.named_parameters():
        if "mix" in name:
            torch.nn.init.normal_(weight, std=0.2)
    return model.eval().requires_grad_(False)


def random_codes(model: ConvVQVAE, columns: int = COLUMNS) -> torch.Tensor:
    """A grid `[T, F, Q]`."""
    config = model.config
    shape = (columns, config.bands, config.num_quantizers)
    return torch.randint(config.codebook_size, shape, generator=torch.Generator().manual_seed(1))


def decode_whole(model: ConvVQVAE, codes: torch.Tensor) -> torch.Tensor:
    """Mel `[M, T]` of a grid, decoded in one piece."""
    columns, bands, levels = codes.shape
    vectors = model.codes_to_embeddings(codes.reshape(1, -1, levels), (bands, columns))
    return model.decode(vectors)[0, 0]


@pytest.fixture(params=[0, 1], ids=["no lookahead", "one column of lookahead"])
def model(request: pytest.FixtureRequest) -> ConvVQVAE:
    return make_model(lookahead_columns=request.param)


@pytest.mark.parametrize("column_frames", [4, 8, 16])
@pytest.mark.parametrize("levels", [2, 3, 4])
def test_forward_keeps_the_mels_shape_and_gives_a_code_per_position_and_level(
    column_frames: int, levels: int
) -> None:
    model = make_model(column_frames=column_frames, num_quantizers=levels)
    mel = torch.randn(2, 1, 128, 5 * column_frames)
    reconstruction, indices, loss = model(mel)
    assert reconstruction.shape == mel.shape
    assert indices.shape == (2, 5 * 8, levels)
    assert loss.shape == ()


def test_encode_and_decode_are_the_two_halves_of_forward(model: ConvVQVAE) -> None:
    mel = torch.randn(2, 1, 128, COLUMNS * 8)
    reconstruction, indices, _ = model(mel)
    codes, shape = model.encode(mel)
    assert shape == (8, COLUMNS)
    assert torch.equal(codes, indices)
    vectors = model.codes_to_embeddings(codes, shape)
    assert vectors.shape == (2, 8, 8, COLUMNS)
    torch.testing.assert_close(model.decode(vectors, (128, COLUMNS * 8)), reconstruction)


def test_decode_cuts_to_the_target_shape(model: ConvVQVAE) -> None:
    vectors = torch.randn(1, 8, 8, COLUMNS)
    assert model.decode(vectors, (128, 50)).shape == (1, 1, 128, 50)


def test_positions_are_time_major() -> None:
    model = make_model()
    mel = torch.randn(1, 1, 128, COLUMNS * 8)
    latent, (found, _) = model.encoder(mel)[0], model.encode(mel)
    for column, band in [(0, 0), (0, 7), (2, 5), (6, 1)]:
        expected = model.quantizer.encode(latent[:, band, column])
        assert found[0, column * 8 + band].tolist() == expected.tolist()


def test_embeddings_of_positions_are_time_major() -> None:
    model = make_model()
    codes = random_codes(model)
    vectors = model.codes_to_embeddings(codes.reshape(1, -1, 3), (8, COLUMNS))
    for column, band in [(0, 0), (0, 7), (2, 5), (6, 1)]:
        expected = model.quantizer.lookup(codes[column, band])
        torch.testing.assert_close(vectors[0, :, band, column], expected)


def test_codes_of_embeddings_are_the_codes() -> None:
    model = make_model()
    with torch.no_grad():
        model.quantizer.codebooks *= torch.tensor([100.0, 10.0, 1.0])[:, None, None]
    codes = random_codes(model).reshape(1, -1, 3)
    assert torch.equal(model.quantizer.encode(model.quantizer.lookup(codes)), codes)


@pytest.mark.parametrize("cuts", [[1] * COLUMNS, [3, 1, 3], [COLUMNS], [0, 2, 0, 5]])
def test_the_streamed_mel_is_the_whole_mel(model: ConvVQVAE, cuts: list[int]) -> None:
    codes = random_codes(model)
    stream = model.stream()
    parts = [stream.push(part) for part in codes.split(cuts)] + [stream.flush()]
    together = torch.cat(parts, dim=1)
    assert together.shape == (128, COLUMNS * 8)
    torch.testing.assert_close(together, decode_whole(model, codes), atol=1e-4, rtol=0)


def test_the_same_codes_give_the_same_bytes_however_they_are_pushed(model: ConvVQVAE) -> None:
    codes = random_codes(model)
    found = set()
    for cuts in ([1] * COLUMNS, [3, 4], [COLUMNS]):
        stream = model.stream()
        parts = [stream.push(part) for part in codes.split(cuts)] + [stream.flush()]
        found.add(torch.cat(parts, dim=1).numpy().tobytes())
    assert len(found) == 1


def test_a_lookahead_delays_by_one_column(model: ConvVQVAE) -> None:
    stream = model.stream()
    frames = [stream.push(column[None]).shape[1] for column in random_codes(model, 3)]
    frames.append(stream.flush().shape[1])
    assert frames == ([0, 8, 8, 8] if model.config.lookahead_columns else [8, 8, 8, 0])


def test_one_column_alone_is_decoded(model: ConvVQVAE) -> None:
    codes = random_codes(model, 1)
    stream = model.stream()
    mel = torch.cat([stream.push(codes), stream.flush()], dim=1)
    torch.testing.assert_close(mel, decode_whole(model, codes), atol=1e-4, rtol=0)
    assert stream.flush().shape == (128, 0)


def test_a_stream_restored_continues_with_the_same_bytes(model: ConvVQVAE) -> None:
    codes = random_codes(model)
    stream = model.stream()
    stream.push(codes[:3])
    state = stream.snapshot()
    first = stream.push(codes[3:])
    for _ in range(2):
        stream.restore(state)
        assert stream.push(codes[3:]).numpy().tobytes() == first.numpy().tobytes()
    other = model.stream()
    other.restore(state)
    assert other.push(codes[3:]).numpy().tobytes() == first.numpy().tobytes()


def test_after_a_flush_another_stream_begins(model: ConvVQVAE) -> None:
    codes = random_codes(model)
    stream = model.stream()
    first = torch.cat([stream.push(codes), stream.flush()], dim=1)
    assert torch.equal(torch.cat([stream.push(codes), stream.flush()], dim=1), first)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.int64])
def test_codes_of_any_integer_type_are_taken(kind: type) -> None:
    model = make_model()
    codes = random_codes(model)
    mel = model.stream().push(codes.numpy().astype(kind))
    assert torch.equal(mel, model.stream().push(codes))


def test_the_vectors_of_codes_give_the_same_bytes_as_the_codes(model: ConvVQVAE) -> None:
    codes = random_codes(model)
    first, second = model.stream(), model.stream()
    for column in codes:
        mel = second.push_vectors(model.quantizer.lookup(column[None]))
        assert mel.numpy().tobytes() == first.push(column[None]).numpy().tobytes()


def test_what_lies_between_codes_can_be_decoded(model: ConvVQVAE) -> None:
    one, two = random_codes(model)[:2]
    ends = [model.quantizer.lookup(codes[None]) for codes in (one, two)]
    stream = model.stream()
    mels = [
        torch.cat([stream.push_vectors(vectors), stream.flush()], dim=1)
        for vectors in (ends[0], (ends[0] + ends[1]) / 2, ends[1])
    ]
    assert not torch.equal(mels[1], mels[0]) and not torch.equal(mels[1], mels[2])


def test_the_past_is_not_changed_by_the_future(model: ConvVQVAE) -> None:
    codes = random_codes(model)
    changed = codes.clone()
    changed[5] = (changed[5] + 1) % 16
    same = (5 - model.config.lookahead_columns) * 8
    before, after = decode_whole(model, codes), decode_whole(model, changed)
    torch.testing.assert_close(before[:, :same], after[:, :same])
    assert not torch.allclose(before[:, same : same + 8], after[:, same : same + 8])


@pytest.mark.parametrize(
    ("files", "size"),
    [(1, 64), (4, 64), (5, 64), (20, 64), (21, 128), (100, 128), (101, 256), (500, 256)],
)  # fmt: skip
def test_the_codebook_grows_with_the_number_of_files(files: int, size: int) -> None:
    assert get_adaptive_vqvae_config(files) == VQVAEConfig(codebook_size=size)


def test_a_setting_of_the_users_wins_over_the_adaptive_one() -> None:
    config = get_adaptive_vqvae_config(50, codebook_size=32, num_quantizers=4)
    assert config == VQVAEConfig(codebook_size=32, num_quantizers=4)


def test_the_image_of_a_stereo_codec_is_streamed_with_its_mels() -> None:
    model = make_model(image_groups=16)
    codes = random_codes(model)
    whole = decode_whole(model, codes)
    assert whole.shape[0] == model.config.rows == 160
    stream = model.stream()
    parts = [stream.push(codes[:3]), stream.push(codes[3:]), stream.flush()]
    assert torch.allclose(torch.cat(parts, dim=1), whole, atol=1e-4)
    # The mels do not depend on whether there is an image.
    mono = make_model()
    mono.load_state_dict(model.state_dict(), strict=False)
    assert torch.equal(decode_whole(mono, codes), whole[:128])


def test_a_new_stereo_codec_begins_with_the_mels_alone() -> None:
    model = make_model(image_groups=16)
    frames = torch.randn(1, 1, 160, 64)
    other = frames.clone()
    other[:, :, 128:] += 1.0
    assert model.encoder.image is not None
    assert torch.equal(model.encoder(frames), model.encoder(other))
    torch.nn.init.ones_(model.encoder.image.weight)
    assert not torch.equal(model.encoder(frames), model.encoder(other))


def test_each_band_has_whole_groups() -> None:
    with pytest.raises(ValueError, match="multiple of the 8 bands, not 12"):
        VQVAEConfig(image_groups=12)

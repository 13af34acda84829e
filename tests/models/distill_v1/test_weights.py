"""Models from Distill v1.1 compute what that program computed."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchaudio
from torch import Tensor, nn

from distill_live.audio.files import write_audio
from distill_live.audio.reading.sound import read_mono
from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.chunk_prior import ChunkPrior
from distill_live.models.distill_v1.file import OldModel
from distill_live.models.distill_v1.weights import read_old_weights
from distill_live.models.file.header import read_header
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from distill_live.models.kinds import open_session
from distill_live.models.prior.sampling import Sampling
from tests.old_model import CHANNELS, CODES, LEVELS, MELS, WIDTH, Caller, old_model, save_old_model

STATES = ("model_state_dict", "prior_state_dict")


class TheirCodec(nn.Module):
    """The codec with the layers, and the names, that their file has."""

    def __init__(self) -> None:
        super().__init__()

        def block(layer: nn.Module, width: int) -> Iterator[nn.Module]:
            yield from (layer, nn.BatchNorm2d(width), nn.ReLU(), nn.Dropout2d(0.4))

        inward = [
            part for a, b in pairwise(CHANNELS) for part in block(nn.Conv2d(a, b, 3, 2, 1), b)
        ]
        outward = [
            part
            for a, b in pairwise(reversed(CHANNELS))
            for part in block(nn.ConvTranspose2d(a, b, 3, 2, 1, output_padding=1), b)
        ]
        self.encoder, self.decoder = nn.Module(), nn.Module()
        self.encoder.convs = nn.Sequential(*inward)
        self.encoder.proj = nn.Conv2d(CHANNELS[-1], WIDTH, 1)
        self.decoder.proj = nn.Conv2d(WIDTH, CHANNELS[-1], 1)
        self.decoder.deconvs = nn.Sequential(*outward[:-3], nn.Softplus())


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    return old_model()


@pytest.fixture(scope="module")
def theirs(saved: dict[str, Any]) -> TheirCodec:
    codec = TheirCodec()
    state = {k: v for k, v in saved["model_state_dict"].items() if not k.startswith("quant")}
    codec.load_state_dict(state)
    return codec.eval()


@torch.inference_mode()
def test_the_encoder_is_theirs(
    old_model: LoadedVQModel, theirs: TheirCodec, saved: dict[str, Any]
) -> None:
    mel = torch.rand(2, 1, MELS, 48, generator=torch.Generator().manual_seed(0)) * 6
    latent = theirs.encoder.proj(theirs.encoder.convs(mel))
    found, shape = old_model.model.encode(mel)
    assert shape == (2, 3)
    assert torch.equal(found, codes_of(latent, saved))
    assert len(found.unique()) > CODES // 2


@torch.inference_mode()
def test_the_decoder_is_theirs(old_model: LoadedVQModel, theirs: TheirCodec) -> None:
    codes = torch.randint(0, CODES, (2, 6, LEVELS), generator=torch.Generator().manual_seed(0))
    quantized = old_model.model.codes_to_embeddings(codes, (2, 3))
    expected = theirs.decoder.deconvs(theirs.decoder.proj(quantized))
    found = old_model.model.decode(quantized)
    assert expected.std() > 0.01
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_the_prior_is_theirs(old_model: LoadedVQModel, saved: dict[str, Any]) -> None:
    state, config = saved["prior_state_dict"], saved["prior_config"]
    width = config["hidden_size"]
    layer = nn.TransformerEncoderLayer(
        width, config["num_heads"], 4 * width, batch_first=True, norm_first=True
    )
    blocks = nn.TransformerEncoder(layer, config["num_layers"], enable_nested_tensor=False).eval()
    start = "transformer."
    blocks.load_state_dict({k[len(start) :]: v for k, v in state.items() if k.startswith(start)})
    codes = torch.randint(0, CODES, (2, 12), generator=torch.Generator().manual_seed(1))
    levels = torch.arange(12) % LEVELS
    x = state["token_emb.weight"][codes] + state["pos_emb.weight"]
    x = blocks(x + state["level_emb.weight"][levels], mask=state["causal_mask"])
    x = nn.functional.layer_norm(x, (width,), state["ln_f.weight"], state["ln_f.bias"])
    expected = x @ state["head.weight"].T
    assert isinstance(old_model.prior, ChunkPrior)
    torch.testing.assert_close(old_model.prior.next_logits(codes), expected)


def test_a_first_code_is_as_likely_as_the_codec_used_it(tmp_path: Path) -> None:
    saved = old_model_with("cluster_size", torch.tensor([[2.0] * 10 + [5.0, 11.0]]))
    prior = load_model_v2(save_old_model(tmp_path / "used.distill", saved)).require_prior()
    assert isinstance(prior, ChunkPrior)
    expected = torch.tensor([0.0] * 10 + [0.25, 0.75])
    torch.testing.assert_close(prior.first_logits.exp(), expected, atol=1e-3, rtol=0)


def old_model_with(end: str, tensor: Tensor | None, part: str = "model_state_dict") -> Any:
    """A model whose weights with that end of a name are others, or are missing."""
    saved = old_model()
    for name in [name for name in saved[part] if name.endswith(end)]:
        if tensor is None:
            del saved[part][name]
        else:
            saved[part][name] = tensor
    return saved


@pytest.mark.parametrize(
    ("part", "name"),
    [(part, name) for part in STATES for name in old_model()[part]],
)
def test_a_missing_weight_is_refused_unless_nothing_needs_it(
    tmp_path: Path, part: str, name: str
) -> None:
    saved = old_model()
    del saved[part][name]
    path = save_old_model(tmp_path / "bad.distill", saved)
    needless = ("num_batches_tracked", "initted", "embed_avg", "causal_mask")
    if name.endswith(needless) or ("cluster_size" in name and ".0." not in name):
        load_model_v2(path)
        return
    with pytest.raises(ModelFileError) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("end", "shape"),
    [
        ("convs.0.weight", (32, 1, 5, 5)), ("convs.4.weight", (64, 33, 3, 3)),
        ("convs.0.weight", (32,)), ("convs.5.running_var", (63,)), ("convs.5.running_var", ()),
        ("deconvs.12.weight", (32, 2, 3, 3)), ("proj.bias", (1,)), ("convs.5.bias", (1,)),
        ("0._codebook.embed", (CODES, 8)), ("2._codebook.embed", (1, CODES, 9)),
        ("2._codebook.embed", ()),
        ("0._codebook.cluster_size", (1, 0)), ("0._codebook.cluster_size", (1, 13)),
        ("0._codebook.cluster_size", ()),
    ],
)  # fmt: skip
def test_a_weight_of_another_shape_is_refused(
    tmp_path: Path, end: str, shape: tuple[int, ...]
) -> None:
    path = save_old_model(tmp_path / "bad.distill", old_model_with(end, torch.ones(shape)))
    with pytest.raises(ModelFileError, match=r"damaged|have the shape") as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize(
    ("part", "end", "shape"),
    [
        ("model_state_dict", "convs.4.bias", (64,)),
        ("model_state_dict", "1._codebook.embed", (1, CODES, WIDTH)),
        ("model_state_dict", "0._codebook.cluster_size", (1, CODES)),
        ("prior_state_dict", "head.weight", (CODES, 16)),
    ],
)
def test_weights_that_are_no_finite_numbers_are_refused(
    tmp_path: Path, part: str, end: str, shape: tuple[int, ...], value: float
) -> None:
    saved = old_model_with(end, torch.full(shape, value), part)
    with pytest.raises(ModelFileError, match="not finite"):
        load_model_v2(save_old_model(tmp_path / "bad.distill", saved))


def test_a_variance_below_zero_is_refused(tmp_path: Path) -> None:
    saved = old_model_with("convs.5.running_var", -torch.ones(64))
    with pytest.raises(ModelFileError, match="not finite"):
        load_model_v2(save_old_model(tmp_path / "bad.distill", saved))


def test_weights_of_another_kind_of_number_are_refused(tmp_path: Path) -> None:
    saved = old_model_with("convs.4.bias", torch.ones(64, dtype=torch.int64))
    load_model_v2(save_old_model(tmp_path / "whole.distill", saved))
    saved = old_model_with("convs.4.bias", torch.ones(64, dtype=torch.float16))
    with pytest.raises(ModelFileError, match="HalfStorage"):
        load_model_v2(save_old_model(tmp_path / "half.distill", saved))


def test_even_what_was_not_looked_at_before_runs_no_code(tmp_path: Path) -> None:
    trace = tmp_path / "it_ran"
    path = save_old_model(tmp_path / "bad.distill", Caller(os.mkdir, str(trace)))
    unchecked = OldModel(path, old_model(), 0, path.read_bytes())
    with pytest.raises(ModelFileError, match="cannot be read") as caught:
        read_old_weights(unchecked)
    assert "\n" not in str(caught.value)
    assert not trace.exists()


def test_a_weight_that_nothing_knows_is_refused(tmp_path: Path) -> None:
    saved = old_model()
    saved["prior_state_dict"] = OrderedDict(saved["prior_state_dict"], wings=torch.ones(2))
    with pytest.raises(ModelFileError, match=r"prior\.wings"):
        load_model_v2(save_old_model(tmp_path / "bad.distill", saved))


def test_saved_as_a_file_of_ours_it_is_the_same_model(
    old_model: LoadedVQModel, tmp_path: Path
) -> None:
    path = tmp_path / "mine.distill"
    save_model_v2(
        path, model=old_model.model, prior=old_model.prior, spectrogram=old_model.spectrogram,
        vocoder=old_model.vocoder,
    )  # fmt: skip
    again = load_model_v2(path)
    assert again.column_samples == old_model.column_samples == 24 * 512 - 2400
    assert again.metadata["codec_sha256"] == old_model.metadata["codec_sha256"]
    assert again.spectrogram.config == old_model.spectrogram.config
    assert torch.equal(again.spectrogram.mel_bank, old_model.spectrogram.mel_bank)
    one, other = open_session(again.require_prior(), 3), open_session(old_model.require_prior(), 3)
    for _ in range(3):
        codes = one.step(Sampling())
        np.testing.assert_array_equal(codes, other.step(Sampling()))
        mels = [loaded.model.stream().push(codes) for loaded in (again, old_model)]
        sounds = [loaded.vocoder(mel) for loaded, mel in zip((again, old_model), mels, strict=True)]
        assert sounds[0].numpy().tobytes() == sounds[1].numpy().tobytes()


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("codec", {"chunk_samples": 10**9}, "chunk_samples in its codec must be 1..1048576"),
        ("codec", {"chunk_samples": 13_000}, "does not have 24 frames"),
        ("codec", {"kind": "wings"}, "codec is of an unknown kind, 'wings'"),
        ("spectrogram", {"kind": "wings"}, "spectrogram is of an unknown kind, 'wings'"),
        ("vocoder", {"block_frames": 23}, "23, does not divide a column of 24"),
        ("vocoder", {"block_frames": 12}, "does not have 24 frames"),
        (
            "vocoder",
            {"overlap_samples": 10**9},
            "overlap_samples in its vocoder must be 0..1048576",
        ),
        ("prior", {"kind": "flat"}, "does not match this version"),
    ],
)
def test_a_file_of_ours_whose_parts_do_not_fit_is_refused(
    old_model: LoadedVQModel, tmp_path: Path, part: str, change: dict[str, Any], reason: str
) -> None:
    from distill_live.models.file.header import rewrite_metadata

    path = tmp_path / "mine.distill"
    save_model_v2(
        path, model=old_model.model, prior=old_model.prior, spectrogram=old_model.spectrogram
    )
    rewrite_metadata(path, **{part: read_header(path).metadata[part] | change})
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@torch.inference_mode()
def test_a_recording_goes_the_whole_way_as_in_their_program(
    old_model: LoadedVQModel, theirs: TheirCodec, saved: dict[str, Any], tmp_path: Path
) -> None:
    """From a stereo file at another rate to codes and mels, layer by layer as in Distill v1.1."""
    moments = np.arange(44_100) / 44_100
    sweep = np.sin(2 * np.pi * (100 + 4000 * moments) * moments) * np.exp(-3 * moments)
    write_audio(tmp_path / "sweep.wav", np.stack([sweep, 0.5 * sweep], 1), 44_100, 32)
    samples = torch.from_numpy(read_mono(tmp_path / "sweep.wav"))[None, None]
    power = torchaudio.transforms.MelSpectrogram(48_000, 2048, 2048, 512, n_mels=MELS)(samples)
    # Their convolutions divide frames by 16; silence fills up the last column.
    expected = nn.functional.pad(torch.log1p(power), (0, -power.shape[-1] % 16))
    mel = old_model.spectrogram.waveform_to_mel(samples)
    codes, shape = old_model.model.encode(mel)
    assert shape == (2, expected.shape[-1] // 16)
    assert torch.equal(codes, codes_of(theirs.encoder.proj(theirs.encoder.convs(expected)), saved))
    assert len(codes.unique()) > CODES // 2
    quantized = old_model.model.codes_to_embeddings(codes, shape)
    decoded = old_model.model.decode(quantized, (mel.shape[2], mel.shape[3]))
    found = theirs.decoder.deconvs(theirs.decoder.proj(quantized))[..., : mel.shape[3]]
    torch.testing.assert_close(decoded, found, atol=1e-5, rtol=1e-5)


def codes_of(latent: Tensor, saved: dict[str, Any]) -> Tensor:
    """Latents [B, D, F, T] to codes [B, F * T, Q]: each level's nearest vector."""
    rest = latent.permute(0, 2, 3, 1).reshape(len(latent), -1, WIDTH)
    codes = []
    for level in range(LEVELS):
        book = saved["model_state_dict"][f"quantizer.rvq.layers.{level}._codebook.embed"][0]
        codes.append(torch.cdist(rest, book).argmin(-1))
        rest = rest - book[codes[-1]]
    return torch.stack(codes, -1)

"""Parts of a model by the words for them in a header."""

from pathlib import Path

import pytest
import torch

from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.distill_v1.chunk_codec import ChunkCodec
from distill_live.models.distill_v1.chunk_vocoder import ChunkVocoder
from distill_live.models.distill_v1.log1p_spectrogram import Log1pSpectrogram
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.kinds import (
    build_codec,
    build_spectrogram,
    build_vocoder,
    default_vocoder,
    describe_codec,
    describe_prior,
    describe_spectrogram,
    describe_vocoder,
    make_prior,
    read_prior_config,
)
from distill_live.models.prior.base import Prior
from distill_live.models.vocoder.vocoder import PhaseVocoder


def test_what_is_described_is_built_again(
    tiny_model: LoadedVQModel, old_model: LoadedVQModel
) -> None:
    for loaded in (tiny_model, old_model):
        spectrogram = build_spectrogram(describe_spectrogram(loaded.spectrogram))
        assert type(spectrogram) is type(loaded.spectrogram)
        assert spectrogram.config == loaded.spectrogram.config
        codec = build_codec(describe_codec(loaded.model))
        assert type(codec) is type(loaded.model)
        assert codec.config == loaded.model.config
        vocoder = build_vocoder(describe_vocoder(loaded.vocoder), spectrogram)
        assert type(vocoder) is type(loaded.vocoder)
        assert vocoder.config == loaded.vocoder.config
        assert vocoder.overlap_samples == loaded.vocoder.overlap_samples


def test_an_overlap_of_its_own_comes_back(old_model: LoadedVQModel) -> None:
    assert isinstance(old_model.vocoder, ChunkVocoder)
    described = describe_vocoder(old_model.vocoder.with_overlap(77))
    assert build_vocoder(described, old_model.spectrogram).overlap_samples == 77


def test_a_header_without_kinds_is_of_columns(tiny_model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "earlier.distill"
    path.write_bytes(tiny_model_path.read_bytes())
    before = read_header(path).metadata
    without = {
        part: {key: value for key, value in before[part].items() if key != "kind"}
        for part in ("spectrogram", "codec", "vocoder")
    }
    rewrite_metadata(path, **without)
    loaded = load_model_v2(path)
    assert type(loaded.spectrogram) is AudioSpectrogram
    assert not isinstance(loaded.model, ChunkCodec)
    assert loaded.column_samples == 8 * 512


def test_a_codec_has_a_vocoder_that_suits_it(
    tiny_model: LoadedVQModel, old_model: LoadedVQModel
) -> None:
    assert isinstance(old_model.spectrogram, Log1pSpectrogram)
    vocoder = default_vocoder(old_model.model, old_model.spectrogram)
    assert isinstance(vocoder, ChunkVocoder)
    assert (vocoder.config.block_frames, vocoder.overlap_samples) == (24, 2400)
    assert isinstance(default_vocoder(tiny_model.model, tiny_model.spectrogram), PhaseVocoder)


def test_a_prior_is_made_again_from_what_its_header_says(prior: Prior) -> None:
    again = make_prior(read_prior_config(describe_prior(prior)))
    again.load_state_dict(prior.state_dict())
    codes = torch.randint(0, 12, (1, 30), generator=torch.Generator().manual_seed(3))
    assert torch.equal(again.eval()(codes), prior(codes))


def test_a_header_that_names_no_kind_is_of_a_flat_prior(flat_prior: Prior) -> None:
    described = describe_prior(flat_prior)
    assert described.pop("kind") == "flat"
    assert read_prior_config(described) == flat_prior.config


def test_a_kind_that_nobody_knows_is_refused(prior: Prior) -> None:
    with pytest.raises(ValueError, match="unknown kind, 'holographic'"):
        read_prior_config(describe_prior(prior) | {"kind": "holographic"})


def test_settings_of_nothing_make_no_prior() -> None:
    with pytest.raises(TypeError, match="str"):
        make_prior("settings")  # type: ignore[arg-type]

"""The engine with a model of full size, as musicians have them: other tests play tiny ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from distill_live.models.layers.packed_matrix import PackedMatrix
from distill_live.models.prior.column_prior import ColumnPrior, get_adaptive_prior_config
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from tests.live.player import Player

SECONDS = 0.6
SAMPLES = round(SECONDS * 48_000)


@pytest.fixture(scope="module")
def full_size(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoadedVQModel]:
    """Untrained networks as `train --prior-size medium` makes them, from a file, with each vocoder;
    their codes have about the loudness of recordings."""
    torch.manual_seed(0)
    codec = ConvVQVAE(VQVAEConfig())
    torch.nn.init.normal_(codec.quantizer.codebooks)
    prior = ColumnPrior(get_adaptive_prior_config("medium", codec.config.codebook_size))
    spectrogram = AudioSpectrogram(SpectrogramConfig(mean=-9.0, deviation=4.0))
    vocoders = {
        "phase": PhaseVocoder(spectrogram, PhaseConfig(codec.config.column_frames)),
        "neural": NeuralVocoder.untrained(
            NeuralVocoderConfig(codec.config.column_frames), spectrogram
        ),
    }
    folder = tmp_path_factory.mktemp("full")
    return {
        kind: _saved(folder / f"{kind}.distill", codec, prior, vocoder, spectrogram)
        for kind, vocoder in vocoders.items()
    }


def _saved(
    path: Path, codec: ConvVQVAE, prior: ColumnPrior, vocoder: PhaseVocoder | NeuralVocoder,
    spectrogram: AudioSpectrogram,
) -> LoadedVQModel:  # fmt: skip
    save_model_v2(path, model=codec, prior=prior, vocoder=vocoder, spectrogram=spectrogram)
    return load_model_v2(path)


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The width of each int8 matrix that is multiplied by, in order."""
    widths: list[int] = []
    plain = PackedMatrix.__call__

    def count(matrix: PackedMatrix, x: torch.Tensor) -> torch.Tensor:
        widths.append(len(x))
        return plain(matrix, x)

    monkeypatch.setattr(PackedMatrix, "__call__", count)
    return widths


@pytest.mark.parametrize("kind", ["phase", "neural"])
def test_what_is_played_live_is_what_is_generated(
    full_size: dict[str, LoadedVQModel], packed: list[int], kind: str
) -> None:
    loaded = full_size[kind]
    assert loaded.vocoder.kind == kind
    live = Player(loaded).hear(SAMPLES)
    drawn = len(packed)
    # Each layer of the transformer, in each column, by int8.
    assert loaded.require_prior().config.hidden_size == 256 in packed
    offline, _ = generate_audio_from_prior(loaded, duration_s=SECONDS, seed=1)
    assert len(packed) > drawn
    np.testing.assert_array_equal(live, offline)
    assert np.isfinite(live).all()
    assert 1e-3 < np.sqrt(np.mean(live**2)) < 1.0

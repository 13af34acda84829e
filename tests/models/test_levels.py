"""The names of levels, in a table and in model files."""

from dataclasses import replace
from pathlib import Path

import pytest

from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.header import read_header
from distill_live.models.file.persistence import LoadedVQModel, save_model_v2
from distill_live.models.levels import level_labels


@pytest.mark.parametrize(
    ("levels", "labels"),
    [
        (1, ("Structure",)),
        (2, ("Structure", "Detail")),
        (3, ("Structure", "Timbre", "Detail")),
        (4, ("Structure", "Timbre", "Texture", "Detail")),
        (6, ("Structure", "Timbre", "Texture", "Texture 2", "Texture 3", "Detail")),
    ],
)
def test_levels_are_called_after_what_they_add(levels: int, labels: tuple[str, ...]) -> None:
    assert level_labels(levels) == labels


def test_every_level_has_a_name_of_its_own() -> None:
    """For as many levels as a file may have."""
    counts = [(len(labels), len(set(labels))) for labels in map(level_labels, range(1, 65))]
    assert counts == [(levels, levels) for levels in range(1, 65)]


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6])
def test_a_saved_model_names_each_of_its_levels(
    tiny_model: LoadedVQModel, tmp_path: Path, levels: int
) -> None:
    path = tmp_path / "model.distill"
    codec = ConvVQVAE(replace(tiny_model.model.config, num_quantizers=levels))
    save_model_v2(path, model=codec, spectrogram=tiny_model.spectrogram)
    assert read_header(path).metadata["level_labels"] == list(level_labels(levels))


def test_names_that_somebody_gave_are_kept(tiny_model: LoadedVQModel, tmp_path: Path) -> None:
    path = tmp_path / "model.distill"
    metadata = {"level_labels": ["Body", "Skin", "Air"]}
    save_model_v2(
        path, model=tiny_model.model, spectrogram=tiny_model.spectrogram, metadata=metadata
    )
    assert read_header(path).metadata["level_labels"] == ["Body", "Skin", "Air"]

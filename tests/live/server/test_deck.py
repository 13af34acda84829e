"""What a deck knows of the model that lies on it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from distill_live.errors import ModelFileError
from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.shown_columns import ColumnDetails
from distill_live.live.ipc.status import NEW_SOUND
from distill_live.live.server.deck import Deck, HeardOrigin
from distill_live.models.distill_v1.chunk_prior import ChunkPrior
from distill_live.models.file.header import rewrite_metadata
from distill_live.models.file.loudness import ModelLoudness
from distill_live.models.prior.column_prior import ColumnPrior
from distill_live.models.prior.flat_prior import CodePrior
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model

SETTINGS = EngineSettings()


@pytest.fixture
def deck() -> Deck:
    return Deck(1, ParameterStore(), journal=False)


def test_its_ring_has_two_channels_whatever_the_model(deck: Deck) -> None:
    assert deck.ring.channels == 2


def put(deck: Deck, folder: Path, name: str, **metadata: object) -> Path:
    path = save_empty_model(folder, name, **metadata)
    deck.put(path, "cpu", SETTINGS)
    return path


def test_a_models_name_levels_and_loudness_are_those_of_its_header(
    deck: Deck, tmp_path: Path
) -> None:
    path = put(
        deck, tmp_path, "rain", level_labels=["Body", "Air"], loudness_db=-23.5, loudness_lufs=-30.0
    )
    assert (deck.name, deck.path) == ("rain", path)
    assert deck.level_labels == ("Body", "Air")
    assert deck.loudness == ModelLoudness(-30.0, -23.5)
    put(deck, tmp_path, "wind")
    assert deck.loudness == ModelLoudness()


def test_a_new_model_begins_with_an_empty_ring_and_fresh_counters(
    deck: Deck, tmp_path: Path
) -> None:
    put(deck, tmp_path, "rain")
    deck.ring.advance(1_000)
    deck.status["position"] = 49_000
    assert deck.ready_seconds == 1.0
    put(deck, tmp_path, "wind")
    assert (deck.ring.read_position, deck.ready_seconds) == (0, 0.0)


def test_a_new_model_begins_without_columns(deck: Deck, tmp_path: Path) -> None:
    put(deck, tmp_path, "rain")
    deck.shown.begin_segment((2, 3))
    nothing = np.zeros(0, np.uint16)
    deck.shown.show(3, 9, ColumnDetails(nothing, np.zeros((0, 2, 3)), nothing, nothing))
    put(deck, tmp_path, "wind")
    shown = deck.shown.read()
    assert shown is not None and (shown.start, shown.end) == (0, 0)


@pytest.mark.parametrize(
    ("described", "kind"),
    [({"kind": "neural"}, "neural"), ({}, "phase"), (None, "phase"), ([1], "phase")],
)
def test_the_kind_of_vocoder_is_that_of_the_header(
    deck: Deck, tmp_path: Path, described: object, kind: str
) -> None:
    put(deck, tmp_path, "rain", vocoder=described)
    assert deck.vocoder == kind


@pytest.mark.parametrize(
    ("prior", "steers"),
    [({"kind": ColumnPrior.kind}, True), ({"kind": CodePrior.kind}, False), ({}, False),
     ({"kind": ChunkPrior.kind}, False)],
)  # fmt: skip
def test_only_a_model_with_a_prior_by_columns_can_be_steered(
    deck: Deck, tmp_path: Path, prior: dict[str, object], steers: bool
) -> None:
    put(deck, tmp_path, "rain", prior=prior)
    assert deck.steers == steers


def test_only_a_model_with_whole_grains_of_its_codec_has_grains(
    deck: Deck, tiny_grainy_path: Path, tmp_path: Path
) -> None:
    model, grains = tmp_path / "rain.distill", tmp_path / "rain.grains"
    shutil.copy(tiny_grainy_path, model)
    deck.put(model, "cpu", SETTINGS)
    assert not deck.has_grains
    shutil.copy(tiny_grainy_path.with_suffix(".grains"), grains)
    deck.put(model, "cpu", SETTINGS)
    assert deck.has_grains
    rewrite_metadata(model, codec_sha256="0" * 64)
    deck.put(model, "cpu", SETTINGS)
    assert not deck.has_grains
    shutil.copy(tiny_grainy_path, model)
    grains.write_bytes(grains.read_bytes()[:-1])
    deck.put(model, "cpu", SETTINGS)
    assert not deck.has_grains


def test_sound_that_is_overdue_is_none_that_is_ready(deck: Deck) -> None:
    deck.ring.advance(1_000)
    assert deck.ready_seconds == 0.0


def test_a_file_that_is_no_model_leaves_the_deck_as_it_was(deck: Deck, tmp_path: Path) -> None:
    path = put(deck, tmp_path, "rain")
    deck.ring.advance(1_000)
    worker = deck.worker
    (tmp_path / "noise.distill").write_bytes(b"noise")
    with pytest.raises(ModelFileError):
        deck.put(tmp_path / "noise.distill", "cpu", SETTINGS)
    assert (deck.name, deck.path, deck.worker) == ("rain", path, worker)
    assert deck.ring.read_position == 1_000


def test_where_the_sound_comes_from_has_the_name_that_the_header_gives(
    deck: Deck, tmp_path: Path
) -> None:
    kept = {"names": ["snare.wav", "kick.wav"], "columns": [9, 9]}
    put(deck, tmp_path, "rain", training_codes=kept)
    assert deck.origin is None
    deck.status["origin"], deck.status["origin_second"] = 2, 1.5
    deck.status["origin_share"] = 0.75
    assert deck.origin == HeardOrigin("kick.wav", 1.5, 0.75)
    deck.status["origin"] = NEW_SOUND
    assert deck.origin is not None
    assert deck.origin.name is None


@pytest.mark.parametrize("kept", [None, [1], {"names": 3}, {}])
def test_a_model_that_keeps_nothing_that_makes_sense_knows_no_recordings(
    deck: Deck, tmp_path: Path, kept: object
) -> None:
    put(deck, tmp_path, "rain", training_codes=kept)
    assert deck.training_files == ()

from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from distill_live.audio.loudness import integrated_loudness
from distill_live.errors import NoPriorError
from distill_live.inference import loudness
from distill_live.inference.codes import encode
from distill_live.inference.generation import generate_audio_from_prior
from distill_live.inference.loudness import playing_loudness, silent_columns
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.loudness import ModelLoudness
from tests.grids import model_grid


def test_each_column_is_silent_or_not(tiny_model: LoadedVQModel) -> None:
    grid, seen = model_grid(tiny_model, 4), list[float]()
    assert silent_columns(tiny_model, grid, seen.append).shape == (4,)
    assert seen == [0.25, 0.5, 0.75, 1.0]


def test_what_decodes_to_nothing_is_silent(tiny_model: LoadedVQModel) -> None:
    # An untrained decoder makes mels about 0; those of silence are far below.
    quiet = replace(tiny_model.spectrogram.config, mean=np.log(1e-8), deviation=0.01)
    loud = replace(tiny_model.spectrogram.config, mean=0.0, deviation=0.01)
    grid = encode(tiny_model, np.zeros(8192, np.float32))
    for config, silent in ((quiet, True), (loud, False)):
        spectrogram = type(tiny_model.spectrogram)(config)
        found = silent_columns(replace(tiny_model, spectrogram=spectrogram), grid, lambda done: 0)
        assert (found == silent).all()


def louder_by(loaded: LoadedVQModel, decibels: float) -> LoadedVQModel:
    """The same model whose codes sound louder."""
    before = loaded.spectrogram.config
    config = replace(before, mean=before.mean + decibels * np.log(10.0) / 10.0)
    spectrogram = type(loaded.spectrogram)(config)
    vocoder = type(loaded.vocoder)(spectrogram, loaded.vocoder.config)
    return replace(loaded, spectrogram=spectrogram, vocoder=vocoder)


def test_two_models_are_equally_loud_with_the_gain_by_what_they_play(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudness, "STREAMS", 6)
    monkeypatch.setattr(loudness, "STREAM_SECONDS", 2.0)
    models = tiny_model, louder_by(tiny_model, -22.0)
    told = [ModelLoudness(playing_loudness(one), -20.0) for one in models]
    heard = []
    for loaded, own in zip(models, told, strict=True):
        sound, _ = generate_audio_from_prior(loaded, duration_s=8.0, seed=99)
        sound *= np.float32(own.gain_to_match(told[0]))
        heard.append(integrated_loudness([sound], 48_000))
    assert heard[1] == pytest.approx(heard[0], abs=0.5)
    assert told[1].gain_to_match(told[0]) == pytest.approx(10 ** (22.0 / 20.0), rel=0.06)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loudness that is measured in no time."""
    monkeypatch.setattr(loudness, "STREAMS", 2)
    monkeypatch.setattr(loudness, "STREAM_SECONDS", 0.5)


@pytest.mark.usefixtures("brief")
def test_what_is_measured_is_the_same_each_time_and_its_progress_is_told(
    tiny_model: LoadedVQModel,
) -> None:
    seen = list[float]()
    first = playing_loudness(tiny_model, seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0
    assert first is not None and first == playing_loudness(tiny_model)


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize(
    ("limit_s", "streams"), [(-1.0, 2), (29.0, 2), (30.0, 3), (59.0, 5), (60.0, 6)]
)
def test_with_little_time_fewer_streams_are_measured(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch, limit_s: float, streams: int
) -> None:
    monkeypatch.setattr(loudness, "STREAMS", 6)
    monkeypatch.setattr(loudness, "LEAST_STREAMS", 2)
    # It takes 10 s to make each.
    clock = count(-10.0, 10.0)
    given = SimpleNamespace(monotonic=lambda: max(next(clock), 0.0))
    monkeypatch.setattr("distill_live.inference.loudness.time", given)
    seen = list[float]()
    playing_loudness(tiny_model, seen.append, limit_s)
    assert len(seen) == streams + 1 and seen[-1] == 1.0


@pytest.mark.usefixtures("brief")
def test_a_mono_model_is_measured_as_it_is_heard_on_two_channels(
    tiny_model: LoadedVQModel,
) -> None:
    sounds = [generate_audio_from_prior(tiny_model, duration_s=0.5, seed=n)[0] for n in (0, 1)]
    heard = [np.stack([sound, sound], axis=1) for sound in sounds]
    expected = integrated_loudness(heard, 48_000, 2)
    assert playing_loudness(tiny_model) == pytest.approx(expected, abs=0.006)


def test_a_model_that_cannot_play_has_no_loudness(tiny_model: LoadedVQModel) -> None:
    with pytest.raises(NoPriorError):
        playing_loudness(replace(tiny_model, prior=None))


@pytest.mark.usefixtures("brief")
def test_silence_has_no_loudness(tiny_model: LoadedVQModel) -> None:
    assert playing_loudness(louder_by(tiny_model, -200.0)) is None

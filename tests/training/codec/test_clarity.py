"""How the detail that a codec's decoder blurs is measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.dataset import Recording, Recordings, training_columns
from distill_live.errors import TrainingError
from distill_live.models.codec.clarity import detail
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec import clarity
from distill_live.training.codec.clarity import compare_detail, measure_clarity
from distill_live.training.data.coding import code_mel, recording_mel

COLUMN = 8 * 512


def recordings(*columns: int, rate: int = 48_000) -> Recordings:
    random = np.random.default_rng(0)
    sounds = [random.standard_normal(one * COLUMN).astype(np.float32) for one in columns]
    return Recordings([Recording(f"{n}.wav", one) for n, one in enumerate(sounds)], rate, [])


def mels(loaded: LoadedVQModel, given: Recordings) -> list[Tensor]:
    """The training parts of the recordings, as mels."""
    found = []
    for one in given.recordings:
        mel = recording_mel(one, loaded.spectrogram, 8)
        found.append(mel[:, : 8 * training_columns(mel.shape[-1] // 8)])
    return found


def decoded(codec: ConvVQVAE, mel: Tensor) -> Tensor:
    return codec.stream().push(code_mel(codec, mel))


def louder(codec: ConvVQVAE, factor: float) -> ConvVQVAE:
    """The same codec with everything that it decodes multiplied."""
    again = ConvVQVAE(codec.config).eval().requires_grad_(False)
    again.load_state_dict(codec.state_dict())
    again.decoder.to_mel.linear.weight.mul_(factor)
    again.decoder.to_mel.linear.bias.mul_(factor)
    return again


@pytest.fixture
def smooth(tiny_model: LoadedVQModel) -> LoadedVQModel:
    """The model with a decoder whose detail is too weak, but not out of reach."""
    codec = tiny_model.require_trainable()
    given = mels(tiny_model, recordings(40))
    real, made = detail(given[0]), detail(decoded(codec, given[0]))
    return replace(tiny_model, model=louder(codec, float(real.std() / made.std()) / 1.8))


def test_gains_are_the_ratio_of_the_deviations_of_the_detail(smooth: LoadedVQModel) -> None:
    given = recordings(40, 25)
    parts = mels(smooth, given)
    codec = smooth.require_trainable()
    real = torch.cat([detail(one) for one in parts], dim=1)
    made = torch.cat([detail(decoded(codec, one)) for one in parts], dim=1)
    expected = (real.std(dim=1) / made.std(dim=1)).clamp(1.0, 3.0)
    found = measure_clarity(codec, smooth.spectrogram, given)
    assert np.std(found.gains) > 0.1
    np.testing.assert_allclose(found.gains, expected.numpy(), atol=2e-3)


def test_with_the_gains_the_detail_is_as_in_the_recordings(smooth: LoadedVQModel) -> None:
    [mel] = mels(smooth, recordings(40))
    codec = smooth.require_trainable()
    found = compare_detail(codec, [mel])
    made = decoded(codec, mel)
    before = detail(made).std() / detail(mel).std()
    after = detail(found.apply(made, 1.0)).std() / detail(mel).std()
    assert before < 0.7
    assert abs(float(after) - 1) < abs(float(before) - 1)


@pytest.mark.parametrize(("factor", "gain"), [(1e-3, 3.0), (1e3, 1.0), (0.0, 1.0)])
def test_gains_stay_within_1_and_3(tiny_model: LoadedVQModel, factor: float, gain: float) -> None:
    codec = louder(tiny_model.require_trainable(), factor)
    found = measure_clarity(codec, tiny_model.spectrogram, recordings(12))
    assert found.gains == (gain,) * 128


def test_nothing_that_is_held_out_counts(smooth: LoadedVQModel) -> None:
    given, other = recordings(40), recordings(40)
    other.recordings[0].samples[37 * COLUMN + 1024 :] *= -0.3
    one, changed = (
        measure_clarity(smooth.require_trainable(), smooth.spectrogram, each)
        for each in (given, other)
    )
    assert one == changed
    other.recordings[0].samples[: 20 * COLUMN] *= 0.01
    assert one != measure_clarity(smooth.require_trainable(), smooth.spectrogram, other)


def test_rehearsed_recordings_count_like_others(smooth: LoadedVQModel) -> None:
    codec, both = smooth.require_trainable(), recordings(40, 25)
    whole = [recording_mel(one, smooth.spectrogram, 8) for one in both.recordings]
    new = replace(both, recordings=both.recordings[:1])
    found = measure_clarity(codec, smooth.spectrogram, new, whole[1:])
    assert found == measure_clarity(codec, smooth.spectrogram, both)
    assert found != measure_clarity(codec, smooth.spectrogram, new)


def test_of_a_large_set_every_kth_recording_and_of_a_long_one_the_beginning_counts(
    smooth: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, given = smooth.require_trainable(), recordings(30, 12, 30, 12)
    monkeypatch.setattr(clarity, "_MEASURED_FRAMES", 8 * 30)
    parts = [one[:, : 8 * 30] for one in mels(smooth, given)[::3]]
    found = measure_clarity(codec, smooth.spectrogram, given)
    assert found == compare_detail(codec, parts)
    monkeypatch.setattr(clarity, "_MEASURED_FRAMES", 8 * 10)
    [long] = mels(smooth, recordings(30))
    found = measure_clarity(codec, smooth.spectrogram, recordings(30))
    assert found == compare_detail(codec, [long[:, : 8 * 10]])


def test_recordings_of_another_rate_are_refused(tiny_model: LoadedVQModel) -> None:
    with pytest.raises(TrainingError, match="44100"):
        measure_clarity(
            tiny_model.require_trainable(), tiny_model.spectrogram, recordings(9, rate=44_100)
        )

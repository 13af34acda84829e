"""What stands for a model's old recordings when it learns new ones."""

from __future__ import annotations

import math
import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import TrainingError
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec import trainer
from distill_live.training.codec.config import CodecTrainingConfig, get_continued_codec_config
from distill_live.training.codec.trainer import train_codec
from distill_live.training.data.kept import code_training_parts
from distill_live.training.data.rehearsal import Rehearsal, code_rehearsed, rehearsed_share
from distill_live.training.data.sequences import extract_code_sequences
from distill_live.training.run.precision import Slowness


def grid(columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 12, (columns, 8, 3)).astype(np.int16)


@pytest.fixture
def loaded(tiny_model: LoadedVQModel) -> LoadedVQModel:
    codes = (TrainingCodes("a.wav", grid(30)), TrainingCodes("b.wav", grid(10, 1)))
    return replace(tiny_model, training_codes=codes)


def test_a_recording_that_is_there_itself_needs_no_codes(loaded: LoadedVQModel) -> None:
    both = Rehearsal.of(loaded)
    assert (both.names, [mel.shape for mel in both.mels]) == (
        ["a.wav", "b.wav"], [(128, 240), (128, 80)],
    )  # fmt: skip
    assert both.columns == 40
    assert both.seconds == pytest.approx(40 * 8 * 512 / 48_000)
    one = Rehearsal.of(loaded, {"a.wav"})
    assert one.names == ["b.wav"]
    assert torch.equal(one.usage, both.usage)


def test_usage_is_the_part_that_each_code_has_of_its_level(loaded: LoadedVQModel) -> None:
    usage = Rehearsal.of(loaded).usage
    torch.testing.assert_close(usage.sum(dim=1), torch.ones(3))
    level = np.concatenate([one.codes[..., 2].ravel() for one in loaded.training_codes])
    assert float(usage[2, 5]) == pytest.approx((level == 5).mean())
    assert usage[:, 12:].sum() == 0


@pytest.mark.parametrize(("new", "old", "part"), [(90, 10, 0.3), (50, 50, 0.5), (1, 999, 0.7)])
def test_old_recordings_count_by_length_but_neither_little_nor_most(
    new: int, old: int, part: float
) -> None:
    shares = rehearsed_share([torch.zeros(1, new)], [torch.zeros(1, old)])
    weights = shares[0] * new, shares[1] * old
    assert weights[1] / sum(weights) == pytest.approx(part)


def test_without_old_recordings_all_count_alike() -> None:
    assert rehearsed_share([torch.zeros(1, 5)] * 2, []) == [1.0, 1.0]


@pytest.fixture(scope="module")
def sines() -> Recordings:
    time = np.arange(96_000) / 48_000
    made = [(0.3 * np.sin(2 * np.pi * f * time)).astype(np.float32) for f in (200, 900, 4000)]
    return Recordings([Recording(f"{n}.wav", one) for n, one in enumerate(made)], 48_000, [])


@pytest.fixture(scope="module")
def bursts() -> Recordings:
    random = np.random.default_rng(0)
    time = np.arange(96_000) / 48_000
    envelopes = [np.exp(-8 * (time % length)) for length in (0.2, 0.5, 0.7)]
    made = [(0.3 * e * random.standard_normal(len(time))).astype(np.float32) for e in envelopes]
    return Recordings([Recording(f"burst {n}.wav", one) for n, one in enumerate(made)], 48_000, [])


def test_a_codec_learns_new_recordings_and_keeps_the_old_ones(
    sines: Recordings,
    bursts: Recordings,
    tiny_model: LoadedVQModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside one that goes on without rehearsing."""
    # Which precision is faster depends on the machine, and a codec this small on the precision.
    slow = Slowness(math.inf, math.inf)
    monkeypatch.setattr("distill_live.training.run.precision._slowness", lambda _: slow)
    config = CodecTrainingConfig(
        replace(tiny_model.model.config, width=24, fine_width=12),
        epochs=4, steps_per_epoch=25, batch_crops=4, crop_columns=8,
    )  # fmt: skip
    first = train_codec(sines, config)
    codes = code_training_parts(first.model, first.spectrogram, sines)
    loaded = replace(
        tiny_model, model=first.model, spectrogram=first.spectrogram, training_codes=codes
    )
    rehearsed = Rehearsal.of(loaded)
    before = error(first, sines), error(first, bursts)
    kept = train_codec(bursts, config, rehearsal=rehearsed)
    lost = train_codec(bursts, config, rehearsal=replace(rehearsed, kept=[], mels=[]))
    assert kept.spectrogram.config == first.spectrogram.config
    assert error(kept, bursts) < 0.5 * before[1]
    assert error(kept, sines) < 1.35 * before[0]
    assert error(lost, sines) > 1.5 * error(kept, sines)


def error(trained: trainer.TrainedCodec, recordings: Recordings) -> float:
    """Mean |difference| of normalised mels."""
    errors = []
    for one in recordings.recordings:
        mel = trained.spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], 8)
        codes, shape = trained.model.encode(mel)
        decoded = trained.model.decode(trained.model.codes_to_embeddings(codes, shape))
        errors.append(float((decoded - mel).abs().mean()))
    return sum(errors) / len(errors)


def test_training_further_does_not_change_the_codec_that_it_continues_from(
    loaded: LoadedVQModel, sines: Recordings
) -> None:
    before = {name: tensor.clone() for name, tensor in loaded.model.state_dict().items()}
    config = CodecTrainingConfig(
        loaded.model.config, epochs=1, steps_per_epoch=2, batch_crops=2, crop_columns=4
    )
    trained = train_codec(sines, config, rehearsal=Rehearsal.of(loaded))
    assert not torch.equal(trained.model.quantizer.codebooks, before["quantizer.codebooks"])
    assert all(torch.equal(t, before[name]) for name, t in loaded.model.state_dict().items())
    assert not any(weight.requires_grad for weight in loaded.model.parameters())


def test_going_on_takes_smaller_steps_and_fewer_epochs() -> None:
    new = CodecTrainingConfig()
    later = get_continued_codec_config(new.codec, 100)
    assert later.epochs < new.epochs
    assert later.rate < new.rate and later.hidden_rate < new.hidden_rate
    assert (later.codec, later.batch_crops) == (new.codec, new.batch_crops)


def test_the_prior_learns_old_and_new_codes(loaded: LoadedVQModel, sines: Recordings) -> None:
    mels = Rehearsal.of(loaded).mels
    alone = extract_code_sequences(loaded.model, loaded.spectrogram, sines, gains_db=(0.0,))
    both = extract_code_sequences(
        loaded.model, loaded.spectrogram, sines, gains_db=(0.0,), rehearsed=mels
    )
    assert len(both.training) == len(alone.training) + 8 * len(mels)
    assert len(both.validation) > len(alone.validation)
    assert len(both.training_ranks) == len(both.training)


def test_what_is_kept_of_recordings_is_the_codes_of_their_training_parts(
    loaded: LoadedVQModel, sines: Recordings
) -> None:
    kept = code_training_parts(loaded.model, loaded.spectrogram, sines)
    assert [(one.name, len(one.codes)) for one in kept] == [
        ("0.wav", 22), ("1.wav", 22), ("2.wav", 22),
    ]  # fmt: skip
    expected = extract_code_sequences(loaded.model, loaded.spectrogram, sines, gains_db=(0.0,))
    assert np.array_equal(kept[0].codes, expected.training[0])


def test_a_stored_spectrogram_stands_for_its_recording_held_out_end_and_all(
    loaded: LoadedVQModel, sines: Recordings
) -> None:
    kept = code_training_parts(loaded.model, loaded.spectrogram, sines)
    rehearsed = Rehearsal.of(replace(loaded, training_codes=kept))
    half_a_step = 0.5 * loaded.spectrogram.config.per_db
    for one, mel in zip(sines.recordings, rehearsed.mels, strict=True):
        expected = loaded.spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], 8)
        assert mel.shape == (128, 192)
        assert float((mel - expected[0, 0]).abs().max()) < 1.01 * half_a_step
    assert rehearsed.columns == 3 * 24


def test_however_often_a_model_continues_what_it_rehearses_stays_the_same(
    loaded: LoadedVQModel, sines: Recordings, bursts: Recordings
) -> None:
    """Three rounds, with another codec after each."""
    config = CodecTrainingConfig(
        loaded.model.config, epochs=1, steps_per_epoch=2, batch_crops=2, crop_columns=4, rate=0.1
    )
    kept = code_training_parts(loaded.model, loaded.spectrogram, sines)
    first = Rehearsal.of(replace(loaded, training_codes=kept))
    for _ in range(3):
        rehearsed = Rehearsal.of(replace(loaded, training_codes=kept))
        trained = train_codec(bursts, config, rehearsal=rehearsed)
        kept, before = code_rehearsed(trained.model, rehearsed), kept
        loaded = replace(loaded, model=trained.model)
        assert [one.mel for one in kept] == [one.mel for one in before]
        # The codes are the new codec's, of as many columns.
        assert [len(one.codes) for one in kept] == [22, 22, 22]
        assert not all(np.array_equal(a.codes, b.codes) for a, b in zip(kept, before, strict=True))
    last = Rehearsal.of(replace(loaded, training_codes=kept))
    assert all(torch.equal(a, b) for a, b in zip(first.mels, last.mels, strict=True))


def test_codes_without_a_spectrogram_are_decoded_once_and_then_no_more(
    loaded: LoadedVQModel,
) -> None:
    """As in a model of an older version."""
    rehearsed = Rehearsal.of(loaded)
    kept = code_rehearsed(loaded.model, rehearsed)
    again = Rehearsal.of(replace(loaded, training_codes=kept))
    half_a_step = 0.5 * loaded.spectrogram.config.per_db
    audible = [mel.clamp(min=loaded.spectrogram.config.silence) for mel in rehearsed.mels]
    for one, other in zip(audible, again.mels, strict=True):
        assert float((one - other).abs().max()) < 1.01 * half_a_step


@pytest.mark.parametrize(
    "mel",
    [
        b"no zlib",
        zlib.compress(bytes(127)),
        zlib.compress(bytes(128 * 30))[:-5],
        # Longer than any recording of 30 columns.
        zlib.compress(bytes(128 * 500)),
    ],
    ids=["no zlib", "no frames", "cut short", "too long"],
)
def test_a_spectrogram_that_is_none_is_reported_by_name(loaded: LoadedVQModel, mel: bytes) -> None:
    codes = (TrainingCodes("a.wav", grid(30), mel),)
    with pytest.raises(TrainingError, match=r"cannot continue the model: .* is damaged \(a.wav\)"):
        Rehearsal.of(replace(loaded, training_codes=codes))


def test_all_of_what_was_rehearsed_is_kept(loaded: LoadedVQModel) -> None:
    rehearsed = Rehearsal.of(loaded)
    kept = code_rehearsed(loaded.model, rehearsed)
    assert [(one.name, len(one.codes)) for one in kept] == [("a.wav", 30), ("b.wav", 10)]
    positions, shape = loaded.model.encode(rehearsed.mels[1][None, None])
    expected = positions[0].view(shape[1], shape[0], -1).numpy()
    assert np.array_equal(kept[1].codes, expected)

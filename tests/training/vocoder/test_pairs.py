"""Pairs of what a codec gives back and the sound it stands for."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.errors import TrainingError
from distill_live.models.codec.clarity import UNMEASURED
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import USUAL_SOUND
from distill_live.training.data.coding import code_mel
from distill_live.training.vocoder import pairs
from distill_live.training.vocoder.pairs import (
    SoundCrops,
    SoundPair,
    extract_sound_pairs,
)

HOP, COLUMN = 512, 4096


def recordings(*columns: float) -> Recordings:
    random = np.random.default_rng(0)
    found = [
        Recording(f"{n}.wav", (0.1 * random.standard_normal(int(c * COLUMN))).astype("f4"))
        for n, c in enumerate(columns)
    ]
    return Recordings(found, 48_000, [])


def test_the_sound_of_each_alignment_begins_where_its_mels_do(tiny_model: LoadedVQModel) -> None:
    given = recordings(10)
    pairs = extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, given, holdout=0.2)
    assert [pair.mel.shape[-1] for pair in pairs.training] == [64] + [56] * 7
    samples = torch.from_numpy(given.recordings[0].samples)
    for offset, pair in enumerate(pairs.training):
        count = pair.mel.shape[-1] * HOP
        assert torch.equal(pair.samples, samples[offset * HOP : offset * HOP + count])


def test_mels_are_what_the_codec_gives_back(tiny_model: LoadedVQModel) -> None:
    given = recordings(10)
    pairs = extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, given)
    samples = torch.from_numpy(given.recordings[0].samples)[None, None]
    mel = tiny_model.spectrogram.waveform_to_mel(samples, 8)[0, 0]
    with torch.no_grad():
        expected = tiny_model.model.stream().push(code_mel(tiny_model.model, mel))
    assert (pairs.validation[0].mel - expected).abs().max() < 1e-4


def test_mels_are_as_clear_as_they_are_played(
    tiny_model: LoadedVQModel, tiny_clear: LoadedVQModel
) -> None:
    given, clarity = recordings(10), tiny_clear.clarity
    plain, clear = (
        extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, given, clarity=one)
        for one in (UNMEASURED, clarity)
    )
    for one, other in zip(
        plain.training + plain.validation, clear.training + clear.validation, strict=True
    ):
        assert torch.equal(other.mel, clarity.apply(one.mel, USUAL_SOUND.clarity))
        assert torch.equal(other.samples, one.samples)


def test_nothing_that_is_held_out_is_trained_on(tiny_model: LoadedVQModel) -> None:
    given = recordings(10)
    other = recordings(10)
    other.recordings[0].samples[8 * COLUMN + 1024 :] *= -0.3
    one, changed = (
        extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, each, holdout=0.2)
        for each in (given, other)
    )
    for pair, again in zip(one.training, changed.training, strict=True):
        assert torch.equal(pair.samples, again.samples)
        assert torch.equal(pair.mel, again.mel)
    assert one.validation[0].first == 64
    assert not torch.equal(one.validation[0].samples, changed.validation[0].samples)


def test_recordings_too_short_to_hold_anything_back_are_for_both(
    tiny_model: LoadedVQModel,
) -> None:
    pairs = extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, recordings(4, 3.5))
    assert [(pair.mel.shape[-1], pair.first) for pair in pairs.validation] == [(32, 0), (32, 0)]
    # What fills up the last column is silence.
    assert len(pairs.validation[1].samples) == 4 * COLUMN
    assert not pairs.validation[1].samples[int(3.5 * COLUMN) :].any()


def test_of_a_large_set_not_every_alignment_is_taken(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "_MOST_FRAMES", 200)
    cut = extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, recordings(10))
    assert len(cut.training) == 2


def test_of_a_very_large_set_some_recordings_are_taken(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "_MOST_FRAMES", 160)
    given = recordings(10, 10, 10, 10)
    cut = extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, given)
    assert [pair.name for pair in cut.training] == ["0.wav", "2.wav"]
    assert [pair.name for pair in cut.validation] == ["0.wav", "2.wav"]


def test_recordings_of_another_rate_are_refused(tiny_model: LoadedVQModel) -> None:
    given = replace(recordings(4), sample_rate=44_100)
    with pytest.raises(TrainingError, match="44100 Hz and the model at 48000"):
        extract_sound_pairs(tiny_model.model, tiny_model.spectrogram, given)


def numbered(frames: int, first: int = 0) -> SoundPair:
    """Frame n has the mels n and the samples n."""
    numbers = torch.arange(first, first + frames, dtype=torch.float32)
    return SoundPair(numbers.expand(4, -1), numbers.repeat_interleave(HOP), frames)


def test_the_sound_of_a_crop_is_that_of_its_mels() -> None:
    crops = SoundCrops([numbered(40), numbered(20, 100)], 12, SpectrogramConfig(), 0.0, seed=1)
    mels, sounds = crops.draw(50)
    assert (mels.shape, sounds.shape) == ((50, 4, 12), (50, 12 * HOP))
    assert torch.equal(mels[:, 0].repeat_interleave(HOP, dim=1), sounds)
    starts = set(mels[:, 0, 0].tolist())
    assert {0.0, 100.0} < starts and len(starts) > 15


def test_a_louder_crop_has_louder_mels() -> None:
    crops = SoundCrops([numbered(40)], 12, SpectrogramConfig(deviation=3.0), 6.0, seed=1)
    mels, sounds = crops.draw(20)
    number = mels[0].new_tensor(range(12))
    for mel, sound in zip(mels, sounds, strict=True):
        start = round(float(mel[0, 0]))
        gain = float(sound[-1]) / (start + 11)
        raised = float((mel[0] - start - number).mean()) * 3.0 * 10 / math.log(10)
        assert raised == pytest.approx(20 * math.log10(gain), abs=1e-3)


def test_what_a_short_recording_leaves_is_silence() -> None:
    spectrogram = SpectrogramConfig(mean=-6.0, deviation=3.0)
    mels, sounds = SoundCrops([numbered(5)], 12, spectrogram, 0.0, seed=1).draw(3)
    assert torch.equal(sounds[:, 5 * HOP :], torch.zeros(3, 7 * HOP))
    silence = (math.log(spectrogram.floor) + 6.0) / 3.0
    assert mels[:, :, 5:].allclose(torch.tensor(silence))


def test_the_same_seed_draws_the_same_crops() -> None:
    one, other = (
        SoundCrops([numbered(40)], 12, SpectrogramConfig(), 3.0, seed=2).draw(5) for _ in range(2)
    )
    assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])

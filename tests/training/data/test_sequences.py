"""Recordings as codes, at every alignment, split by time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.audio.descriptors import describe_columns
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.training.data import sequences
from distill_live.training.data.sequences import extract_code_sequences

COLUMN = 4 * 512


@pytest.fixture(scope="module")
def codec() -> ConvVQVAE:
    """Columns of 4 frames, 8 bands, 2 levels."""
    torch.manual_seed(0)
    made = ConvVQVAE(
        VQVAEConfig(
            codebook_size=16, num_quantizers=2, column_frames=4, code_width=8, width=16,
            encoder_blocks=1, decoder_blocks=1, fine_width=8,
        )
    )  # fmt: skip
    torch.nn.init.normal_(made.quantizer.codebooks)
    return made.eval()


@pytest.fixture(scope="module")
def spectrogram() -> AudioSpectrogram:
    return AudioSpectrogram(SpectrogramConfig(mean=-10.0, deviation=4.0))


def record(*columns: float) -> Recordings:
    """Recordings of noise, of so many columns each."""
    random = np.random.default_rng(0)
    made = [
        Recording(f"{number}.wav", random.normal(0, 0.1, round(n * COLUMN)).astype(np.float32))
        for number, n in enumerate(columns)
    ]
    return Recordings(made, 48_000, [])


def test_a_recording_is_coded_at_every_alignment_and_gain(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    found = extract_code_sequences(codec, spectrogram, record(20, 10))
    assert [grid.shape for grid in found.training] == [
        *[(18 - (offset > 0), 8, 2) for _ in range(2) for offset in range(4)],
        *[(9 - (offset > 0), 8, 2) for _ in range(2) for offset in range(4)],
    ]


def test_a_large_set_is_coded_at_some_of_the_alignments(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = extract_code_sequences(codec, spectrogram, record(20)).training
    # 80 frames at two gains and four alignments are 640.
    for most, offsets in ((639, (0, 2, 4, 6)), (300, (0, 3, 4, 7)), (1, (0, 4))):
        monkeypatch.setattr(sequences, "_MOST_FRAMES", most)
        some = extract_code_sequences(codec, spectrogram, record(20)).training
        for grid, offset in zip(some, offsets, strict=True):
            assert np.array_equal(grid, every[offset])


def test_an_alignment_begins_columns_at_its_frame(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    recordings = record(20)
    found = extract_code_sequences(codec, spectrogram, recordings, holdout=0.0, gains_db=(0.0,))
    mel = spectrogram.waveform_to_mel(
        torch.from_numpy(recordings.recordings[0].samples)[None, None]
    )
    indices, (bands, columns) = codec.encode(mel[..., 3:79])
    assert (bands, columns) == (8, 19)
    assert np.array_equal(found.training[3], indices.view(19, 8, 2).numpy())


def test_a_gain_is_coded_as_a_softer_recording(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    recordings = record(20)
    soft = [
        dataclasses.replace(one, samples=one.samples * np.float32(0.5))
        for one in recordings.recordings
    ]
    expected = extract_code_sequences(
        codec, spectrogram, dataclasses.replace(recordings, recordings=soft), gains_db=(0.0,)
    )
    found = extract_code_sequences(codec, spectrogram, recordings, gains_db=(-6.0206,))
    same = [one == other for one, other in zip(found.training, expected.training, strict=True)]
    assert np.concatenate(same).mean() > 0.99


def test_the_end_of_each_recording_is_held_out_at_two_alignments(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    found = extract_code_sequences(codec, spectrogram, record(20, 40))
    assert [(len(grid), first) for grid, first in found.validation] == [
        (20, 18), (19, 18), (40, 36), (39, 36),
    ]  # fmt: skip


def test_training_codes_know_nothing_of_what_is_held_out(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    recordings = record(20)
    one = recordings.recordings[0]
    changed = one.samples.copy()
    changed[18 * COLUMN + 1024 :] = 0.0  # half an FFT behind the last training frame
    other = dataclasses.replace(recordings, recordings=[dataclasses.replace(one, samples=changed)])
    found = extract_code_sequences(codec, spectrogram, recordings)
    again = extract_code_sequences(codec, spectrogram, other)
    assert all(map(np.array_equal, found.training, again.training))
    assert found.ranks is not None and again.ranks is not None
    assert np.array_equal(found.ranks.plain, again.ranks.plain)
    assert np.array_equal(found.ranks.left, again.ranks.left)
    assert not np.array_equal(found.validation[0][0], again.validation[0][0])


def test_every_column_is_told_how_it_sounds_among_all_that_is_learned(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    recordings = record(40)
    recordings.recordings[0].samples[:] *= np.linspace(0.01, 1.0, 40 * COLUMN)
    found = extract_code_sequences(codec, spectrogram, recordings, gains_db=(0.0, -12.0))
    waveform = torch.from_numpy(recordings.recordings[0].samples)[None, None]
    part = spectrogram.waveform_to_mel(waveform)[0, 0, :, : 36 * 4]
    assert found.ranks is not None
    for offset in range(4):
        grid, ranks = found.training[offset], found.training_ranks[offset]
        told = describe_columns(part[:, offset:], spectrogram.config, 4).numpy()
        assert len(grid) == len(ranks) == len(told)
        np.testing.assert_allclose(ranks, found.ranks.ranks(told), atol=1e-6)
    # The end is the loudest of all, and softer copies are among what it is compared with.
    loudness = [ranks[:, 0] for ranks in found.training_ranks]
    assert loudness[0].argmax() == 35 and loudness[0].max() > 0.99
    assert loudness[4].max() < 0.9 and loudness[4].min() < 0.01


def test_when_nothing_is_long_enough_to_be_split_all_is_for_both(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    found = extract_code_sequences(codec, spectrogram, record(5))
    assert len(found.training[0]) == 5
    assert [(len(grid), first) for grid, first in found.validation] == [(5, 0), (4, 0)]


def test_recordings_at_another_rate_are_refused(
    codec: ConvVQVAE, spectrogram: AudioSpectrogram
) -> None:
    with pytest.raises(TrainingError, match="44100 Hz"):
        extract_code_sequences(
            codec, spectrogram, dataclasses.replace(record(20), sample_rate=44_100)
        )

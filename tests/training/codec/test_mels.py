import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.codec import mels as codec_mels
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.mels import TrainingMels, spread
from distill_live.training.data.augmentation import AugmentationConfig

CODEC = VQVAEConfig(column_frames=8)


def recordings(*seconds: float) -> Recordings:
    random = np.random.default_rng(0)
    sounds = [
        Recording(f"{number}.wav", random.normal(0, 0.1, int(48_000 * length)).astype(np.float32))
        for number, length in enumerate(seconds)
    ]
    return Recordings(sounds, 48_000, [])


def test_the_last_part_of_each_recording_is_judged_and_not_learned() -> None:
    mels = TrainingMels.of(recordings(1.0, 2.0), CodecTrainingConfig(codec=CODEC, holdout=0.1))
    assert [mel.shape for mel, _ in mels.judged] == [(128, 96), (128, 192)]
    assert [end for _, end in mels.judged] == [88, 176]
    for learned, (judged, end) in zip(mels.learned, mels.judged, strict=True):
        assert torch.equal(learned, judged[:, :end])
    assert mels.shares == [1.0, 1.0]


def test_what_is_learned_is_normalised_and_what_is_held_out_has_no_say() -> None:
    found = recordings(2.0)
    (mel,) = TrainingMels.of(found, CodecTrainingConfig(codec=CODEC)).learned
    assert float(mel.mean()) == pytest.approx(0.0, abs=1e-3)
    assert float(mel.std()) == pytest.approx(1.0, abs=1e-3)
    found.recordings[0].samples[-5_000:] = 0.0
    (other,) = TrainingMels.of(found, CodecTrainingConfig(codec=CODEC)).learned
    assert torch.equal(mel, other)


def test_hours_are_normalised_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TrainingMels.of(recordings(1.0, 2.0), CodecTrainingConfig(codec=CODEC))
    monkeypatch.setattr(codec_mels, "_SUMMED_FRAMES", 7)
    pieces = TrainingMels.of(recordings(1.0, 2.0), CodecTrainingConfig(codec=CODEC))
    for one, other in zip(whole.learned, pieces.learned, strict=True):
        torch.testing.assert_close(one, other)


def test_copies_at_other_speeds_are_learned_and_count_less() -> None:
    augmentation = AugmentationConfig(speeds=(0.5, 2.0), speed_share=0.25)
    config = CodecTrainingConfig(codec=CODEC, augmentation=augmentation)
    mels = TrainingMels.of(recordings(1.0), config)
    # 0.9 s at half and at double speed, in whole columns.
    assert [mel.shape[-1] for mel in mels.learned] == [88, 176, 48]
    assert mels.shares == [1.0, 0.25, 0.25]
    assert len(mels.judged) == 1


def test_large_sets_are_judged_by_a_part() -> None:
    pairs = [(torch.zeros(128, 100), 90)] * 10
    assert len(spread(pairs, max_frames=1000)) == 10
    assert len(spread(pairs, max_frames=300)) == 3
    assert len(spread(pairs, max_frames=1)) == 1

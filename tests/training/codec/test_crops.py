import math

import torch

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.training.codec.crops import MelCrops
from distill_live.training.data.augmentation import AugmentationConfig

SPECTROGRAM = SpectrogramConfig(mean=-8.0, deviation=4.0)
SILENCE = (math.log(1e-8) + 8.0) / 4.0


def make_crops(mels: list[torch.Tensor], seed: int = 0) -> MelCrops:
    return MelCrops(mels, 16, SPECTROGRAM, AugmentationConfig(gain_db=0.0), seed)


def ramp(frames: int) -> torch.Tensor:
    """A mel whose frames are numbered, from 1."""
    return torch.arange(1.0, frames + 1).expand(128, -1)


def test_crops_are_pieces_of_a_recording_with_silence_around_it() -> None:
    crops = make_crops([ramp(40)]).draw(64)
    assert crops.shape == (64, 1, 128, 16)
    for crop in crops[:, 0, 0]:
        inside = crop[crop > SILENCE]
        assert len(inside) >= 8
        torch.testing.assert_close(inside.diff(), torch.ones(len(inside) - 1))
        assert (crop[crop < 1] == SILENCE).all()


def test_crops_begin_at_every_frame() -> None:
    crops = make_crops([ramp(40)]).draw(400)
    alignments = {int(crop[-1]) % 8 for crop in crops[:, 0, 0] if crop[-1] > SILENCE}
    assert alignments == set(range(8))


def test_a_recordings_start_is_drawn_more_often_than_by_chance() -> None:
    crops = make_crops([ramp(1000)]).draw(400)
    starts = int((crops[:, 0, 0, 0] == 1).sum())
    assert starts > 30


def test_longer_recordings_are_drawn_more_often() -> None:
    crops = make_crops([ramp(8), ramp(800) + 1000]).draw(400)
    long = int((crops[:, 0, 0] > 1000).any(dim=1).sum())
    assert 350 < long < 400


def test_a_recording_shorter_than_a_crop_can_be_drawn() -> None:
    assert make_crops([ramp(3)]).draw(8).shape == (8, 1, 128, 16)


def test_the_same_seed_draws_the_same_crops() -> None:
    first, again, other = (make_crops([ramp(40)], seed).draw(8) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shares_say_by_how_much_more_than_its_length_a_recording_counts() -> None:
    mels = [ramp(400), ramp(400) + 1000]
    crops = MelCrops(
        mels, 16, SPECTROGRAM, AugmentationConfig(gain_db=0.0), seed=0, shares=[1.0, 9.0]
    ).draw(400)
    second = int((crops[:, 0, 0] > 1000).any(dim=1).sum())
    assert 330 < second < 385

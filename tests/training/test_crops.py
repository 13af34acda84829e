import math

import pytest
import torch

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.training.crops import MelCrops

SPECTROGRAM = SpectrogramConfig(mean=-8.0, deviation=4.0)
SILENCE = (math.log(1e-8) + 8.0) / 4.0


def make_crops(mels: list[torch.Tensor], gain_db: float = 0.0, seed: int = 0) -> MelCrops:
    return MelCrops(mels, frames=16, spectrogram=SPECTROGRAM, gain_db=gain_db, seed=seed)


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


def test_half_of_the_crops_are_louder_or_quieter_within_the_range() -> None:
    level = torch.full((128, 400), 2.0)
    loudest = make_crops([level], gain_db=3.0).draw(200).amax(dim=(1, 2, 3)) - 2.0
    in_db = loudest * 4.0 * 10 / math.log(10)
    assert 60 < int((in_db == 0).sum()) < 140
    assert float(in_db.abs().max()) == pytest.approx(3.0, abs=0.2)
    assert float(in_db.min()) < -2 and float(in_db.max()) > 2


def test_nothing_falls_below_silence() -> None:
    quiet = torch.full((128, 40), SILENCE)
    assert float(make_crops([quiet], gain_db=3.0).draw(64).min()) == pytest.approx(SILENCE)


def test_a_recording_shorter_than_a_crop_can_be_drawn() -> None:
    assert make_crops([ramp(3)]).draw(8).shape == (8, 1, 128, 16)


def test_the_same_seed_draws_the_same_crops() -> None:
    first, again, other = (make_crops([ramp(40)], 3.0, seed).draw(8) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shares_say_by_how_much_more_than_its_length_a_recording_counts() -> None:
    mels = [ramp(400), ramp(400) + 1000]
    crops = MelCrops(mels, 16, SPECTROGRAM, gain_db=0.0, seed=0, shares=[1.0, 9.0]).draw(400)
    second = int((crops[:, 0, 0] > 1000).any(dim=1).sum())
    assert 330 < second < 385

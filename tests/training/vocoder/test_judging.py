"""Which of two vocoders is nearer to sound that was held out."""

import pytest
import torch

from distill_live.models.vocoder.vocoder import PhaseConfig, PhaseVocoder
from distill_live.training.vocoder import judging
from distill_live.training.vocoder.judging import compare_vocoders, judged_parts
from distill_live.training.vocoder.pairs import SoundPair, SoundPairs
from tests.training.vocoder.tones import HOP, SPECTROGRAM


def test_the_better_one_of_a_good_and_a_bad_vocoder_is_reported(pairs: SoundPairs) -> None:
    good = PhaseVocoder(SPECTROGRAM)
    bad = PhaseVocoder(SPECTROGRAM, PhaseConfig(iterations=1, momentum=0, inversion_steps=0))
    found = compare_vocoders({"good": good, "bad": bad}, pairs, 48_000)
    assert found["good"].nearer_than(found["bad"])
    assert not found["bad"].nearer_than(found["good"])


def test_only_what_was_held_out_is_compared(pairs: SoundPairs) -> None:
    ((mel, sound, first, _),) = pairs.validation
    spoiled = torch.cat([torch.zeros(first * HOP), sound[first * HOP :]])
    phase = {"phase": PhaseVocoder(SPECTROGRAM)}
    other = SoundPairs(pairs.training, [SoundPair(mel, spoiled, first)])
    assert compare_vocoders(phase, pairs, 48_000) == compare_vocoders(phase, other, 48_000)


def test_a_part_is_the_held_out_sound_and_mels_from_a_while_before_it(pairs: SoundPairs) -> None:
    ((mel, sound, first, _),) = pairs.validation
    ((part, heard),) = judged_parts(pairs)
    assert torch.equal(part, mel[:, first - 64 :])
    assert torch.equal(heard, sound[first * HOP :])


def test_of_a_large_set_some_recordings_are_judged_and_not_too_much_of_each(
    pairs: SoundPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "JUDGED_FRAMES", 8)
    many = SoundPairs([], pairs.validation * 6)
    parts = judged_parts(many)
    assert len(parts) == 1  # 96 held-out frames for 8 that are wanted
    assert len(parts[0][1]) == 8 * HOP

"""Rewinds in what was drawn: to the sample, and on with the same take or another."""

import numpy as np
import pytest

from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND, Undisturbed, timeline
from tests.live.player import SETTINGS, Player


@pytest.mark.parametrize("length", [48_000, 24_001, 30_003])
def test_a_rewind_goes_back_by_so_many_samples(tiny_model: LoadedVQModel, length: int) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(length / SECOND, "same")
    player.work()
    at = 2 * SECOND + SETTINGS.guard
    sample, _ = player.engine._generator.playhead.sound_at(at)
    assert sample == at - length


def test_a_rewind_continues_differently(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(1.0)
    player.hear(2 * SECOND)
    same = (undisturbed.codes[:30] == timeline(player).raw(0, 30)).all(axis=(1, 2))
    assert same[:11].all()
    assert not same[12:].any()
    assert player.status["take"] == 1


@pytest.mark.parametrize("take", ["same", 0])
def test_a_rewind_with_the_same_take_plays_the_same_codes(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed, take: int | str
) -> None:
    # The tiny model's context is 8 columns: this goes back over many anchors.
    player = Player(tiny_model)
    player.hear(5 * SECOND)
    player.engine.motion.rewind(4.5, take)
    player.hear(6 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 80), undisturbed.codes[:80])


def test_every_take_can_be_had_again(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    played = []
    for take in (None, None, 1, 2):
        # Each time to the same sample, so that all begin after the same columns.
        heard_next, _ = player.engine._generator.playhead.sound_at(
            player.ring.read_position + SETTINGS.guard
        )
        player.engine.motion.rewind((heard_next - SECOND) / SECOND, take)
        player.hear(SECOND)
        played.append((player.status["take"], timeline(player).raw(0, 30)))
    assert [take for take, _ in played] == [1, 2, 1, 2]
    np.testing.assert_array_equal(played[0][1], played[2][1])
    np.testing.assert_array_equal(played[1][1], played[3][1])
    assert (played[0][1] != played[1][1]).any()
    player.engine.motion.rewind(1.0)
    player.work()
    assert player.status["take"] == 3


def test_a_rewind_beyond_the_beginning_stops_there_and_says_so(
    tiny_model: LoadedVQModel, undisturbed: Undisturbed
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    player.engine.motion.rewind(60.0, "same")
    player.hear(2 * SECOND)
    assert player.said == ["rewind went back only 1.0 s: nothing earlier is available"]
    np.testing.assert_array_equal(timeline(player).raw(0, 20), undisturbed.codes[:20])


def test_a_rewind_plays_the_same_passage_neither_sooner_nor_later(
    tiny_model: LoadedVQModel,
) -> None:
    # With the same codes only the phases may differ from the first time. So the spectra are most
    # alike where nothing is shifted, and not a frame (512 samples) before or after.
    player = Player(tiny_model)
    first = player.hear(4 * SECOND)
    player.engine.motion.rewind(2.0, "same")
    again = spectra(player.hear(2 * SECOND)[SECOND // 2 :])
    begin = 2 * SECOND + SECOND // 2
    distances = [np.abs(again - spectra(first[begin + shift :])).mean() for shift in (-512, 0, 512)]
    assert np.argmin(distances) == 1


def spectra(sound: np.ndarray) -> np.ndarray:
    """Log magnitudes [80, 1025] of the first 80 frames of a sound."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 2048)[: 80 * 512 : 512]
    return np.log(1e-4 + np.abs(np.fft.rfft(frames * np.hanning(2048))))


def test_the_same_again_has_all_takes_and_settings_that_it_had(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(2 * SECOND)
    player.engine.motion.rewind(0.5)
    player.hear(SECOND)
    player.parameters.set("temperature", 0.4, 1)
    player.parameters.set("seed", 9)
    player.hear(SECOND)
    drawn = timeline(player).raw(0, 40)
    player.engine.motion.rewind(3.0, "same")
    player.hear(3 * SECOND)
    np.testing.assert_array_equal(timeline(player).raw(0, 40), drawn)

import numpy as np
import pytest

from distill_live.errors import LiveError
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.playback.deck_mixer import DeckControl, DeckMixer
from distill_live.live.playback.envelope import FADE_DRY


class Decks:
    """A mixer whose decks hold constant samples: 1 on deck 0, 100 on deck 1."""

    def __init__(self, length: int = 60_000, other_length: int = 60_000, channels: int = 1) -> None:
        self.rings = (AudioRing(channels), AudioRing(channels))
        self.control = DeckControl()
        self.mixer = DeckMixer(self.rings, self.control)
        self.fill(0, np.full(length, 1.0))
        self.fill(1, np.full(other_length, 100.0))

    def fill(self, deck: int, samples: np.ndarray) -> None:
        ring = self.rings[deck]
        lane = ring.begin_future(0)
        ring.write(lane, samples.astype(np.float32))
        ring.switch(lane, 0, 0)

    def read(self, count: int, block: int = 256) -> np.ndarray:
        out = self.rings[0].silence(count)
        out[:] = np.nan
        for start in range(0, count, block):
            self.mixer.follow(silent=False)
            self.mixer.read(out[start : start + block])
        return out


def positions(ring: AudioRing, other: AudioRing) -> tuple[int, int]:
    return ring.read_position, other.read_position


def test_deck_0_plays_first_and_untouched() -> None:
    decks = Decks()
    noise = np.random.default_rng(1).standard_normal(9_000)
    decks.fill(0, noise)
    np.testing.assert_array_equal(decks.read(9_000, 5_000), noise.astype(np.float32))
    assert positions(*decks.rings) == (9_000, 0)


@pytest.mark.parametrize("block", [100, 256, 6_000])
def test_a_fade_has_equal_power_and_lasts_as_long_as_asked_for(block: int) -> None:
    decks = Decks()
    decks.read(600, block)
    decks.control.fade_to(1, 999)
    heard = decks.read(6_000, block)
    angles = np.arange(1, 1000) / 1000 * np.pi / 2
    np.testing.assert_allclose(heard[:999], np.cos(angles) + 100 * np.sin(angles), rtol=1e-5)
    assert (heard[999:] == 100).all()
    assert decks.control.began_at == decks.rings[0].read_position - 999


def test_control_learns_when_a_fade_begins_and_when_it_is_over() -> None:
    decks = Decks()
    control = decks.control
    control.fade_to(1, 500)
    assert (control.playing, control.fading, control.busy, control.done) == (0, False, True, 0)
    decks.read(256)
    assert (control.playing, control.fading, control.busy, control.done) == (1, True, True, 0)
    decks.read(256)
    assert (control.playing, control.fading, control.busy, control.done) == (1, False, False, 1)


def test_a_deck_that_is_left_is_read_no_further() -> None:
    decks = Decks()
    decks.control.fade_to(1, 500)
    decks.read(5_000)
    assert positions(*decks.rings) == (500, 5_000)


def test_each_deck_has_its_gain() -> None:
    decks = Decks()
    decks.control.fade_to(1, 0, gain=0.5)
    assert (decks.read(512) == 50).all()
    decks.rings[0].reset()
    decks.fill(0, np.ones(5_000))
    decks.control.fade_to(0, 0, gain=2.0)
    assert (decks.read(512) == 2).all()


def test_a_deck_is_used_again_for_another_engine() -> None:
    decks = Decks()
    for turn in range(1, 11):
        deck = turn % 2
        decks.rings[deck].reset()
        decks.fill(deck, np.full(20_000, float(turn)))
        decks.control.fade_to(deck, 700)
        heard = decks.read(5_000)
        assert (heard[700:] == turn).all() and decks.control.done == turn


def test_a_deck_that_is_left_and_runs_dry_ends_without_a_step_and_stops_nothing() -> None:
    decks = Decks(length=3_000)
    decks.fill(1, np.zeros(60_000))
    decks.control.fade_to(1, 48_000)
    heard = decks.read(4_000)
    assert np.abs(np.diff(heard)).max() < 2 / FADE_DRY
    assert heard[0] > 0.99 and (heard[3_000:] == 0).all()
    assert decks.mixer.available == 60_000 - 4_000


def test_what_is_available_is_that_of_the_deck_that_plays_or_is_faded_to() -> None:
    decks = Decks(length=60_000, other_length=5_000)
    assert decks.mixer.available == 60_000
    decks.control.fade_to(1, 48_000)
    decks.mixer.follow(silent=False)
    assert decks.mixer.available == 5_000


def test_in_silence_decks_change_at_once() -> None:
    decks = Decks()
    decks.control.fade_to(1, 48_000)
    decks.mixer.follow(silent=True)
    assert (decks.control.playing, decks.control.busy) == (1, False)
    assert (decks.read(100) == 100).all()


def test_sound_that_ends_during_a_fade_ends_the_fade() -> None:
    decks = Decks()
    decks.control.fade_to(1, 48_000)
    decks.read(512)
    decks.mixer.follow(silent=True)
    assert not decks.control.busy
    assert (decks.read(100) == 100).all()


def test_a_second_fade_before_the_first_is_over_is_refused() -> None:
    control = DeckControl()
    control.fade_to(1, 480)
    with pytest.raises(LiveError, match="to deck 0: the fade to deck 1 has not finished yet"):
        control.fade_to(0, 480)


def test_a_fade_to_the_deck_that_plays_is_refused() -> None:
    with pytest.raises(LiveError, match="already playing"):
        DeckControl().fade_to(0, 480)


def test_a_new_mixer_plays_the_deck_that_the_last_one_faded_to() -> None:
    decks = Decks()
    decks.control.fade_to(1, 48_000)
    decks.read(512)
    decks.mixer = DeckMixer(decks.rings, decks.control)
    assert not decks.control.busy
    assert (decks.read(512) == 100).all()


def test_a_new_mixer_still_does_what_the_last_one_had_not_begun() -> None:
    decks = Decks()
    decks.control.fade_to(1, 480)
    decks.mixer = DeckMixer(decks.rings, decks.control)
    assert decks.control.busy
    assert decks.read(512)[-1] == 100


def test_a_mono_deck_fades_to_one_of_two_channels() -> None:
    decks = Decks(channels=2)
    decks.fill(1, np.tile([100.0, -200.0], (60_000, 1)))
    decks.read(600)
    decks.control.fade_to(1, 999, gain=0.5)
    heard = decks.read(6_000)
    angles = np.arange(1, 1000) / 1000 * np.pi / 2
    for channel, level in enumerate((50, -100)):
        expected = np.cos(angles) + level * np.sin(angles)
        np.testing.assert_allclose(heard[:999, channel], expected, rtol=1e-5, atol=1e-5)
        assert (heard[999:, channel] == level).all()


def test_two_channels_that_run_dry_in_a_fade_end_as_one_does() -> None:
    heard = []
    for channels in (1, 2):
        decks = Decks(length=3_000, channels=channels)
        decks.fill(1, np.zeros(60_000))
        decks.control.fade_to(1, 48_000)
        heard.append(decks.read(4_000))
    mono, both = heard
    np.testing.assert_array_equal(both, np.stack([mono, mono], axis=1))

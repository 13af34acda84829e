import numpy as np
import pytest

from distill_live.audio.limiter import Limiter
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.ipc.status import LiveStatus, Transport
from distill_live.live.ipc.tap import TapRing
from distill_live.live.playback.deck_mixer import DeckControl, DeckMixer
from distill_live.live.playback.envelope import FADE_DRY, Envelope
from distill_live.live.playback.high_pass import HighPass
from distill_live.live.playback.last_mile import (
    DC_CORNER,
    FADE_IN,
    FADE_PANIC,
    FADE_STOP,
    LONGEST_PIECE,
    LastMile,
)
from distill_live.live.playback.leveler import Leveler
from distill_live.live.playback.widener import Widener
from distill_live.parameters import ParameterStore
from tests.audio.true_peak import HARD_SIGNALS, decibels, true_peak

#: Samples by which the ring is read ahead of what is heard, at 48 kHz.
DELAY = Limiter(48_000, 2, 16).delay


class Rig:
    """A last mile with its ring; `tone` makes sound of which every sample is 0.5 or -0.5."""

    def __init__(self, sample_rate: int = 48_000, width: float = 0.0) -> None:
        self.ring, self.tap = AudioRing(2), TapRing()
        self.parameters, self.status = ParameterStore(), LiveStatus()
        self.parameters.set("width", width)
        self.other_ring, self.decks = AudioRing(2), DeckControl()
        self.begin(sample_rate)
        self.lane = self.ring.begin_future(0)
        self.ring.switch(self.lane, 0, 0)

    def begin(self, sample_rate: int = 48_000) -> None:
        """Play on an output of this rate from now on."""
        mixer = DeckMixer((self.ring, self.other_ring), self.decks)
        self.mile = LastMile(mixer, self.parameters, self.status, self.tap, sample_rate)

    def fill(self, count: int) -> None:
        start = self.ring.written(self.lane)
        self.write(np.where(np.arange(start, start + count) % 2, 0.5, -0.5))

    def write(self, samples: np.ndarray) -> None:
        self.ring.write(self.lane, samples.astype(np.float32))

    def render(self, count: int, channels: int = 2, block: int = 256) -> np.ndarray:
        out = np.full((count, channels), np.nan, np.float32)
        for start in range(0, count, block):
            self.mile.render(out[start : start + block])
        return out


def first_quiet(samples: np.ndarray) -> int:
    """Index after the last sample that is not zero."""
    return int(np.flatnonzero(samples)[-1]) + 1


def test_all_channels_carry_the_same_finite_sound() -> None:
    rig = Rig()
    rig.fill(20_000)
    out = rig.render(10_000, channels=3)
    assert np.isfinite(out).all() and np.abs(out).max() > 0.4
    assert (out[:, 0] == out[:, 1]).all() and (out[:, 0] == out[:, 2]).all()


def test_a_ring_that_runs_dry_fades_out_once_and_comes_back_by_a_fade() -> None:
    rig = Rig()
    rig.fill(10_000)
    out = np.abs(rig.render(12_800)[:, 0])
    assert rig.status["underruns"] == 1
    # The sound that is read first is heard first: nothing of it is held back.
    assert 10_000 - FADE_DRY < first_quiet(out) < 10_000
    rig.fill(20_000)
    out = np.abs(rig.render(10_240)[:, 0])
    assert rig.status["underruns"] == 1
    assert out[0] < 0.01 and out[5000] > 0.49


def test_a_fade_has_no_step() -> None:
    rig = Rig()
    rig.fill(10_000)
    steps = np.diff(np.abs(rig.render(12_800)[:, 0]))
    assert np.abs(steps).max() < 0.01


def test_silence_before_the_first_sound_is_no_underrun() -> None:
    rig = Rig()
    rig.render(5_000)
    assert rig.status["underruns"] == 0
    assert rig.status["played"] == 0


@pytest.mark.parametrize(
    ("transport", "length"), [(Transport.STOP, FADE_STOP), (Transport.PANIC, FADE_PANIC)]
)
def test_stop_and_panic_fade_out_and_hold_the_position(transport: Transport, length: int) -> None:
    rig = Rig()
    rig.fill(30_000)
    rig.render(5_120)
    rig.status["transport"] = transport
    out = np.abs(rig.render(5_120)[:, 0])
    assert first_quiet(out) == DELAY + length - 1
    assert rig.ring.read_position == 5_120 + DELAY + length
    assert rig.status["silent"] == 1
    assert rig.status["underruns"] == 0
    rig.status["transport"] = Transport.PLAY
    assert np.abs(rig.render(5_120)[:, 0]).max() > 0.49
    assert rig.ring.read_position == 5_120 + DELAY + length + 5_120


def test_an_output_that_can_wait_gets_no_silence_while_the_transport_holds() -> None:
    rig = Rig()
    rig.fill(30_000)
    assert rig.mile.can_fill(1024)
    rig.status["transport"] = Transport.STOP
    rig.render(5_120)
    assert not rig.mile.can_fill(1024)
    assert rig.status["audio_beat"] > 0
    rig.status["transport"] = Transport.PLAY
    assert rig.mile.can_fill(1024)


def test_an_output_of_a_low_rate_waits_for_all_the_sound_that_it_needs() -> None:
    rig = Rig(sample_rate=8_000)
    rig.fill(30_000)
    assert rig.mile.can_fill(2_000)
    assert not rig.mile.can_fill(4_500)


def test_the_end_fades_out_for_good() -> None:
    rig = Rig()
    rig.fill(30_000)
    rig.render(5_120)
    rig.mile.end()
    assert first_quiet(np.abs(rig.render(5_120)[:, 0])) == DELAY + FADE_STOP - 1


def test_gain_moves_by_a_ramp_of_ten_milliseconds_and_zero_is_silence() -> None:
    rig = Rig()
    rig.fill(60_000)
    rig.render(10_240)
    rig.parameters.set("gain", 0.0)
    out = np.abs(rig.render(10_240, block=1024)[:, 0])
    assert first_quiet(out) < 480 + DELAY
    assert np.abs(np.diff(out)).max() < 0.01


def test_samples_that_are_no_number_play_as_zero_and_are_counted() -> None:
    rig = Rig()
    samples = np.zeros(20_000)
    samples[9_000:9_005] = [np.nan, np.inf, -np.inf, np.nan, 1e30]
    rig.write(samples)
    out = rig.render(15_360)
    assert np.isfinite(out).all()
    assert rig.status["repaired"] == 4


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("signal", HARD_SIGNALS)
def test_no_peak_leaves_it_above_the_ceiling_at_any_rate(signal: str, rate: int) -> None:
    rig = Rig(sample_rate=rate)
    rig.parameters.set("gain", 2.0)
    rig.write(HARD_SIGNALS[signal](60_000))
    out = rig.render(rate, block=rate // 100)
    assert decibels(np.abs(out).max()) > -12
    assert decibels(true_peak(out)) <= -0.1


def test_a_sound_below_the_ceiling_comes_out_to_the_bit() -> None:
    loud, soft = Rig(), Rig()
    sound = 0.8 * np.sin(np.arange(60_000) / 7.0)
    loud.write(sound), soft.write(sound / 16)
    np.testing.assert_array_equal(loud.render(48_000), 16 * soft.render(48_000))


def test_the_first_sample_of_the_sound_is_the_first_that_comes_out() -> None:
    rig = Rig()
    rig.write(np.where(np.arange(60_000) == 30_000, 0.5, 0.0))
    assert int(np.argmax(rig.render(40_960)[:, 0])) == 30_000


def test_it_is_silent_when_the_last_sample_of_the_sound_is_out() -> None:
    rig = Rig()
    rig.fill(30_000)
    rig.render(5_120)
    rig.status["transport"] = Transport.PANIC
    rig.render(FADE_PANIC, block=FADE_PANIC)
    assert not rig.status["silent"]
    assert rig.mile.can_fill(1024)
    rig.render(DELAY, block=DELAY)
    assert rig.status["silent"]
    assert not rig.render(5_120).any()


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_latency_that_is_reported_has_that_of_the_last_mile(rate: int) -> None:
    rig = Rig(sample_rate=rate)
    rig.mile.note_latency(0.1)
    rig.fill(200_000)
    leads = []
    for _ in range(300):
        rig.render(441, block=441)
        leads.append(rig.ring.read_position / 48_000 - len(leads) * 441 / rate - 441 / rate)
    assert rig.status["output_latency"] == pytest.approx(0.1 + np.mean(leads[-100:]), abs=2e-3)
    assert leads[-1] > DELAY / 48_000 - 1e-9


def test_width_leaves_no_tail_when_the_gain_is_zero() -> None:
    rig = Rig()
    rig.parameters.set("width", 1.0)
    rig.write(noise(60_000))
    rig.render(10_240)
    rig.parameters.set("gain", 0.0)
    assert first_quiet(np.abs(rig.render(10_240)).sum(axis=1)) <= 480 + DELAY


def test_an_offset_does_not_get_through() -> None:
    rig = Rig()
    rig.write(np.full(60_000, 0.5))
    assert abs(rig.render(51_200)[-1, 0]) < 1e-3


def test_a_block_longer_than_any_buffer_sounds_like_short_ones() -> None:
    rig, other = Rig(), Rig()
    for each in (rig, other):
        each.fill(100_000)
    long = rig.render(8 * LONGEST_PIECE, block=4 * LONGEST_PIECE)
    np.testing.assert_array_equal(long, other.render(8 * LONGEST_PIECE, block=LONGEST_PIECE))
    assert (rig.status["blocks"], other.status["blocks"]) == (2, 8)


def test_the_peak_is_that_of_the_whole_block() -> None:
    rig = Rig()
    rig.write(np.where(np.arange(60_000) == 10_000, 0.7, 0.0))
    rig.render(8_192)
    rig.render(8_192, block=8_192)
    assert 0.69 < rig.status["peak"] < 0.71


def test_decks_change_in_silence_while_the_transport_holds() -> None:
    rig = Rig()
    rig.fill(30_000)
    rig.render(5_120)
    rig.status["transport"] = Transport.STOP
    rig.render(5_120)
    rig.decks.fade_to(1, 48_000)
    rig.render(256)
    assert (rig.decks.playing, rig.decks.busy) == (1, False)
    assert rig.other_ring.read_position == 0


def test_an_output_that_waits_changes_decks_too() -> None:
    rig = Rig()
    rig.other_ring.write(rig.other_ring.begin_future(0), np.ones(30_000, np.float32))
    rig.other_ring.switch(1, 0, 0)
    assert not rig.mile.can_fill(1024)
    rig.decks.fade_to(1, 48_000)
    assert rig.mile.can_fill(1024)


def test_the_tap_gets_what_was_played() -> None:
    rig = Rig()
    rig.fill(20_000)
    out = rig.render(10_240)
    np.testing.assert_array_equal(rig.tap.read(0)[0], out.T)


def test_the_output_that_comes_next_says_how_long_nothing_was_played() -> None:
    rig = Rig()
    rig.fill(20_000)
    rig.render(1_024)
    assert rig.tap.gap_seconds == 0.0
    rig.status["given_until"] -= 5.0
    rig.begin()
    rig.render(1_024)
    gap = rig.tap.gap_seconds
    assert gap > 4.9
    rig.render(1_024)
    assert rig.tap.gap_seconds == gap


def test_before_the_first_sound_there_is_no_gap() -> None:
    rig = Rig()
    rig.render(1_024)
    rig.status["given_until"] -= 5.0
    rig.begin()
    rig.render(1_024)
    assert rig.tap.gap_seconds == 0.0


def noise(count: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(3).standard_normal(count)


def test_width_makes_the_channels_differ_and_their_sum_stays_mono() -> None:
    wide, mono = Rig(), Rig()
    wide.parameters.set("width", 1.0)
    for rig in (wide, mono):
        rig.write(noise(40_000))
    out, expected = wide.render(20_480)[4_000:], mono.render(20_480)[4_000:]
    assert abs(np.corrcoef(out[:, 0], out[:, 1])[0, 1]) < 0.1
    np.testing.assert_allclose(out.sum(1), expected.sum(1), atol=1e-6)


def test_width_given_up_leaves_what_was_without_it() -> None:
    rig, mono = Rig(), Rig()
    for each in (rig, mono):
        each.write(noise(60_000))
    rig.parameters.set("width", 0.7)
    rig.render(10_240), mono.render(10_240)
    rig.parameters.set("width", 0.0)
    rig.render(1_024), mono.render(1_024)
    np.testing.assert_array_equal(rig.render(10_240), mono.render(10_240))


def test_width_moves_by_a_ramp_of_ten_milliseconds() -> None:
    rig = Rig()
    rig.write(0.3 * np.sin(2 * np.pi * 500 * np.arange(60_000) / 48_000))
    rig.render(10_240)
    rig.parameters.set("width", 1.0)
    out = rig.render(4_096, block=1_024).astype(np.float64)
    side = (out[:, 0] - out[:, 1]) / 2
    assert np.abs(side[:48]).max() < 0.1 * np.abs(side[480:]).max()
    # No step is steeper than those of the tone itself, ten times as loud as the side may be.
    assert np.abs(np.diff(side)).max() < 0.06


def test_an_odd_number_of_channels_gets_the_middle_an_even_one_left_and_right_in_turn() -> None:
    outs = []
    for channels in (1, 3, 4):
        rig = Rig()
        rig.parameters.set("width", 1.0)
        rig.write(noise(20_000))
        outs.append(rig.render(10_240, channels=channels))
    one, three, four = outs
    for channel in range(3):
        np.testing.assert_array_equal(three[:, channel], one[:, 0])
    np.testing.assert_array_equal(four[:, :2], four[:, 2:])
    assert not np.array_equal(four[:, 0], four[:, 1])
    np.testing.assert_allclose(one[:, 0], (four[:, 0] + four[:, 1]) / 2, atol=1e-7)


def test_width_survives_samples_that_are_no_number() -> None:
    rig = Rig()
    rig.parameters.set("width", 1.0)
    samples = noise(20_000)
    samples[9_000:9_005] = np.nan
    rig.write(samples)
    out = rig.render(15_360)
    assert np.isfinite(out).all() and np.abs(out[11_000:]).max() > 0.1


def test_another_device_rate_has_the_same_width() -> None:
    rig = Rig(sample_rate=44_100)
    rig.parameters.set("width", 1.0)
    rig.write(noise(60_000))
    out = rig.render(32_768, block=441)[8_192:]
    assert abs(np.corrcoef(out[:, 0], out[:, 1])[0, 1]) < 0.1


def test_another_device_rate_gets_the_same_pitch() -> None:
    rig = Rig(sample_rate=44_100)
    rig.write(0.5 * np.sin(2 * np.pi * 1000 * np.arange(120_000) / 48_000))
    out = rig.render(44_100, block=441)[:, 0][-32_768:]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert abs(np.argmax(spectrum) * 44_100 / len(out) - 1000) < 2


def test_the_level_is_shown_as_it_is_heard() -> None:
    rig = Rig()
    rig.fill(60_000)
    rig.parameters.set("gain", 0.5)
    rig.render(24_000)
    assert rig.status["rms"] == pytest.approx(0.25, rel=0.01)
    assert rig.status["falling_peak"] == pytest.approx(0.25, rel=0.05)
    rig.status["transport"] = Transport.STOP
    rig.render(96_000)
    assert rig.status["rms"] < 1e-4
    assert rig.status["falling_peak"] < 1e-3


def stereo(count: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(4).standard_normal((count, 2))


def in_pieces(count: int) -> list[slice]:
    """How the last mile cuts the sound of `count` samples that are asked for in blocks of 256."""
    starts = [0, *range(DELAY, DELAY + count, 256)]
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], DELAY + count], strict=True)]


@pytest.mark.parametrize("width", [0.0, 0.7])
def test_a_mono_model_is_processed_as_one_channel_to_the_bit(width: float) -> None:
    rig, sound = Rig(width=width), noise(40_000).astype(np.float32)
    rig.write(sound)
    out = rig.render(20_480)
    block, rise, widener = HighPass(DC_CORNER), Envelope(), Widener(LONGEST_PIECE)
    rise.fade_in(FADE_IN)
    expected = []
    for piece in in_pieces(20_480):
        mono = block.process(sound[piece])
        rise.apply(mono)
        side = widener.side(mono) * np.float32(width)
        expected.append(np.stack([mono + side, mono - side], axis=1))
    np.testing.assert_array_equal(out, np.concatenate(expected)[:20_480])


def test_a_sound_on_the_left_comes_out_on_the_left_alone() -> None:
    rig, sound = Rig(), stereo(40_000)
    sound[:, 1] = 0.0
    rig.write(sound)
    out = rig.render(20_480)
    assert np.abs(out[:, 0]).max() > 0.2
    assert not out[:, 1].any()


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_two_channels_come_out_as_each_would_alone(rate: int) -> None:
    sound = stereo(60_000)
    outs = []
    for samples in (sound, sound[:, 0], sound[:, 1]):
        rig = Rig(sample_rate=rate)
        rig.write(samples)
        outs.append(rig.render(40_960))
    both, left, right = outs
    np.testing.assert_array_equal(both, np.stack([left[:, 0], right[:, 1]], axis=1))


def test_width_adds_to_two_channels_the_side_of_their_middle() -> None:
    sound = stereo(40_000)
    outs = []
    for samples, width in ((sound, 0.0), (sound, 0.6), (sound.mean(axis=1), 0.6)):
        rig = Rig(width=width)
        rig.write(samples)
        outs.append(rig.render(20_480))
    plain, wide, middle = outs
    side = (middle[:, 0] - middle[:, 1]) / 2
    assert np.abs(side).max() > 0.05
    np.testing.assert_allclose(wide, plain + np.stack([side, -side], axis=1), atol=1e-6)


def test_an_odd_number_of_channels_gets_the_middle_of_two() -> None:
    sound = stereo(40_000)
    two, one = Rig(), Rig()
    two.write(sound), one.write(sound)
    expected = two.render(20_480).mean(axis=1)
    np.testing.assert_allclose(one.render(20_480, channels=1)[:, 0], expected, atol=1e-7)


def test_what_is_no_number_on_one_channel_leaves_the_other_as_it_is() -> None:
    rig, whole = Rig(), Rig()
    sound = stereo(20_000)
    whole.write(sound)
    sound[9_000:9_005, 0] = np.nan
    rig.write(sound)
    out = rig.render(15_360)
    assert np.isfinite(out).all()
    np.testing.assert_array_equal(out[:, 1], whole.render(15_360)[:, 1])
    assert rig.status["repaired"] == 5


def decaying(count: int, hertz: float = 300.0) -> np.ndarray:
    """A tone that is loud for its first half and soft for the rest."""
    loud = np.where(np.arange(count) < count // 2, 0.5, 0.05)
    return loud * np.sin(2 * np.pi * hertz * np.arange(count) / 48_000)


def played(count: int, block: int = 256, **values: float) -> np.ndarray:
    """What comes out of the channels [count, 2] when `decaying` goes in, with these parameters."""
    rig, done = Rig(), []
    for name, value in values.items():
        rig.parameters.set(name, value)
    sound = decaying(count + 48_000)
    for start in range(0, count, 24_576):
        rig.write(sound[rig.ring.written(rig.lane) : start + 24_576 + 9_600])
        done.append(rig.render(24_576, block=block))
    return np.concatenate(done)


def test_the_leveler_evens_out_the_loudness() -> None:
    levels = []
    for amount in (0.0, 1.0):
        out = played(48 * 24_576, leveler=amount)
        ends = (out[23 * 24_576 : 24 * 24_576], out[47 * 24_576 :])
        levels.append([decibels(np.sqrt(np.mean(np.square(end)))) for end in ends])
    (loud, soft), (level_loud, level_soft) = levels
    assert loud - soft > 18.0
    assert abs(level_loud - level_soft) < 1.0


def test_without_an_amount_the_sound_is_what_it_is_without_a_leveler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = played(4 * 24_576)
    monkeypatch.setattr(Leveler, "process", lambda self, pair, amount: None)
    np.testing.assert_array_equal(out, played(4 * 24_576))


def test_the_output_that_comes_next_keeps_the_gain_of_the_leveler() -> None:
    """After a failure of the audio process, or when a device has been away."""
    rig = Rig()
    rig.parameters.set("leveler", 1.0)
    rig.fill(30_000)
    rig.status["leveler_gain"] = -6.0
    rig.begin()
    heard = np.abs(rig.render(9_600)[4_800:])
    assert heard.max() == pytest.approx(0.5 * 10 ** (-6 / 20), abs=0.05)
    assert rig.status["leveler_gain"] < -5.0


def test_the_gain_acts_after_the_leveler() -> None:
    count = 12 * 24_576
    whole, half = played(count, leveler=1.0), played(count, leveler=1.0, gain=0.5)
    np.testing.assert_allclose(half[-24_576:], 0.5 * whole[-24_576:], atol=1e-6)
    # After the ramp from the gain before.
    assert not played(count, leveler=1.0, gain=0.0)[4_800:].any()


def test_the_levelled_sound_does_not_depend_on_the_block() -> None:
    count = 6 * 24_576
    np.testing.assert_array_equal(played(count, 64, leveler=1.0), played(count, 2_048, leveler=1.0))

"""A ring that runs dry is bridged with the passage heard last."""

import numpy as np
import pytest

from distill_live.live.engine.settings import EngineSettings
from distill_live.live.ipc.ring import AudioRing
from distill_live.live.playback.bridge import (
    ENOUGH,
    FADE,
    LEAST,
    PASSAGE,
    PLENTY,
    BridgedReader,
)
from distill_live.live.playback.ring_reader import RESERVE, RingReader


def test_the_engine_repeats_what_was_heard_before_the_audio_process_must() -> None:
    settings = EngineSettings()
    assert settings.future_lead > settings.reserve > max(FADE, RESERVE)


class Rig:
    """A ring into which samples are written only when they are wanted."""

    def __init__(self, channels: int = 1) -> None:
        self.ring = AudioRing(channels)
        self.lane = self.ring.begin_future(0)
        self.ring.switch(self.lane, 0, 0)
        self.reader = BridgedReader(RingReader(self.ring))

    def write(self, samples: np.ndarray) -> None:
        self.ring.write(self.lane, samples.astype(np.float32))

    def read(self, count: int, block: int = 480) -> np.ndarray:
        out = self.ring.silence(count)
        out[:] = np.nan
        for start in range(0, count, block):
            self.reader.read(out[start : start + block])
        return out


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32)


@pytest.mark.parametrize("block", [64, 480, 5_000])
def test_the_last_passage_is_repeated_until_there_is_new_sound(block: int) -> None:
    rig = Rig()
    sound = noise(LEAST + 20_000)
    rig.write(sound)
    heard = rig.read(4 * len(sound), block)
    plain = len(sound) - FADE
    np.testing.assert_array_equal(heard[:plain], sound[:plain])
    # What was heard until then, without the part that its end fades into.
    period = plain - FADE
    np.testing.assert_array_equal(heard[plain + FADE :][: period - 2 * FADE],
                                  sound[2 * FADE : period])  # fmt: skip
    first = heard[plain + FADE :][:period]
    np.testing.assert_array_equal(heard[plain + FADE + period :][:period], first)
    assert rig.reader.bridging
    assert rig.ring.read_position == len(sound)
    assert rig.reader.pop_repeated() == 3 * len(sound)
    assert rig.reader.pop_repeated() == 0


def test_of_a_long_past_exactly_the_last_two_seconds_are_repeated() -> None:
    rig = Rig()
    sound = noise(PASSAGE + 30_000)
    rig.write(sound)
    heard = rig.read(4 * len(sound))
    plain = len(sound) - FADE
    np.testing.assert_array_equal(
        heard[plain + FADE :][: PASSAGE - 2 * FADE],
        sound[plain + FADE - PASSAGE :][: PASSAGE - 2 * FADE],
    )
    np.testing.assert_array_equal(
        heard[plain + FADE + PASSAGE :][:PASSAGE], heard[plain + FADE :][:PASSAGE]
    )


def test_every_seam_is_a_fade_and_the_loudness_stays() -> None:
    rig = Rig()
    tone = 0.5 * np.sin(np.arange(LEAST + 7_777) * 2 * np.pi * 331 / 48_000)
    rig.write(tone)
    heard = rig.read(90_000)
    rig.write(0.5 * np.sin(np.arange(40_000) * 2 * np.pi * 557 / 48_000))
    heard = np.r_[heard, rig.read(30_000)]
    assert np.abs(np.diff(heard)).max() < 2 * 0.5 * 2 * np.pi * 557 / 48_000
    frames = np.sqrt((heard.reshape(-1, 240) ** 2).mean(axis=1))
    assert frames.min() > 0.1


def test_new_sound_is_gone_back_to_once_there_is_enough_and_none_of_it_is_lost() -> None:
    rig = Rig()
    rig.write(noise(LEAST))
    rig.read(2 * LEAST)
    new = noise(40_000, 1)
    rig.write(new[: ENOUGH - 1])
    rig.read(480)
    assert rig.reader.bridging
    rig.write(new[ENOUGH - 1 :])
    heard = rig.read(20_000)
    assert not rig.reader.bridging
    np.testing.assert_array_equal(heard[FADE:], new[FADE:20_000])


def test_a_moment_of_sound_is_not_repeated() -> None:
    rig = Rig()
    rig.write(noise(LEAST - 1))
    assert not rig.reader.lasts
    rig.read(LEAST - 1, 1)
    assert not rig.reader.lasts
    rig.write(noise(1))
    rig.read(1)
    assert rig.reader.lasts


def test_in_silence_a_bridge_ends_when_there_is_enough() -> None:
    rig = Rig()
    rig.write(noise(LEAST))
    rig.read(2 * LEAST)
    rig.reader.forget()
    assert rig.reader.bridging
    new = noise(ENOUGH + FADE, 2)
    rig.write(new)
    rig.reader.forget()
    np.testing.assert_array_equal(rig.read(ENOUGH - 480), new[: ENOUGH - 480])


def test_two_channels_are_bridged_as_each_would_be() -> None:
    heard = []
    for seeds in ((0,), (1,), (0, 1)):
        rig = Rig(len(seeds))
        rig.write(np.stack([noise(LEAST + 5_000, seed) for seed in seeds], axis=-1).squeeze())
        bridged = rig.read(60_000)
        rig.write(np.stack([noise(20_000, seed + 2) for seed in seeds], axis=-1).squeeze())
        heard.append(np.concatenate([bridged, rig.read(15_000)]))
    left, right, both = heard
    np.testing.assert_array_equal(both, np.stack([left, right], axis=1))


def test_an_engine_that_begins_slowly_does_not_let_the_ring_run_dry_again() -> None:
    rig = Rig()
    rig.write(noise(LEAST))
    rig.read(2 * LEAST)
    ends = 0
    for wait in (6_000, 6_000, 6_000, 6_000, 4_800, 2_400, 2_400, 2_400):
        rig.write(noise(4_096))
        for _ in range(wait // 480):
            before = rig.reader.bridging
            rig.read(480)
            ends += before and not rig.reader.bridging
            assert ends == 0 or not rig.reader.bridging
    assert ends == 1


def test_with_plenty_of_sound_a_bridge_ends_however_slowly_it_came() -> None:
    rig = Rig()
    rig.write(noise(LEAST))
    rig.read(2 * LEAST)
    for count in (2_400, PLENTY - 2_401):
        rig.write(noise(count))
        rig.read(48_000)
        assert rig.reader.bridging
    rig.write(noise(1))
    rig.read(480)
    assert not rig.reader.bridging

"""The sounds that the base is trained on, without soundfonts and samples, which few have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tools.base import synthesis
from tools.base.effects import change, level
from tools.base.instruments import drums, phrase
from tools.base.make_set import MOST_SILENCE, piece, silent_share
from tools.base.samples import Samples
from tools.base.sound import RATE, exactly, lay, placed

COUNT = 2 * RATE


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", range(12))
def test_a_piece_is_the_same_each_time_and_never_clips_or_is_silent(seed: int) -> None:
    one, other = (piece(random(seed), (synthesis.play,), COUNT) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.shape == (COUNT, 2)
    assert np.isfinite(one).all()
    assert 10 ** (-24.1 / 20) < np.abs(one).max() <= 1.0
    assert silent_share(one) <= MOST_SILENCE


@pytest.mark.parametrize("make", sorted(set(synthesis.KINDS), key=lambda kind: kind.__name__))
def test_every_formula_gives_sound_of_every_length(make: synthesis.Kind) -> None:
    for count in (RATE // 50, RATE):
        sound = make(random(1), count)
        assert sound.shape == (count,)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() > 0


@pytest.mark.parametrize("seed", range(20))
def test_changes_keep_the_length(seed: int) -> None:
    sound = random(0).standard_normal((RATE, 2))
    changed = level(random(seed), change(random(seed), sound))
    assert changed.shape == sound.shape
    assert np.isfinite(changed).all() and np.abs(changed).max() <= 1.0


def test_half_silent_is_told_from_sound() -> None:
    sound = np.zeros((RATE, 2))
    assert silent_share(sound) == 1.0
    sound[: RATE // 2, 0] = 0.5
    assert silent_share(sound) == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(20))
def test_phrases_and_drums_are_notes_of_midi(seed: int) -> None:
    notes = phrase(random(seed), 3, COUNT) + drums(random(seed), COUNT)
    assert notes
    for note in notes:
        assert 0 <= note.key <= 127 and 1 <= note.velocity <= 127
        assert 0 <= note.start < COUNT and note.start < note.end


def test_loops_and_ambient_sounds_are_left_out_of_the_samples(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(np.arange(4_800))
    for name in ("loop_a", "ambi_b"):
        soundfile.write(tmp_path / f"{name}.flac", tone, 44_100)
    with pytest.raises(FileNotFoundError, match="no samples"):
        Samples(tmp_path)
    soundfile.write(tmp_path / "bass_c.flac", tone, 44_100)
    assert np.abs(Samples(tmp_path).play(random(0), COUNT)).max() > 0


def test_what_hangs_over_is_cut_off() -> None:
    whole = np.zeros(4)
    lay(whole, np.ones(3), 2)
    lay(whole, np.ones(3), 9)
    assert whole.tolist() == [0, 0, 1, 1]
    assert exactly(np.ones(2), 3).tolist() == [1, 1, 0]
    assert np.allclose(placed(np.ones(1), 0.0), np.sqrt(0.5))
    assert np.allclose(placed(np.ones(1), -1.0), [1, 0])

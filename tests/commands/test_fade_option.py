"""The option --fade of generate and decode."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.audio.fades import fade_ends
from tests.commands.test_offline import save_clip
from tests.conftest import RunCli


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.square(sound).mean()))


def assert_ends_fade(soft: np.ndarray, plain: np.ndarray, count: int) -> None:
    """`soft` is `plain` with fades of `count` samples; `--lufs` makes it slightly louder."""
    faded = np.concatenate([*fade_ends([plain.astype(np.float32)], len(plain), count)])
    gain = rms(soft) / rms(faded)
    assert gain == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(soft, gain * faded, atol=1e-5)
    assert rms(plain[-20:]) > 0.1 * rms(plain)


def test_a_generated_sound_begins_and_ends_softly_unless_told_otherwise(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    # Softly, because a limiter changes what is around a peak.
    base = ("generate", "tiny", "--duration", 1, "--seed", 5, "--bit-depth", 32, "--lufs", -30)
    for options in ((), ("--fade", 0), ("--fade", 100, "--sample-rate", 24_000)):
        assert run_cli(*base, *options).code == 0
    soft, plain, slow = (soundfile.read(f"tiny_5{n}.wav")[0] for n in ("", "_2", "_3"))
    assert_ends_fade(soft, plain, 240)
    assert rms(slow[-240:]) < 0.1 * rms(slow)
    told = [json.loads(Path(f"tiny_5{n}.json").read_text())["settings"] for n in ("", "_2", "_3")]
    assert [one["fade_ms"] for one in told] == [5.0, 0.0, 100.0]


def test_decode_leaves_the_ends_as_they_are_unless_a_fade_is_wanted(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    codes = save_clip(tiny_in_library)
    base = ("decode", codes, "--model", "tiny", "--bit-depth", 32, "--lufs", -30, "--output")
    for name, options in (("plain", ()), ("none", ("--fade", 0)), ("soft", ("--fade", 10))):
        assert run_cli(*base, f"{name}.wav", *options).code == 0
    assert Path("plain.wav").read_bytes() == Path("none.wav").read_bytes()
    assert_ends_fade(soundfile.read("soft.wav")[0], soundfile.read("plain.wav")[0], 480)

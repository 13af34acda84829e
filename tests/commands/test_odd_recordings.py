"""Training on the odd files that people have, with output to an encoding that lacks letters."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from distill_live.models.file.header import read_header
from tests.audio.reading.odd_files import encoded, noise, without_size, without_xing
from tests.conftest import Folders, RunCli
from tests.warm import ROOT, WARM_TINY

LATIN_1, BROKEN, RED = "caf\udce9.wav", "\u3042 broken.wav", "a\x1b[31mred.wav"

_SIZE = ("--prior-size", "medium")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose own name is odd, too."""
    place = tmp_path_factory.mktemp("odd") / "my \udce9 sounds"
    place.mkdir()
    sound = noise(1.0, 48_000)
    spike = sound.copy()
    spike[100] = 1e29
    wav, vorbis = encoded(sound, "WAV", 48_000), encoded(sound, "OGG", 48_000, "VORBIS")
    contents = {
        LATIN_1: wav,
        RED: wav,
        BROKEN: b"no sound",
        "chained.ogg": vorbis + vorbis,
        "lost power.wav": without_size(wav),
        "no count.mp3": without_xing(encoded(sound, "MP3", 48_000)),
        "talk.opus": encoded(sound, "OGG", 48_000, "OPUS"),
        "loud.wav": encoded(sound * 32_768, "WAV", 48_000, "FLOAT"),
        "spike.wav": encoded(spike, "WAV", 48_000, "FLOAT"),
        "turned.wav": encoded(sound[:, :1] * np.array([1, -1]), "WAV", 48_000),
        "._talk.opus": b"\x00\x05\x16\x07" + bytes(300),
        "song.m4a": b"\x00\x00\x00\x1cftypM4A " + bytes(300),
    }
    for name, content in contents.items():
        (place / name).write_bytes(content)
    return place


class Learned(NamedTuple):
    """The folder of the model that was trained on them, and how that ended."""

    folder: Path
    done: subprocess.CompletedProcess[bytes]


@pytest.fixture(scope="module")
def learned(warm: None, odd: Path, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    data = tmp_path_factory.mktemp("learned")
    done = subprocess.run(
        [*WARM_TINY, "train", str(odd), *_SIZE],
        capture_output=True, timeout=300, cwd=ROOT, check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "XDG_DATA_HOME": str(data)},
    )  # fmt: skip
    return Learned(data / "distill-live" / "models", done)


def test_every_file_is_learned_or_named(learned: Learned) -> None:
    folder, done = learned
    out = done.stdout.decode("cp1252")
    assert (done.returncode, done.stderr.decode("cp1252")) == (0, "")
    told = [line for line in out.splitlines() if ".wav: " in line or "left out" in line]
    reasons = dict(line.removeprefix("skipped ").split(": ", 1) for line in told[:-1])
    assert set(reasons) == {r"\u3042 broken.wav", "spike.wav", "loud.wav", "turned.wav"}
    assert "its peak is 1e+29" in reasons["spike.wav"]
    assert "divided by 32768" in reasons["loud.wav"]
    assert "left and right cancel when mixed" in reasons["turned.wav"]
    assert told[-1] == "1 .m4a file left out: convert it to wav or flac"
    assert "8 recordings, 9.0 s" in out
    names = read_header(folder / "my _ sounds.distill").metadata["dataset_files"]
    assert names == [
        r"a\x1b[31mred.wav", r"caf\xe9.wav", "chained.ogg", "lost power.wav", "loud.wav",
        "no count.mp3", "talk.opus", "turned.wav",
    ]  # fmt: skip
    page = (folder / "my _ sounds.html").read_text(encoding="utf-8")
    assert r"a\x1b[31mred.wav" in page


def test_what_a_model_keeps_of_odd_names_every_command_can_tell(
    run_cli: RunCli, odd: Path, folders: Folders, learned: Learned
) -> None:
    for suffix in (".distill", ".grains"):
        path = learned.folder / f"my _ sounds{suffix}"
        shutil.copy(path, folders.user / f"odd{suffix}")
    for words in (["models", "info", "odd"], ["models", "search", "red"],
                  ["report", "odd", "--no-open"],
                  ["report", "odd", "--folder", odd, "--no-open", "--output", "page.html"],
                  ["generate", "odd", "--duration", 1, "--seed", 1]):  # fmt: skip
        result = run_cli(*words)
        assert result.code == 0, result.err
        assert "\x1b" not in result.out
    names = json.loads(run_cli("models", "info", "odd", "--json").out)["dataset_files"]
    assert r"caf\xe9.wav" in names
    assert run_cli("encode", odd / LATIN_1, "--model", "odd").code == 0

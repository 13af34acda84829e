"""What `render` makes of a session log, and of what is none."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from distill_live.codes.session_log import Entry, SessionLogWriter
from distill_live.live.playhead.decoder import ColumnDecoder
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.loaded import LoadedVQModel
from tests.conftest import Folders, RunCli
from tests.live.player import Player
from tests.live.two_channels import both_of
from tests.sound_files import read_audio

SECOND = 48_000


@pytest.fixture(scope="module")
def played(tiny_model: LoadedVQModel) -> tuple[list[Entry], np.ndarray]:
    """What an engine has noted while it played, and what was heard."""
    torch.set_num_threads(1)
    player = Player(tiny_model)
    heard = player.hear(SECOND)
    player.parameters.set("edit/mask/on", 1, 0)
    heard = np.r_[heard, player.hear(SECOND)]
    return [{"deck": 0, **json.loads(line)} for line in player.journal.read()], heard


def engine(model: Path, **other: Any) -> Entry:
    header = read_header(model).metadata
    return {
        "op": "engine", "deck": 0, "model": str(model), "name": header["name"],
        "codec_sha256": header["codec_sha256"], "torch": torch.__version__, "device": "cpu",
        "threads": 1, "position": 0, **other,
    }  # fmt: skip


def write_log(path: Path, *entries: Entry) -> Path:
    log = SessionLogWriter(path)
    log.write(entries)
    log.close()
    return path


@pytest.fixture
def log(tiny_in_library: Path, played: tuple[list[Entry], np.ndarray]) -> Path:
    """A session with the library's model "tiny"."""
    end = {"op": "end", "deck": 0, "heard": 2 * SECOND, "counts": {}}
    return write_log(Path("evening.log"), engine(tiny_in_library), *played[0], end)


def test_what_was_heard_is_written_sample_for_sample(
    run_cli: RunCli, log: Path, played: tuple[list[Entry], np.ndarray]
) -> None:
    result = run_cli("render", log)
    assert (result.code, result.out) == (0, "evening.wav: 2.00 s\n")
    samples, rate = read_audio("evening.wav")
    assert rate == SECOND
    np.testing.assert_array_equal(samples[:, 0], played[1])


@pytest.mark.parametrize("format", ["wav", "flac"])
def test_a_stereo_model_is_rendered_with_two_channels(
    run_cli: RunCli, log: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    assert run_cli("render", log, "--output", f"mono.{format}").code == 0
    make = ColumnDecoder.push
    monkeypatch.setattr(ColumnDecoder, "push", lambda self, codes: both_of(make(self, codes)))
    rest = ColumnDecoder.rest
    monkeypatch.setattr(ColumnDecoder, "rest", lambda self: both_of(rest(self)))
    assert run_cli("render", log, "--output", f"stereo.{format}").code == 0
    mono, stereo = (read_audio(f"{name}.{format}")[0] for name in ("mono", "stereo"))
    assert (mono.shape, stereo.shape) == ((2 * SECOND, 1), (2 * SECOND, 2))
    np.testing.assert_allclose(stereo, both_of(mono[:, 0]), atol=1e-6)


def test_floats_that_exceed_full_scale_are_reported(
    run_cli: RunCli, log: Path, played: tuple[list[Entry], np.ndarray]
) -> None:
    # The tiny model is louder than full scale.
    above = 20 * np.log10(np.abs(played[1]).max())
    assert above > 0
    expected = f"note: evening.wav peaks {above:.1f} dB above full scale, which 32-bit floats"
    assert run_cli("render", log).err.startswith(expected)


def test_a_format_without_floats_is_limited_and_reported(run_cli: RunCli, log: Path) -> None:
    result = run_cli("render", log, "--output", "evening.flac")
    assert "note: evening.flac was louder than full scale; the limiter" in result.err
    assert np.abs(read_audio("evening.flac")[0]).max() < 0.99


def test_a_sound_of_that_name_is_left_as_it_is(run_cli: RunCli, log: Path) -> None:
    Path("evening.wav").write_bytes(b"the best take")
    assert run_cli("render", log).out.startswith("evening_2.wav: ")
    assert Path("evening.wav").read_bytes() == b"the best take"


def test_a_folder_takes_the_sound_under_the_name_of_the_log(run_cli: RunCli, log: Path) -> None:
    Path("sounds").mkdir()
    assert run_cli("render", log, "--output", "sounds").code == 0
    assert Path("sounds/evening.wav").is_file()


def test_an_output_may_have_any_format(run_cli: RunCli, log: Path) -> None:
    for name in ("take.flac", "take.ogg", "take.WAV"):
        assert run_cli("render", log, "--output", name).code == 0
        assert soundfile.info(name).frames == 2 * SECOND


def test_the_model_is_found_by_its_name_when_it_has_been_moved(
    run_cli: RunCli, log: Path, folders: Folders, played: tuple[list[Entry], np.ndarray]
) -> None:
    shutil.move(folders.user / "tiny.distill", folders.here / "tiny.distill")
    assert run_cli("render", log).code == 0
    np.testing.assert_array_equal(read_audio("evening.wav")[0][:, 0], played[1])


def test_a_session_that_broke_off_is_rendered_as_far_as_it_is_known(
    run_cli: RunCli, log: Path, played: tuple[list[Entry], np.ndarray]
) -> None:
    # Without its last line: the server was killed.
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    assert run_cli("render", log).code == 0
    samples = read_audio("evening.wav")[0][:, 0]
    assert len(samples) > 2 * SECOND
    np.testing.assert_array_equal(samples[: 2 * SECOND], played[1])


def test_another_torch_or_device_is_said(
    run_cli: RunCli, tiny_in_library: Path, played: tuple[list[Entry], np.ndarray]
) -> None:
    entry = engine(tiny_in_library, torch="1.0", device="cuda:0")
    log = write_log(Path("old.log"), entry, *played[0])
    result = run_cli("render", log)
    assert result.code == 0
    assert "note: the session had torch 1.0, this machine has" in result.err
    assert "note: the session had device cuda:0, this machine has cpu" in result.err


def test_another_model_plays_changes_and_requests_alone(
    run_cli: RunCli, log: Path, tiny_two_levels_path: Path
) -> None:
    result = run_cli("render", log, "--model", tiny_two_levels_path, "--output", "other.wav")
    assert result.code == 0, result.err
    assert run_cli("render", log).code == 0
    one, other = (read_audio(name)[0][:, 0] for name in ("evening.wav", "other.wav"))
    assert len(one) == len(other) == 2 * SECOND
    assert (one != other).any()


def test_a_model_with_another_vocoder_is_refused_and_what_to_do_is_said(
    run_cli: RunCli, tiny_in_library: Path,
    played: tuple[list[Entry], np.ndarray],
) -> None:  # fmt: skip
    before = read_header(tiny_in_library).metadata["vocoder"]
    log = write_log(Path("old.log"), engine(tiny_in_library, vocoder=before), *played[0])
    assert run_cli("render", log).code == 0
    rewrite_metadata(tiny_in_library, vocoder=before | {"iterations": 3})
    result = run_cli("render", log)
    assert result.code == 1
    assert "has a different vocoder from the one in the session" in result.err
    assert "`--model tiny` replays" in result.err


def test_a_model_that_was_refreshed_since_plays_as_it_was_then(
    run_cli: RunCli, tiny_in_library: Path, played: tuple[list[Entry], np.ndarray],
    tiny_clear: LoadedVQModel,
) -> None:  # fmt: skip
    player = Player(tiny_clear)
    heard = player.hear(SECOND)
    noted = [{"deck": 0, **json.loads(line)} for line in player.journal.read()]
    end = {"op": "end", "deck": 0, "heard": SECOND, "counts": {}}
    gains = list(tiny_clear.clarity.gains)
    log = write_log(Path("then.log"), engine(tiny_in_library, clarity=gains), *noted, end)
    rewrite_metadata(tiny_in_library, clarity=[1.5] * 128)
    assert run_cli("render", log).code == 0
    np.testing.assert_array_equal(read_audio("then.wav")[0][:, 0], heard)
    old = write_log(Path("old.log"), engine(tiny_in_library), *played[0])
    assert run_cli("render", old).code == 0
    np.testing.assert_array_equal(read_audio("old.wav")[0][: 2 * SECOND, 0], played[1])
    wrong = write_log(Path("wrong.log"), engine(tiny_in_library, clarity=[9.0]), *noted)
    result = run_cli("render", wrong)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "entry 'engine' is damaged: its clarity must be a list of 128 gains" in result.err


def test_a_model_without_the_grains_of_the_session_is_refused_and_why_is_said(
    run_cli: RunCli, tiny_in_library: Path, tiny_grainy_path: Path,
    played: tuple[list[Entry], np.ndarray],
) -> None:  # fmt: skip
    grains = tiny_in_library.with_suffix(".grains")
    log = write_log(Path("old.log"), engine(tiny_in_library, grains="0" * 64), *played[0])
    missing = run_cli("render", log)
    assert (missing.code, "has none now: its file of grains is missing; `--mo" in missing.err) == (
        1,
        True,
    )
    grains.write_bytes(b"")
    damaged = run_cli("render", log)
    assert (damaged.code, f"has none now: cannot read {grains}: it is" in damaged.err) == (1, True)
    shutil.copy(tiny_grainy_path.with_suffix(".grains"), grains)
    other = run_cli("render", log)
    assert (other.code, "other grains than the model 'tiny' has now" in other.err) == (1, True)


def test_a_model_with_another_codec_is_refused_and_what_to_do_is_said(
    run_cli: RunCli, log: Path, tiny_in_library: Path, tiny_two_levels_path: Path
) -> None:
    shutil.copy(tiny_two_levels_path, tiny_in_library)
    result = run_cli("render", log)
    assert result.code == 1
    told = re.search(r"'tiny' \(codec (\w{8})\), and 'tiny' \(codec (\w{8})\) has a", result.err)
    assert told is not None and told[1] != told[2]
    assert "`--model tiny` replays" in result.err
    assert not Path("evening.wav").exists()
    assert run_cli("render", log, "--model", "tiny").code == 0


def test_a_model_that_is_gone_is_said(run_cli: RunCli, log: Path, tiny_in_library: Path) -> None:
    tiny_in_library.unlink()
    result = run_cli("render", log)
    assert result.code == 1
    assert "no model 'tiny'" in result.err


def test_the_other_model_must_be_there(run_cli: RunCli, log: Path) -> None:
    result = run_cli("render", log, "--model", "rain")
    assert (result.code, result.out) == (1, "")
    assert "no model 'rain'" in result.err


@pytest.mark.parametrize("options", [(), ("--model", "tiny")])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read evening.log"),
        (b"hello\n", "is not a session log; `serve --log FILE` writes one"),
        (b"\xff\xfe\x00\n", "cannot read evening.log"),
        (b'{"format": "distill-session", "format_version": 2}\n', "reads version 1"),
        (b'{"format": "distill-session", "format_version": 1}\n', "contains no sound"),
        (b'{"format": "distill-session", "format_version": 1}\nx\n', "damaged at line 2"),
        (
            b'{"format": "distill-session", "format_version": 1}\n{"op": "engine"}\n',
            "the log's entry 'engine' is damaged",
        ),
    ],
)
def test_what_is_not_a_session_is_refused_in_one_line(
    run_cli: RunCli,
    tiny_in_library: Path,
    content: bytes | None,
    said: str,
    options: tuple[str, ...],
) -> None:
    if content is not None:
        Path("evening.log").write_bytes(content)
    result = run_cli("render", "evening.log", *options)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1
    assert said in result.err
    assert not Path("evening.wav").exists()


def test_a_log_that_misses_entries_is_refused(run_cli: RunCli, log: Path) -> None:
    with log.open("a") as file:
        file.write('{"op": "lost", "entries": 3}\n')
    result = run_cli("render", log)
    assert result.code == 1
    assert "the session log lacks 3 entries" in result.err
    assert run_cli("render", log, "--model", "tiny").code == 0


def test_a_format_that_cannot_be_written_is_refused_before_the_session_is_played(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    # The log would be refused too, if it were read first.
    Path("evening.log").write_text("hello\n")
    result = run_cli("render", "evening.log", "--output", "out.txt")
    assert result.code == 1
    assert "cannot write 'txt'" in result.err


def test_rendered_again_it_has_the_same_bytes(run_cli: RunCli, log: Path) -> None:
    for name in ("one.wav", "new/two.wav"):
        assert run_cli("render", log, "--output", name).code == 0
    assert Path("one.wav").read_bytes() == Path("new/two.wav").read_bytes()

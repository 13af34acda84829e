"""`distill-live inspect`: what recordings are like before training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from tests.commands.tiny_training import make_tiny
from tests.conftest import Folders, RunCli


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Recordings that can be used, one of them twice, and some that cannot."""
    folder = tmp_path / "mixed"
    (folder / "more").mkdir(parents=True)
    tone = 0.5 * np.sin(np.arange(48_000) * 0.05).astype(np.float32)
    write_audio(folder / "tone.wav", tone, 48_000)
    write_audio(folder / "more" / "again.wav", np.stack([tone, tone], axis=1), 48_000)
    write_audio(folder / "placed.wav", np.stack([tone, tone / 2], axis=1), 48_000)
    write_audio(folder / "short.wav", tone[:4_800], 48_000)
    write_audio(folder / "silent.wav", np.zeros(48_000, np.float32), 48_000)
    antiphase = np.stack([tone, -tone], axis=1)
    write_audio(folder / "wide.wav", antiphase, 48_000)
    (folder / "broken.wav").write_bytes(b"RIFF")
    (folder / "song.m4a").write_bytes(b"x")
    return folder


def test_every_file_is_found_or_refused_with_the_reason(run_cli: RunCli, mixed: Path) -> None:
    told = json.loads(run_cli("inspect", mixed, "--json").out)
    assert [one["name"] for one in told["found"]] == [
        "more/again.wav", "placed.wav", "tone.wav", "wide.wav",
    ]  # fmt: skip
    # Two channels that are the same, or that cancel, are mono.
    assert [one["stereo"] for one in told["found"]] == [False, True, False, False]
    assert [one["channels"] for one in told["found"]] == [2, 2, 1, 2]
    refused = {one["name"]: one["reason"] for one in told["refused"]}
    assert set(refused) == {"broken.wav", "short.wav", "silent.wav"}
    assert "only 0.10 s long" in refused["short.wav"]
    assert refused["silent.wav"] == "nothing but silence"
    assert told["duplicates"] == [["more/again.wav", "tone.wav"]]
    assert (told["stereo"], told["seconds"]) == (1, 4.0)
    assert any("cancel when mixed to mono" in note for note in told["notes"])
    assert any("1 .m4a file left out" in note for note in told["notes"])
    assert "only 4 s of sound" in told["too_little"]


def test_a_recording_is_measured_as_it_is_mixed(run_cli: RunCli, mixed: Path) -> None:
    tone = json.loads(run_cli("inspect", mixed, "--json").out)["found"][2]
    assert tone["rms_db"] == pytest.approx(-9.03, abs=0.05)
    assert tone["peak_db"] == pytest.approx(-6.02, abs=0.05)
    assert (tone["silence"], tone["channels"], tone["sample_rate"]) == (0.0, 1, 48_000)


def test_people_read_the_same(run_cli: RunCli, mixed: Path) -> None:
    shown = run_cli("inspect", mixed).out
    assert "refused silent.wav: nothing but silence" in shown
    assert "the same sound: more/again.wav, tone.wav" in shown
    assert "4 recordings, 4.0 s, 0% silence" in shown


def test_a_folder_of_refused_files_is_shown_all_the_same(run_cli: RunCli, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "broken.wav").write_bytes(b"RIFF")
    result = run_cli("inspect", folder, "--json", "--estimate")
    told = json.loads(result.out)
    assert (result.code, told["found"], told["estimate"]) == (0, [], None)
    assert (told["loudness_db"], told["silence"]) == (None, 0.0)


def test_one_file_is_measured_however_short_it_is(run_cli: RunCli, mixed: Path) -> None:
    told = json.loads(run_cli("inspect", mixed / "short.wav", "--json", "--peaks", 4).out)
    [found] = told["found"]
    assert found["seconds"] == 0.1
    assert len(found["peaks"]) == 4
    assert all(-0.51 < low <= high < 0.51 for low, high in found["peaks"])


def test_a_missing_file_is_one_line(run_cli: RunCli, tmp_path: Path) -> None:
    result = run_cli("inspect", tmp_path / "missing.wav")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ") and result.err.count("\n") == 1


def test_the_time_of_training_is_measured_and_leaves_nothing(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tiny(monkeypatch.setattr)
    told = json.loads(run_cli("inspect", sounds, "--json", "--estimate").out)
    assert told["estimate"]["codec"] > 0 and told["estimate"]["prior"] > 0
    assert told["estimate"]["words"].startswith("about ")
    assert list(folders.user.iterdir()) == []

"""Models from Distill v1.1, as they are typed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.codes.grid_file import load_grid
from distill_live.models.file.header import read_header
from distill_live.models.file.persistence import load_model_v2
from tests.commands.server_process import ServerProcess
from tests.conftest import Folders, RunCli
from tests.old_model import old_model, save_old_model
from tests.sound_files import read_audio
from tests.tools import wait_until


@pytest.fixture
def old(old_model_path: Path, folders: Folders) -> Path:
    """A copy in the working folder's models, found as "old"."""
    return Path(shutil.copy(old_model_path, folders.here))


def test_the_library_shows_it_as_any_other(run_cli: RunCli, old: Path) -> None:
    (listed,) = json.loads(run_cli("models", "list", "--json").out)
    assert (listed["name"], listed["prior"], listed["error"]) == ("old", True, None)
    assert (listed["levels"], listed["codebook_size"], listed["tags"]) == (3, 12, ["wet"])
    assert "Distill v1.1" in run_cli("models", "info", "old").out
    assert run_cli("models", "show-health", "old").out.count("50%") == 3


def test_import_makes_a_file_of_ours_that_plays_the_same(
    run_cli: RunCli, old: Path, folders: Folders
) -> None:
    result = run_cli("models", "import", "old", "--name", "mine")
    mine = folders.user / "mine.distill"
    assert (result.code, result.out, result.err) == (0, f"model: {mine}\n", "")
    ours, theirs = read_header(mine).metadata, read_header(old).metadata
    assert ours["name"] == "mine"
    assert ours["tags"] == theirs["tags"]
    assert ours["created"] == theirs["created"]
    assert ours["training"] == theirs["training"]
    assert ours["codec_sha256"] == load_model_v2(old).metadata["codec_sha256"]
    for name in ("old", "mine"):
        assert run_cli("generate", name, "--duration", 1, "--seed", 4).code == 0
    assert Path("old_4.wav").read_bytes() == Path("mine_4.wav").read_bytes()


def test_import_takes_the_files_name_and_replaces_nothing_unasked(
    run_cli: RunCli, old_model_path: Path, folders: Folders
) -> None:
    shown = json.loads(run_cli("models", "import", old_model_path, "--json").out)
    path = folders.user / "old.distill"
    assert shown == {"name": "old", "file": str(path)}
    again = run_cli("models", "import", old_model_path)
    assert again.code == 1
    assert "already exists" in again.err
    assert run_cli("models", "import", old_model_path, "--force").code == 0


def test_import_of_a_file_of_ours_is_a_checked_copy(
    run_cli: RunCli, tiny_in_library: Path, folders: Folders
) -> None:
    assert run_cli("models", "import", "tiny", "--name", "other").code == 0
    copy = read_header(folders.user / "other.distill")
    assert copy.metadata == read_header(tiny_in_library).metadata | {"name": "other"}
    content = bytearray(tiny_in_library.read_bytes())
    content[-1] ^= 1
    tiny_in_library.write_bytes(content)
    damaged = run_cli("models", "import", "tiny", "--name", "third")
    assert damaged.code == 1
    assert "checksum" in damaged.err
    assert not (folders.user / "third.distill").exists()


def test_a_damaged_file_is_one_line_and_leaves_nothing(
    run_cli: RunCli, old: Path, folders: Folders
) -> None:
    old.write_bytes(old.read_bytes()[:-1000])
    for command in (("models", "import", "old", "--name", "mine"), ("generate", "old")):
        result = run_cli(*command)
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith("error: ")
        assert result.err.count("\n") == 1
        assert "damaged" in result.err
    assert list(folders.user.iterdir()) == []


def test_tagging_and_renaming_ask_for_an_import(run_cli: RunCli, old: Path) -> None:
    before = old.read_bytes()
    for command in (("tag", "old", "dry"), ("rename", "old", "new")):
        result = run_cli("models", *command)
        assert result.code == 1
        assert f"distill-live models import {old.relative_to(Path.cwd())}" in result.err
    assert old.read_bytes() == before


def test_its_prior_cannot_be_trained(run_cli: RunCli, old: Path, sounds: Path) -> None:
    before = old.read_bytes()
    result = run_cli("train-prior", "old", sounds)
    assert result.code == 1
    assert "which cannot be trained here" in result.err
    assert old.read_bytes() == before


def test_an_overlap_is_how_long_chunks_cross_fade(run_cli: RunCli, old: Path) -> None:
    for overlap in (None, 50, 0, 20):
        options = [] if overlap is None else ["--overlap", overlap]
        result = run_cli("generate", "old", "--duration", 1, "--seed", 4, *options)
        assert result.code == 0
        assert "ignored" not in result.err
    plain, same, none, short = (
        Path(f"old_4{number}.wav").read_bytes() for number in ("", "_2", "_3", "_4")
    )
    assert plain == same
    assert len({plain, none, short}) == 3
    assert json.loads(Path("old_4_4.json").read_text())["settings"]["overlap"] == 20
    # A chunk of 24 frames, and the next one right behind it; the limiter looks ahead.
    whole, faded = (soundfile.read(f"old_4{number}.wav")[0] for number in ("_3", ""))
    np.testing.assert_array_equal(whole[: 24 * 512 - 2500], faded[: 24 * 512 - 2500])
    assert (whole[24 * 512 - 2400 :] != faded[24 * 512 - 2400 :]).any()


def test_encode_and_decode_go_through_its_codes(run_cli: RunCli, old: Path, sounds: Path) -> None:
    result = run_cli("encode", sounds / "sine_440.wav", "--model", "old")
    assert result.out == "sine_440.json: 5 columns x 4 bands x 3 levels\n"
    assert run_cli("models", "import", "old", "--name", "mine").code == 0
    assert run_cli("decode", "sine_440.json", "--model", "mine").code == 0
    assert load_grid(Path("sine_440.json")).codes.shape == (5, 4, 3)
    assert soundfile.info("sine_440.wav").frames == 5 * 9888


def test_serve_plays_it_and_renders_it_again(run_cli: RunCli, tmp_path: Path) -> None:
    path = save_old_model(tmp_path / "old.distill", old_model(seconds=1.0))
    record, log = tmp_path / "heard.wav", tmp_path / "evening.log"
    arguments = ("--output", "clock", "--record", str(record), "--log", str(log))
    with ServerProcess(str(path), *arguments, "--duration", "3") as server:
        assert server.announcement.startswith("playing old on the clock")
        server.osc.send("/distill/temperature", 0.5)
        assert server.osc.ask("/distill/get", "temperature") == [0.5]
        server.osc.send("/distill/edit/mask/on", 1)
        wait_until(lambda: server.process.poll() is not None, "the end of its three seconds")
        assert server.end() == 0
    heard = read_audio(record)[0][:, 0]
    assert len(heard) > 2 * 48_000
    loud = np.abs(heard[: len(heard) // 4800 * 4800]).reshape(-1, 4800).max(axis=1)
    assert (loud[2:-2] > 1e-4).all(), "there is a gap"
    assert run_cli("render", log, "--output", tmp_path / "again.wav").code == 0
    again = read_audio(tmp_path / "again.wav")[0][:, 0]
    assert len(again) > 2 * 48_000
    assert np.abs(again).max() > 1e-3

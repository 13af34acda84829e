"""A model that learns more recordings, and keeps the old ones though they are gone."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from distill_live.audio.dataset import load_recordings
from distill_live.audio.files import write_audio
from distill_live.audio.reading.sound import read_mono
from distill_live.commands.training_steps import grains, saving
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.models.codec.clarity import UNMEASURED
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.persistence import load_model_v2, save_changed_model
from distill_live.models.grains.file import read_grains_header
from distill_live.training.data.grains import make_grains
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import epochs, files_of, press_ctrl_c, train, weights
from tests.conftest import Folders, RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


@pytest.fixture(scope="module")
def halves(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The recordings whose names begin with "sine", and the others."""
    old, new = (tmp_path_factory.mktemp(name) for name in ("old", "new"))
    for path in sounds.iterdir():
        shutil.copy(path, old if path.name.startswith("sine") else new)
    return old, new


@pytest.fixture(autouse=True)
def sine_model(
    run_cli: RunCli,
    folders: Folders,
    halves: tuple[Path, Path],
    seconds_not_minutes: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A model of the sines, and its grains; trained once, then copied."""
    kept = tmp_path_factory.getbasetemp() / "sines.distill"
    path = folders.user / "mine.distill"
    if not kept.exists():
        trained = run_cli("train", halves[0], "--name", "mine", "--prior-size", "medium")
        assert (trained.code, trained.err) == (0, "")
        path.replace(kept)
        path.with_suffix(".grains").replace(kept.with_suffix(".grains"))
    for suffix in (".distill", ".grains"):
        shutil.copy(kept.with_suffix(suffix), path.with_suffix(suffix))
    return path


class Continued(NamedTuple):
    """What `train --continue` has made of that model and the other recordings, and what it said.
    Do not write to it."""

    path: Path
    out: str


@pytest.fixture
def continued(
    run_cli: RunCli,
    sine_model: Path,
    halves: tuple[Path, Path],
    folders: Folders,
    tmp_path_factory: pytest.TempPathFactory,
) -> Continued:
    """It is continued once; "mine" stays as it was."""
    kept = tmp_path_factory.getbasetemp() / "continued"
    said = kept / "said"
    if not said.exists():
        before = {path: path.read_bytes() for path in folders.user.iterdir()}
        result = run_cli("train", "--continue", "mine", halves[1])
        assert (result.code, result.err) == (0, "")
        kept.mkdir()
        for path in folders.user.iterdir():
            path.replace(kept / path.name)
        for path, content in before.items():
            path.write_bytes(content)
        said.write_text(result.out)
    return Continued(kept / sine_model.name, said.read_text())


def names(path: Path) -> list[str]:
    return sorted(read_header(path).metadata["dataset_files"])


def test_a_model_takes_recordings_in_and_keeps_the_old_ones(
    sine_model: Path, continued: Continued, sounds: Path
) -> None:
    old = read_header(sine_model).metadata
    told = "3 new recordings, 0 that it already knows, and 3 rehearsed from its file"
    assert told in continued.out
    new = read_header(continued.path).metadata
    assert names(continued.path) == sorted(path.name for path in sounds.iterdir())
    assert new["codec_sha256"] != old["codec_sha256"]
    for same in ("name", "created", "tags", "spectrogram", "codec", "prior"):
        assert new[same] == old[same]
    assert new["training"]["files"] == 6
    assert new["training"]["sound_seconds"] == pytest.approx(6, rel=0.1)
    found = files_of(Folders(*[continued.path.parent] * 3), "mine")
    assert found == ["mine.distill", "mine.grains", "mine.html"]


def test_the_grains_of_old_and_new_recordings_fit_the_new_codec(
    run_cli: RunCli,
    sine_model: Path,
    continued: Continued,
    halves: tuple[Path, Path],
    sounds: Path,
) -> None:
    before = load_model_v2(sine_model).grains
    assert before is not None
    first = before.sound.read(0, 0, 10_000)
    after = load_model_v2(continued.path).grains
    assert after is not None
    known = [one.name for one in after.file.header.recordings]
    assert sorted(known) == sorted(path.name for path in sounds.iterdir())
    assert (after.sound.read(0, 0, 10_000) == first).all()
    assert run_cli("train", "--continue", "mine", halves[1], "--no-grains").code == 0
    assert not sine_model.with_suffix(".grains").exists()


def test_grains_keep_their_format_unless_there_is_too_much_for_it(
    run_cli: RunCli,
    sine_model: Path,
    halves: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, loaded = sine_model.with_suffix(".grains"), load_model_v2(sine_model)
    make_grains(path, loaded, load_recordings(halves[0]).recordings, "ogg")
    assert run_cli("train", "--continue", "mine", halves[1]).code == 0
    assert read_grains_header(path).sound_format == "ogg"
    monkeypatch.setattr(grains, "MOST_OGG_SECONDS", 1.0)
    result = run_cli("train", "--continue", "mine", halves[1])
    assert "its grains become flac" in result.out
    assert read_grains_header(path).sound_format == "flac"


def test_a_model_without_grains_gets_none_from_new_recordings_alone(
    run_cli: RunCli, sine_model: Path, halves: tuple[Path, Path], folders: Folders
) -> None:
    sine_model.with_suffix(".grains").unlink()
    result = run_cli("train", "--continue", "mine", halves[1])
    assert (result.code, result.err) == (0, "")
    assert "for grains, run `distill-live models refresh mine FOLDER`" in result.out
    assert files_of(folders, "mine") == ["mine.distill", "mine.html"]


def test_clarity_is_measured_again_on_old_and_new_recordings(
    run_cli: RunCli, sine_model: Path, halves: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite_metadata(sine_model, clarity=[1.5] * 128)
    seen: list[tuple[int, int]] = []
    measure = saving.measure_clarity

    def measure_on(codec: Any, sound: Any, recordings: Any, rehearsed: Any, *rest: Any) -> Any:
        seen.append((len(recordings.recordings), len(rehearsed)))
        return measure(codec, sound, recordings, rehearsed, *rest)

    monkeypatch.setattr(saving, "measure_clarity", measure_on)
    assert run_cli("train", "--continue", "mine", halves[1]).code == 0
    loaded = load_model_v2(sine_model)
    assert seen == [(3, 3)]
    assert loaded.clarity.is_measured and set(loaded.clarity.gains) != {1.5}


def test_without_their_spectrograms_old_recordings_do_not_count_for_clarity(
    run_cli: RunCli, sine_model: Path, halves: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_model_v2(sine_model)
    codes = [replace(one, mel=b"") for one in loaded.training_codes]
    save_changed_model(sine_model, replace(loaded, training_codes=tuple(codes)))
    seen: list[int] = []

    def measure(codec: Any, spectrogram: Any, recordings: Any, rehearsed: Any, *rest: Any) -> Any:
        seen.append(len(rehearsed))
        return UNMEASURED

    monkeypatch.setattr(saving, "measure_clarity", measure)
    assert run_cli("train", "--continue", "mine", halves[1]).code == 0
    assert seen == [0]


def test_the_codes_of_old_and_new_recordings_are_in_the_file(
    sine_model: Path, continued: Continued
) -> None:
    before = {one.name: one.codes.shape for one in load_model_v2(sine_model).training_codes}
    after = {one.name: one.codes for one in load_model_v2(continued.path).training_codes}
    assert sorted(after) == names(continued.path)
    assert {name: after[name].shape for name in before} == before
    assert len({codes.tobytes() for codes in after.values()}) == 6


def test_three_rounds_leave_what_the_first_recordings_are_rehearsed_from_as_it_is(
    run_cli: RunCli, sine_model: Path, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    first = load_model_v2(sine_model).training_codes
    assert all(one.mel for one in first)
    for number, path in enumerate(sorted(halves[1].iterdir()), start=1):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(path, folder)
        # Everything that was there before is kept and counted in full.
        result = run_cli("train", "--continue", "mine", folder)
        assert (
            f"1 new recordings, 0 that it already knows, and {number + 2} rehearsed" in result.out
        )
        after = {one.name: one for one in load_model_v2(sine_model).training_codes}
        assert len(after) == number + 3
        for one in first:
            assert after[one.name].mel == one.mel
            assert len(after[one.name].codes) == len(one.codes)


def test_a_recording_that_is_there_itself_is_not_rehearsed(
    run_cli: RunCli, sine_model: Path, sounds: Path
) -> None:
    result = run_cli("train", "--continue", "mine", sounds)
    assert "3 new recordings, 3 that it already knows, and 0 rehearsed from its file" in result.out
    assert names(sine_model) == sorted(path.name for path in sounds.iterdir())


def test_the_same_name_on_another_recording_replaces_nothing(
    run_cli: RunCli, sine_model: Path, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    samples = read_mono(halves[1] / "burst_110.wav")
    write_audio(folder / "sine_110.wav", np.tile(samples, 2), 48_000)
    result = run_cli("train", "--continue", "mine", folder)
    assert "1 new recordings, 0 that it already knows, and 3 rehearsed from its file" in result.out
    assert names(sine_model).count("sine_110.wav") == 2


def test_ctrl_c_leaves_the_model_as_it_was_and_resume_continues(
    run_cli: RunCli,
    folders: Folders,
    sine_model: Path,
    continued: Continued,
    halves: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sine_model.read_bytes()
    for method in ("codec_epoch", "prior_epoch"):
        resume = ["--resume"] if method == "prior_epoch" else []
        with monkeypatch.context() as patch:
            patch.setattr(TrainingProgress, method, press_ctrl_c)
            stopped = run_cli("train", "--continue", "mine", halves[1], *resume)
        assert stopped.code == 130
        assert f"{sine_model} is unchanged" in stopped.out
        assert sine_model.read_bytes() == before
    resumed = run_cli("train", "--continue", "mine", halves[1], "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert weights(sine_model) == weights(continued.path)
    assert files_of(folders, "mine") == ["mine.distill", "mine.grains", "mine.html"]


def test_a_run_is_not_resumed_on_a_model_that_has_changed(
    run_cli: RunCli,
    sine_model: Path,
    halves: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "codec_epoch", press_ctrl_c)
        run_cli("train", "--continue", "mine", halves[1])
    checkpoint = sine_model.with_suffix(".resume")
    kept = checkpoint.read_bytes()
    run_cli("train-prior", "mine", halves[0], "--prior-size", "medium", "--epochs", 1)
    checkpoint.write_bytes(kept)
    refused = run_cli("train", "--continue", "mine", halves[1], "--resume")
    assert refused.code == 1
    assert f"cannot resume {checkpoint}: model_sha256 was " in refused.err


def test_a_kill_leaves_the_model_as_it_was_until_it_is_the_new_one(
    warm: None,
    folders: Folders,
    sine_model: Path,
    halves: tuple[Path, Path],
) -> None:
    before = sine_model.read_bytes()
    killed = train(folders, "draw-codes:3", "--continue", "mine", halves[1])
    assert (killed.returncode, epochs(killed.stdout)) == (-signal.SIGKILL, ["1/2", "2/2", "1/2"])
    assert sine_model.read_bytes() == before
    # Of the prior's second epoch, of the draft with its prior, of the model by its draft.
    killed = train(folders, "replaced:3", "--continue", "mine", halves[1], "--resume")
    assert killed.returncode == -signal.SIGKILL
    assert sine_model.read_bytes() != before
    after, learned = read_header(sine_model).metadata, weights(sine_model)
    ended = train(folders, "never:0", "--continue", "mine", halves[1], "--resume")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "had already finished" in ended.stdout
    assert weights(sine_model) == learned
    # How loud it plays is measured last of all.
    finished = read_header(sine_model).metadata
    assert finished.pop("loudness_lufs") < 0.0
    assert finished == after
    assert files_of(folders, "mine") == ["mine.distill", "mine.grains", "mine.html"]


@pytest.mark.parametrize(
    ("training", "advice"),
    [
        ({}, "`distill-live train-prior tiny FOLDER` adds the codes of the recordings in FOLDER"),
        ({"keeps_codes": False}, "it was trained with --no-training-codes; train a new model on"),
    ],
)
def test_a_model_without_codes_of_its_recordings_is_refused_and_what_to_do_is_said(
    run_cli: RunCli,
    tiny_in_library: Path,
    halves: tuple[Path, Path],
    training: dict[str, object],
    advice: str,
) -> None:
    rewrite_metadata(tiny_in_library, training=training)
    refused = run_cli("train", "--continue", "tiny", halves[1])
    assert refused.code == 1
    assert f"does not contain the codes it was trained on: {advice}" in refused.err


@pytest.mark.parametrize("option", [("--name", "other"), ("--rvq-levels", "2")])
def test_a_model_that_continues_keeps_its_name_and_shape(
    run_cli: RunCli, halves: tuple[Path, Path], option: tuple[str, str]
) -> None:
    refused = run_cli("train", "--continue", "mine", halves[1], *option)
    assert refused.code == 2
    assert "keeps its name and shape" in refused.err

import json
import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from distill_live.audio.dataset import load_recordings
from distill_live.audio.files import write_audio
from distill_live.commands.training_steps import choices, loudness, saving
from distill_live.commands.training_steps.loudness import describe_grains
from distill_live.commands.training_steps.progress import TrainingProgress, in_words
from distill_live.errors import AudioFileError
from distill_live.inference.loudness import playing_loudness
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.library import checkpoint_path
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.grains.file import read_grains_header
from distill_live.report import listening
from distill_live.report.place import is_page
from distill_live.training.data.kept import code_training_parts
from tests.commands.conftest import Trained
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import press_ctrl_c
from tests.conftest import Folders, RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


def test_a_folder_becomes_a_model_in_the_users_folder(trained: Trained, sounds: Path) -> None:
    assert trained.stdout.splitlines()[-2:] == [
        f"model: {trained.path}", "next:  distill-live serve 'my own'",
    ]  # fmt: skip
    metadata = read_header(trained.path).metadata
    assert metadata["name"] == "my own"
    assert (metadata["codec"]["codebook_size"], metadata["prior"]["codebook_size"]) == (64, 64)
    assert sorted(metadata["dataset_files"]) == sorted(path.name for path in sounds.iterdir())
    assert -40 < metadata["loudness_db"] < -5
    assert len(metadata["codebook_health"]) == 3
    assert len(metadata["loss_curves"]["codec"]["loss"]) == 2
    assert len(metadata["loss_curves"]["prior"]["validation"]) == 2
    assert metadata["training"]["prior_perplexity"]["baselines"]["unigram"] > 1
    assert "passages match the recordings at the coarsest level" in trained.stdout
    assert metadata["training"]["memorisation"]["generated"]["near"] <= 1


def test_clarity_is_measured_on_the_recordings_as_refresh_does_it_again(
    run_cli: RunCli, trained: Trained, mine: Path, sounds: Path
) -> None:
    gains = read_header(trained.path).metadata["clarity"]
    assert len(gains) == 128 and len(set(gains)) > 1
    rewrite_metadata(mine, clarity=None)
    assert run_cli("models", "refresh", "mine", sounds).code == 0
    assert read_header(mine).metadata["clarity"] == gains


def test_how_loud_the_model_plays_is_measured_with_its_grains(trained: Trained) -> None:
    lufs = read_header(trained.path).metadata["loudness_lufs"]
    assert f"it plays at {lufs:.1f} LUFS" in trained.stdout
    assert lufs == playing_loudness(load_model_v2(trained.path))


def test_how_much_of_what_it_plays_is_grains_is_told(trained: Trained) -> None:
    assert re.search(r"^\d+% of what it plays is grains, pieces of the recordings", trained.stdout,
                     re.MULTILINE)  # fmt: skip


@pytest.mark.parametrize(("heard", "hint"), [(1, True), (2, False), (4, False)])
def test_few_grains_come_with_how_to_hear_more(heard: int, hint: bool) -> None:
    grains = [(0, 1.0)] * heard + [None] * (4 - heard)
    text = describe_grains(grains)
    assert text.startswith(f"{25 * heard}% of what it plays is grains")
    assert ("the rest is further than 7 dB from them. For more grains, raise" in text) == hint


def test_the_loudness_of_a_new_prior_is_measured_again(
    run_cli: RunCli, mine: Path, sounds: Path
) -> None:
    rewrite_metadata(mine, loudness_lufs=-99.0)
    assert "LUFS" in run_cli("train-prior", "mine", sounds).out
    assert read_header(mine).metadata["loudness_lufs"] > -60.0


def test_ctrl_c_while_the_loudness_is_measured_leaves_a_finished_model_without_it(
    run_cli: RunCli, mine: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> float:
        raise KeyboardInterrupt

    rewrite_metadata(mine, loudness_lufs=-99.0)
    monkeypatch.setattr(loudness, "playing_loudness", interrupt)
    result = run_cli("train-prior", "mine", sounds)
    assert result.code == 0
    assert "its loudness was not measured" in result.out
    # That of the old prior would be wrong.
    assert "loudness_lufs" not in read_header(mine).metadata
    assert not checkpoint_path(mine, "train-prior").exists()


def test_a_new_prior_keeps_clarity(run_cli: RunCli, mine: Path, sounds: Path) -> None:
    rewrite_metadata(mine, clarity=[1.5] * 128)
    assert run_cli("train-prior", "mine", sounds).code == 0
    assert read_header(mine).metadata["clarity"] == [1.5] * 128


def test_the_grains_of_the_recordings_are_beside_the_model(trained: Trained, sounds: Path) -> None:
    path = trained.path.with_suffix(".grains")
    assert f"saved {path} (" in trained.stdout
    assert "leave it out with --no-grains" in trained.stdout
    header = read_grains_header(path)
    assert header.codec_sha256 == read_header(trained.path).metadata["codec_sha256"]
    assert [one.name for one in header.recordings] == sorted(one.name for one in sounds.iterdir())
    loaded = load_model_v2(trained.path)
    assert loaded.grains is not None
    recording = load_recordings(sounds).recordings[0]
    found = loaded.grains.sound.read(0, 0, len(recording.samples))
    assert np.abs(found - recording.samples).max() < 2 / 32768


@pytest.mark.parametrize("option", ["--no-grains", "--no-training-codes"])
def test_grains_are_left_out_if_the_user_wants_it(
    run_cli: RunCli, folders: Folders, sounds: Path, option: str
) -> None:
    old = folders.user / "mine.grains"
    old.write_bytes(b"of a model that is replaced")
    result = run_cli("train", sounds, "--name", "mine", "--no-prior", option)
    assert (result.code, "mine.grains" in result.out) == (0, False)
    assert not old.exists()


def test_the_report_is_beside_the_model(
    run_cli: RunCli, trained: Trained, mine: Path, sounds: Path
) -> None:
    assert f"report: {trained.path.with_suffix('.html')}" in trained.stdout
    assert is_page(trained.path.with_suffix(".html"))
    page = mine.with_suffix(".html")
    page.write_text("my notes")
    again = run_cli("train-prior", "mine", sounds)
    assert again.code == 0
    assert "no report: " in again.out
    assert page.read_text() == "my notes"
    page.unlink()
    assert f"report: {page}" in run_cli("train-prior", "mine", sounds).out
    assert "Does it copy your recordings?" in page.read_text()


def test_codes_and_previews_of_the_recordings_are_kept(
    run_cli: RunCli, mine: Path, sounds: Path
) -> None:
    loaded = load_model_v2(mine)
    assert [one.name for one in loaded.training_codes] == loaded.metadata["dataset_files"]
    assert {len(one.codes) for one in loaded.training_codes} == {11}
    assert [one.epoch for one in loaded.previews] == [0, 1, 2]
    counts = loaded.metadata["code_counts"]
    assert [sum(level) for level in counts] == [6 * 11 * 8] * 3
    run_cli("train-prior", "mine", sounds)
    again = load_model_v2(mine)
    assert [one.name for one in again.training_codes] == loaded.metadata["dataset_files"]
    assert again.previews == loaded.previews


def test_where_no_mp3_can_be_written_the_model_is_saved_all_the_same(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise AudioFileError("no mp3 here")

    monkeypatch.setattr(saving, "audio_bytes", refuse)
    monkeypatch.setattr(listening, "audio_bytes", refuse)
    result = run_cli("train", sounds, "--name", "mine", "--no-prior")
    assert result.code == 0
    assert "no report: no mp3 here" in result.out
    loaded = load_model_v2(folders.user / "mine.distill")
    assert (len(loaded.training_codes), loaded.previews) == (6, ())


def test_nothing_of_the_recordings_is_kept_when_that_is_not_wanted(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    def kept() -> tuple[object, ...]:
        loaded = load_model_v2(folders.user / "mine.distill")
        tensors = read_header(folders.user / "mine.distill").tensors
        return (
            loaded.training_codes, loaded.previews,
            [name for name in tensors if not name.startswith(("codec.", "prior."))],
        )  # fmt: skip

    run_cli("train", sounds, "--name", "mine", "--codebook-size", 8, "--no-training-codes")
    assert kept() == ((), (), [])
    assert "<audio" in (folders.user / "mine.html").read_text()
    assert "burst_110.wav</h3>" not in (folders.user / "mine.html").read_text()
    run_cli("train-prior", "mine", sounds)
    assert kept() == ((), (), [])
    assert "burst_110.wav</h3>" not in (folders.user / "mine.html").read_text()


def test_a_new_prior_adds_codes_of_the_recordings_to_a_model_that_has_none(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    added = "had no codes of its recordings; they have been added"
    assert added in run_cli("train-prior", "tiny", sounds).out
    loaded = load_model_v2(tiny_in_library)
    recordings = load_recordings(sounds)
    assert loaded.training_codes
    for one, expected in zip(
        loaded.training_codes,
        code_training_parts(loaded.require_trainable(), loaded.spectrogram, recordings),
        strict=True,
    ):
        assert one.name == expected.name
        np.testing.assert_array_equal(one.codes, expected.codes)
    # And once only: what is there already stays, whatever the folder holds.
    few = tiny_in_library.parent / "few"
    few.mkdir()
    shutil.copy(sounds / "sine_440.wav", few)
    assert added not in run_cli("train-prior", "tiny", few, "--prior-size", "medium").out
    assert len(load_model_v2(tiny_in_library).training_codes) == 6


def test_every_epoch_shows_distances_and_the_codes_in_use_of_each_level(trained: Trained) -> None:
    epochs = [line.split() for line in trained.stdout.splitlines() if "/2 " in line]
    # Of the codec: epoch, two distances, codes in use of each of three levels. Of the prior: epoch
    # and two perplexities.
    assert [len(cells) for cells in epochs] == [3 + 3] * 2 + [3] * 2
    health = read_header(trained.path).metadata["codebook_health"]
    assert [f"{level['utilisation']:.0%}" for level in health] in [one[3:] for one in epochs[:2]]


def test_columns_are_explained_before_the_first_epoch(trained: Trained) -> None:
    lines = trained.stdout.splitlines()
    heads = [number for number, line in enumerate(lines) if line.split()[:1] == ["epoch"]]
    told = [lines[number - 1] for number in heads]
    assert len(told) == 2
    for line, what in zip(told, ("in dB", "perplexity"), strict=True):
        assert what in line
        assert "lower is better" in line
        assert "`new` is the end of each recording, which training never sees" in line
    assert lines[heads[0]].split()[-3:] == ["Structure", "Timbre", "Detail"]


def test_copying_has_one_verdict(trained: Trained) -> None:
    told = [
        line
        for line in trained.stdout.splitlines()
        if "its recordings" in line or "by heart" in line
    ]
    assert len(told) == 1


@pytest.fixture
def long_enough_to_be_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six steps an epoch, of the codec and of the prior."""
    for module, name in (
        (choices, "get_adaptive_codec_config"),
        (choices, "get_adaptive_prior_training"),
    ):
        plain = getattr(module, name)
        longer = partial(lambda plain, *of: replace(plain(*of), steps_per_epoch=6), plain)
        monkeypatch.setattr(module, name, longer)


def test_how_long_it_takes_is_reported_before_the_first_epoch(
    run_cli: RunCli, folders: Folders, sounds: Path, long_enough_to_be_timed: None
) -> None:
    lines = run_cli("train", sounds, "--name", "mine").out.splitlines()
    takes = [number for number, line in enumerate(lines) if line.startswith("this will take")]
    first = [number for number, line in enumerate(lines) if line.lstrip().startswith("1/2 ")]
    # For the codec with its prior, then for the prior.
    assert [number + 1 for number in takes] == first
    assert "for the codec, then at most about" in lines[takes[0]]
    alone = ("train", sounds, "--name", "other", "--no-prior", "--epochs", 1)
    without = run_cli(*alone).out
    assert "this will take about" in without
    assert "for the prior" not in without


def test_epochs_of_codec_and_prior_are_set_apart(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    run_cli("train", sounds, "--name", "mine", "--codec-epochs", 1, "--prior-epochs", 3)
    told = read_header(folders.user / "mine.distill").metadata["training"]
    assert (told["codec"]["epochs"], told["prior"]["epochs"]) == (1, 3)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "about 10 seconds"),
        (74, "about 70 seconds"),
        (100, "about 2 minutes"),
        (1800, "about 30 minutes"),
        (9000, "about 2.5 hours"),
    ],
)
def test_a_length_of_time_is_reported_in_round_numbers(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_no_prior_stops_after_the_codec_and_says_how_to_continue(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    result = run_cli("train", sounds, "--name", "mine", "--no-prior")
    assert f"next:  distill-live train-prior mine {sounds}" in result.out
    before = read_header(folders.user / "mine.distill").metadata
    assert before["prior"] is None
    assert "loudness_lufs" not in before
    assert run_cli("train-prior", "mine", sounds, "--prior-size", "medium").code == 0
    after = read_header(folders.user / "mine.distill").metadata
    assert after["prior"]["codebook_size"] == before["codec"]["codebook_size"]
    for kept in ("codec_sha256", "created", "codebook_health", "loudness_db", "dataset_files"):
        assert after[kept] == before[kept]


def test_a_prior_keeps_what_it_does_not_make(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    before = read_header(tiny_in_library).metadata
    assert "training" not in before and "loss_curves" not in before
    rewrite_metadata(tiny_in_library, vocoder=before["vocoder"] | {"iterations": 5})
    result = run_cli("train-prior", "tiny", sounds)
    assert (result.code, result.err) == (0, "")
    after = read_header(tiny_in_library).metadata
    assert after["vocoder"] == before["vocoder"] | {"iterations": 5}
    assert list(after["loss_curves"]) == ["prior"]


def test_a_model_that_its_name_does_not_reach_is_served_by_its_path(
    run_cli: RunCli, folders: Folders, tiny_model_path: Path, sounds: Path
) -> None:
    path = Path(shutil.copy(tiny_model_path, "outside.distill"))
    assert f"next:  distill-live serve {path}\n" in run_cli("train-prior", path, sounds).out
    shutil.copy(tiny_model_path, folders.user / "outside.distill")
    assert f"next:  distill-live serve {path}\n" in run_cli("train-prior", path, sounds).out


def test_options_reach_the_codec(run_cli: RunCli, folders: Folders, sounds: Path) -> None:
    run_cli(
        "train", sounds, "--name", "mine", "--no-prior", "--rvq-levels", 2, "--column-frames", 4,
        "--codebook-size", 16, "--commitment-weight", 0.5, "--codec-epochs", 1,
    )  # fmt: skip
    metadata = read_header(folders.user / "mine.distill").metadata
    assert metadata["codec"]["num_quantizers"] == 2
    assert metadata["codec"]["column_frames"] == 4
    assert metadata["codec"]["codebook_size"] == 16
    assert metadata["level_labels"] == ["Structure", "Detail"]
    assert metadata["training"]["codec"]["learning"]["commitment_weight"] == 0.5
    assert metadata["training"]["codec"]["epochs"] == 1


def test_an_existing_model_is_not_replaced_without_force(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    (folders.user / "mine.distill").write_text("precious")
    refused = run_cli("train", sounds, "--name", "mine")
    assert (refused.code, refused.out) == (1, "")
    assert "--force" in refused.err
    assert (folders.user / "mine.distill").read_text() == "precious"
    assert run_cli("train", sounds, "--name", "mine", "--no-prior", "--force").code == 0
    assert read_header(folders.user / "mine.distill").metadata["name"] == "mine"


def test_what_cannot_be_read_is_reported_and_skipped(
    run_cli: RunCli, folders: Folders, sounds: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    shutil.copytree(sounds, folder)
    (folder / "broken.wav").write_text("no sound")
    result = run_cli("train", folder, "--no-prior")
    assert result.code == 0
    assert "skipped broken.wav: " in result.out
    assert "6 recordings, 6.0 s" in result.out


def test_a_folder_without_recordings_is_refused_before_training(
    run_cli: RunCli, folders: Folders, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run_cli("train", empty)
    assert result.code == 1
    assert "no recordings in" in result.err
    assert list(folders.user.iterdir()) == []


def test_ctrl_c_before_the_first_epoch_of_the_prior_keeps_the_codec(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingProgress, "begin_prior", press_ctrl_c)
    result = run_cli("train", sounds, "--name", "mine")
    assert result.code == 130
    assert "mine has no prior yet, so it cannot play; that command finishes it\n" in result.out
    assert "next:" not in result.out
    assert read_header(folders.user / "mine.distill").metadata["prior"] is None


def test_ctrl_c_before_the_first_epoch_says_that_nothing_was_saved(
    run_cli: RunCli, folders: Folders, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingProgress, "begin_codec", press_ctrl_c)
    result = run_cli("train", sounds, "--name", "mine")
    assert result.code == 130
    assert "stopped before the first epoch was finished: nothing was saved\n" in result.out
    assert "to resume: distill-live train" not in result.out.partition("stopped")[2]
    assert list(folders.user.iterdir()) == []


def test_train_takes_a_vocoder_along_when_one_is_wanted(
    run_cli: RunCli, trained: Trained, folders: Folders, sounds: Path
) -> None:
    result = run_cli("train", sounds, "--name", "mine", "--no-prior", "--vocoder", "neural")
    assert result.code == 0
    for path, kind in ((folders.user / "mine.distill", "neural"), (trained.path, "phase")):
        metadata = read_header(path).metadata
        assert metadata["vocoder"]["kind"] == kind
        assert ("vocoder_distances" in metadata["training"]) is (kind == "neural")


def test_a_level_that_uses_few_codes_is_a_warning(
    run_cli: RunCli, folders: Folders, tmp_path: Path
) -> None:
    folder = tmp_path / "hum"
    seconds = np.arange(48_000) / 48_000
    write_audio(folder / "hum.wav", (0.3 * np.sin(2 * np.pi * 50 * seconds)).astype("f4"), 48_000)
    result = run_cli("train", folder, "--no-prior", "--codebook-size", 1024)
    assert "codebooks: Codebook collapse detected" in result.out
    assert "warning: Structure: Codebook collapse detected: only" in result.out
    assert "smaller --codebook-size" in result.out


def test_what_training_made_can_be_listed_and_played(run_cli: RunCli, mine: Path) -> None:
    listed = json.loads(run_cli("models", "list", "--json").out)
    assert [(entry["name"], entry["prior"]) for entry in listed] == [("mine", True)]
    assert run_cli("generate", "mine", "--duration", 0.1, "--seed", 1).code == 0

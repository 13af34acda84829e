import shutil
from pathlib import Path

import pytest

from distill_live.models.file.header import read_header
from distill_live.models.file.library import BASE, SUFFIX, find_model
from distill_live.models.file.persistence import load_model_v2
from distill_live.training.codec.config import get_adaptive_codec_config
from distill_live.training.codec.start import differences
from tests.commands.tiny_training import make_tiny
from tests.conftest import Folders, RunCli

#: The base as it ships.
SHIPPED = Path(__file__).parents[2] / "models" / f"{BASE}{SUFFIX}"
NO_PRIOR = ("--no-prior", "--no-training-codes")


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


def test_a_codec_starts_from_another_model(run_cli: RunCli, mine: Path, sounds: Path) -> None:
    told = run_cli("train", sounds, "--name", "new", "--from", "mine", *NO_PRIOR)
    assert "the codec starts from my own" in told.out
    settings = read_header(find_model("new")).metadata["training"]["codec"]
    from_nothing = read_header(mine).metadata["training"]["codec"]
    assert (settings["epochs"], from_nothing["epochs"]) == (1, 2)
    assert settings["rate"] == from_nothing["rate"] / 2
    assert settings["start"] == "my own"


def test_without_a_word_it_is_the_base_if_that_fits(
    run_cli: RunCli, folders: Folders, sounds: Path
) -> None:
    told = run_cli("train", sounds, "--name", "new", *NO_PRIOR).out
    assert "the codec starts from nothing: no model 'base'" in told
    shutil.copy(SHIPPED, folders.package / SHIPPED.name)
    told = run_cli("train", sounds, "--name", "new", "--force", *NO_PRIOR).out
    assert "from nothing: a codec of this shape cannot start from base: its code_width" in told
    assert (
        "starts from"
        not in run_cli("train", sounds, "--name", "other", "--from", "none", *NO_PRIOR).out
    )


def test_a_chosen_model_must_fit(run_cli: RunCli, mine: Path, sounds: Path) -> None:
    words = ("--name", "new", "--from", "mine", "--column-frames", "4", *NO_PRIOR)
    told = run_cli("train", sounds, *words)
    assert told.code == 1
    assert "cannot start from my own: its column_frames is 8, not 4" in told.err
    assert run_cli("train", sounds, "--name", "new", "--from", "no such", *NO_PRIOR).code == 1


def test_a_resumed_run_must_start_from_the_same_model(
    run_cli: RunCli, mine: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("train", sounds, "--name", "new", "--no-training-codes")
    from distill_live.commands.training_steps import phases

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(phases, "add_prior", interrupted)
        run_cli(*words, "--from", "mine")
    told = run_cli(*words, "--from", "none", "--resume")
    assert told.code == 1
    assert run_cli(*words, "--from", "mine", "--resume").code == 0


def test_the_base_that_ships_fits_the_usual_codec_in_mono_and_in_stereo() -> None:
    loaded = load_model_v2(SHIPPED)
    usual = get_adaptive_codec_config(type(loaded.require_trainable().config)(), 1).codec
    assert differences(loaded.require_trainable().config, usual) == []
    assert SHIPPED.stat().st_size < 8e6


def test_the_base_cannot_be_changed(run_cli: RunCli, folders: Folders) -> None:
    shutil.copy(SHIPPED, folders.package / SHIPPED.name)
    told = run_cli("models", "delete", "base", "--yes")
    assert told.code == 1 and "ships with distill-live" in told.err

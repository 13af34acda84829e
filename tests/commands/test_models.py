import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.audio.files import write_audio
from distill_live.commands.training_steps import grains
from distill_live.inference import loudness
from distill_live.inference.loudness import playing_loudness
from distill_live.models.codec.clarity import Clarity
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.library import checkpoint_path
from distill_live.models.file.persistence import load_model_v2, save_changed_model
from distill_live.report.place import BEGINNING
from tests.conftest import Folders, RunCli, save_empty_model


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loudness that is measured in no time."""
    monkeypatch.setattr(loudness, "STREAMS", 2)
    monkeypatch.setattr(loudness, "STREAM_SECONDS", 0.5)


def printed(run_cli: RunCli, *arguments: object) -> Any:
    result = run_cli("models", *arguments, "--json")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def test_list_shows_every_model_and_marks_damaged_ones(run_cli: RunCli, folders: Folders) -> None:
    save_empty_model(folders.user, "rain", tags=["wet"], prior={"x": 1})
    (folders.here / "broken.distill").write_bytes(b"")
    listed = {entry["name"]: entry for entry in printed(run_cli, "list")}
    assert list(listed) == ["broken", "rain"]
    assert "damaged" in listed["broken"]["error"]
    assert (listed["rain"]["tags"], listed["rain"]["prior"]) == (["wet"], True)
    table = run_cli("models", "list").out
    assert "damaged" in table
    assert "wet" in table


def test_list_says_which_models_are_stereo_and_which_have_grains(
    run_cli: RunCli, folders: Folders, tiny_stereo_path: Path, tiny_grainy_path: Path
) -> None:
    shutil.copyfile(tiny_stereo_path, folders.user / "wide.distill")
    for suffix in (".distill", ".grains"):
        shutil.copyfile(tiny_grainy_path.with_suffix(suffix), folders.user / f"grainy{suffix}")
    listed = {entry["name"]: entry for entry in printed(run_cli, "list")}
    known = {name: (one["sound"], one["grains_seconds"]) for name, one in listed.items()}
    assert known == {"wide": ("stereo", None), "grainy": ("mono", 2.6)}
    table = [line.split()[:8] for line in run_cli("models", "list").out.splitlines()]
    assert table[0] == ["name", "prior", "codes", "sound", "grains", "tags", "created"]
    assert ["wide", "yes", "3", "x", "16", "stereo", "no"] == table[2][:7]
    assert ["grainy", "yes", "3", "x", "16", "mono", "yes"] == table[1][:7]


def test_each_model_has_one_line_in_a_terminal_of_80_columns(
    run_cli: RunCli, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("rain on the roof", "desert"):
        save_empty_model(folders.user, name, tags=["field", "night"], prior={"x": 1})
    head, *rows, folder = run_cli("models", "list").out.splitlines()
    assert max(map(len, (head, *rows))) <= 80
    assert [row.split()[0] for row in rows] == ["desert", "rain"]
    assert folder == f"in {folders.user}"


def test_an_empty_library_says_how_to_fill_it(run_cli: RunCli, folders: Folders) -> None:
    assert "distill-live train FOLDER" in run_cli("models", "list").out
    assert printed(run_cli, "list") == []


@pytest.mark.parametrize("text", ["RAI", "wet", "thunder"])
def test_search_looks_at_names_tags_and_recordings(
    run_cli: RunCli, folders: Folders, text: str
) -> None:
    save_empty_model(folders.user, "rain", tags=["wet"], dataset_files=["Thunder.wav"])
    save_empty_model(folders.user, "desert")
    assert [entry["name"] for entry in printed(run_cli, "search", text)] == ["rain"]


def test_info_prints_the_whole_header(run_cli: RunCli, folders: Folders) -> None:
    path = save_empty_model(folders.user, "rain", loudness_db=-20.5)
    shown = printed(run_cli, "info", "rain")
    assert shown["file"] == str(path)
    assert shown["loudness_db"] == -20.5
    assert "-20.5" in run_cli("models", "info", "rain").out


def test_health_has_a_row_per_level(run_cli: RunCli, folders: Folders) -> None:
    health = [
        {"utilisation": 1.0, "perplexity": 40.0, "dead_codes": 0},
        {"utilisation": 0.25, "perplexity": 9.0, "dead_codes": 48},
    ]
    save_empty_model(
        folders.user, "rain", codebook_health=health, level_labels=["Structure", "Detail"],
        codec={"codebook_size": 64},
    )  # fmt: skip
    assert printed(run_cli, "show-health", "rain") == health
    lines = run_cli("models", "show-health", "rain").out.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["Structure", "100%", "40.0", "0", "green:", "Healthy"],
        ["Detail", "25%", "9.0", "48", "yellow:", "Some", "codes", "underused"],
        ["yellow:", "Some", "codes", "underused"],
    ]


def test_names_with_brackets_are_shown_as_they_are(run_cli: RunCli, folders: Folders) -> None:
    health = [{"utilisation": 1.0, "perplexity": 2.0, "dead_codes": 0}]
    save_empty_model(
        folders.user, "rain", tags=["[/]", ":cat:"], dataset_files=["kick [loop].wav"],
        level_labels=["[red]Low"], codebook_health=health, codec={"codebook_size": 2},
    )  # fmt: skip
    (folders.here / "[b]broken.distill").write_bytes(b"")
    listed = run_cli("models", "list")
    assert listed.code == 0
    assert "[/], :cat:" in listed.out and "[b]broken" in listed.out
    assert "kick [loop].wav" in run_cli("models", "info", "rain").out
    assert "[red]Low" in run_cli("models", "show-health", "rain").out


@pytest.mark.parametrize("health", [7, ["x"], [{"utilisation": "much"}], [{}]])
def test_health_that_makes_no_sense_is_one_line(
    run_cli: RunCli, folders: Folders, health: object
) -> None:
    save_empty_model(folders.user, "rain", codebook_health=health, codec={"codebook_size": 64})
    result = run_cli("models", "show-health", "rain")
    assert (result.code, result.out) == (1, "")
    assert "the information about the codebooks of rain is invalid" in result.err
    assert result.err.count("\n") == 1


def test_a_model_without_health_says_so(run_cli: RunCli, folders: Folders) -> None:
    save_empty_model(folders.user, "rain")
    assert "has no information about its codebooks" in run_cli("models", "show-health", "rain").err


def test_tags_are_added_once_and_removed(run_cli: RunCli, folders: Folders) -> None:
    path = save_empty_model(folders.user, "rain", tags=["wet"])
    assert printed(run_cli, "tag", "rain", "wet", "slow")["tags"] == ["wet", "slow"]
    assert printed(run_cli, "tag", "rain", "--remove", "wet")["tags"] == ["slow"]
    assert read_header(path).metadata["tags"] == ["slow"]


def test_rename_changes_file_and_header(run_cli: RunCli, folders: Folders) -> None:
    save_empty_model(folders.user, "rain")
    assert printed(run_cli, "rename", "rain", "hail")["name"] == "hail"
    assert [path.name for path in folders.user.iterdir()] == ["hail.distill"]
    assert read_header(folders.user / "hail.distill").metadata["name"] == "hail"


def test_rename_replaces_another_model_only_when_forced(run_cli: RunCli, folders: Folders) -> None:
    save_empty_model(folders.user, "rain")
    save_empty_model(folders.user, "hail")
    refused = run_cli("models", "rename", "rain", "hail")
    assert refused.code == 1
    assert "--force" in refused.err
    assert read_header(folders.user / "rain.distill").metadata["name"] == "rain"
    assert run_cli("models", "rename", "rain", "hail", "--force").code == 0


def test_a_level_is_renamed_and_nothing_else_changes(run_cli: RunCli, folders: Folders) -> None:
    path = save_empty_model(folders.user, "rain", level_labels=["Structure", "Detail"])
    before = read_header(path).metadata
    labels = {"name": "rain", "level_labels": ["Structure", "Air"]}
    assert printed(run_cli, "rename-level", "rain", "detail", "Air") == labels
    assert read_header(path).metadata == before | labels
    shown = run_cli("models", "rename-level", "rain", "0", "Low End")
    assert shown.out == "rain: levels Low End, Air\n"


@pytest.mark.parametrize(
    ("level", "label", "reason"),
    [
        ("timbre", "air", "there is no level 'timbre'; legal: structure, detail, or 0..1"),
        ("detail", "a/b", "'a/b' cannot be a level's label: use up to 32 of the letters a to z"),
        ("detail", "STRUCTURE", "level names must differ in more than capitals, spaces and _"),
    ],
)
def test_a_level_that_cannot_be_renamed_leaves_the_file_as_it_was(
    run_cli: RunCli, folders: Folders, level: str, label: str, reason: str
) -> None:
    path = save_empty_model(folders.user, "rain", level_labels=["Structure", "Detail"])
    before = path.read_bytes()
    result = run_cli("models", "rename-level", "rain", level, label)
    assert (result.code, result.out) == (1, "")
    assert reason in result.err and result.err.count("\n") == 1
    assert path.read_bytes() == before


def test_delete_asks_first(
    run_cli: RunCli, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_empty_model(folders.user, "rain")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run_cli("models", "delete", "rain").code == 1
    assert path.exists()
    assert printed(run_cli, "delete", "rain", "--yes") == {"deleted": [str(path)]}
    assert not path.exists()


def save_belongings(model: Path, text: str = "") -> list[Path]:
    """A report, and what an interrupted training leaves."""
    model.with_suffix(".html").write_text(BEGINNING + text)
    suffixes = (".resume", ".resume-prior", ".resume-vocoder", ".continued")
    for suffix in suffixes:
        model.with_suffix(suffix).write_text(text)
    return [model.with_suffix(suffix) for suffix in (".html", *suffixes)]


def test_delete_takes_along_what_belongs_to_the_model_and_says_so(
    run_cli: RunCli, folders: Folders
) -> None:
    path = save_empty_model(folders.user, "rain")
    everything = [path, *save_belongings(path)]
    other = save_empty_model(folders.user, "rain.2")
    others = [other, *save_belongings(other)]
    result = run_cli("models", "delete", "rain", "--yes")
    assert result.out.splitlines() == [f"deleted {one}" for one in everything]
    assert sorted(folders.user.iterdir()) == sorted(others)


def test_a_dry_run_lists_what_would_be_deleted_and_deletes_nothing(
    run_cli: RunCli, folders: Folders
) -> None:
    path = save_empty_model(folders.user, "rain")
    everything = [str(one) for one in (path, *save_belongings(path))]
    assert printed(run_cli, "delete", "rain", "--dry-run") == {"would_delete": everything}
    assert run_cli("models", "delete", "rain", "--dry-run").out.splitlines() == everything
    assert path.exists()


def test_delete_leaves_a_page_that_is_none_of_ours(run_cli: RunCli, folders: Folders) -> None:
    path = save_empty_model(folders.user, "rain")
    path.with_suffix(".html").write_text("my notes")
    assert printed(run_cli, "delete", "rain", "--yes") == {"deleted": [str(path)]}
    assert path.with_suffix(".html").read_text() == "my notes"


def test_rename_takes_along_what_belongs_to_the_model(run_cli: RunCli, folders: Folders) -> None:
    save_belongings(save_empty_model(folders.user, "rain"))
    assert run_cli("models", "rename", "rain", "hail").code == 0
    suffixes = (".continued", ".distill", ".html", ".resume", ".resume-prior", ".resume-vocoder")
    assert sorted(p.name for p in folders.user.iterdir()) == [f"hail{s}" for s in suffixes]


def test_a_rename_to_the_same_name_leaves_all_as_it_is(run_cli: RunCli, folders: Folders) -> None:
    path = save_empty_model(folders.user, "rain")
    everything = [path, *save_belongings(path)]
    assert run_cli("models", "rename", "rain", "rain", "--force").code == 0
    assert sorted(folders.user.iterdir()) == sorted(everything)


def test_a_rename_that_is_forced_leaves_nothing_of_the_other_model(
    run_cli: RunCli, folders: Folders
) -> None:
    save_empty_model(folders.user, "rain")
    save_belongings(save_empty_model(folders.user, "hail"))
    (folders.user / "rain.resume").write_text("of rain")
    assert run_cli("models", "rename", "rain", "hail", "--force").code == 0
    assert sorted(p.name for p in folders.user.iterdir()) == ["hail.distill", "hail.resume"]
    assert (folders.user / "hail.resume").read_text() == "of rain"


def test_rename_leaves_an_interrupted_training_and_a_page_that_is_none_of_ours(
    run_cli: RunCli, folders: Folders
) -> None:
    save_belongings(save_empty_model(folders.user, "rain"), "of rain")
    (folders.user / "hail.resume").write_text("of hail")
    refused = run_cli("models", "rename", "rain", "hail")
    assert refused.code == 1
    assert "an interrupted training run of that name: choose another name" in refused.err
    (folders.user / "snow.html").write_text("my notes")
    assert run_cli("models", "rename", "rain", "snow").code == 0
    assert (folders.user / "snow.html").read_text() == "my notes"
    assert (folders.user / "snow.resume").read_text() == "of rain"


@pytest.mark.parametrize(
    "command",
    [("delete", "demo", "--yes"), ("rename", "demo", "mine"), ("tag", "demo", "x"),
     ("rename-level", "demo", "detail", "air"), ("refresh", "demo", ".")],
)  # fmt: skip
def test_the_demo_is_not_the_users_to_change(
    run_cli: RunCli, folders: Folders, command: tuple[str, ...]
) -> None:
    path = save_empty_model(folders.package, "demo")
    result = run_cli("models", *command)
    assert result.code == 1
    assert "ships with distill-live" in result.err
    assert Path(path).exists()


def test_refresh_measures_clarity_and_loudness_and_changes_nothing_else(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    before = read_header(tiny_in_library)
    weights = tiny_in_library.read_bytes()[before.weights_start :]
    result = run_cli("models", "refresh", "tiny", sounds)
    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(
        r"tiny: clarity measured on 6 recordings, 6\.0 s: gains [123]\.\d\d\.\.[123]\.\d\d, "
        r"[123]\.\d\d on average \(before: none\)\ngrains: .*tiny\.grains \(\d\.\d MB\)\n"
        r"it plays at -?\d+\.\d LUFS\n\d+% of what it plays is grains, pieces of .*\n",
        result.out,
    )
    after = read_header(tiny_in_library)
    gains, lufs = after.metadata.pop("clarity"), after.metadata.pop("loudness_lufs")
    assert len(gains) == 128
    assert lufs == playing_loudness(load_model_v2(tiny_in_library))
    assert printed(run_cli, "info", "tiny")["loudness_lufs"] == lufs
    assert after.metadata | {"clarity": None} == before.metadata
    assert tiny_in_library.read_bytes()[after.weights_start :] == weights
    assert list(load_model_v2(tiny_in_library).clarity.gains) == gains
    again = printed(run_cli, "refresh", "tiny", sounds)
    assert (again["clarity"], again["before"]) == (gains, gains)
    assert again["loudness_lufs"] == lufs


def test_refresh_of_a_model_that_cannot_play_measures_no_loudness(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    loaded = load_model_v2(tiny_in_library)
    save_changed_model(tiny_in_library, replace(loaded, prior=None))
    assert printed(run_cli, "refresh", "tiny", sounds, "--no-grains")["loudness_lufs"] is None
    assert "loudness_lufs" not in read_header(tiny_in_library).metadata


def test_refresh_writes_the_grains_of_a_folder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_in_library.with_suffix(".grains")
    assert printed(run_cli, "refresh", "tiny", sounds, "--no-grains")["grains"] is None
    assert not path.exists()
    assert printed(run_cli, "refresh", "tiny", sounds)["grains"] == str(path)
    lossless = path.stat().st_size
    loaded = load_model_v2(tiny_in_library)
    assert loaded.grains is not None
    assert len(loaded.grains.file.header.recordings) == 6
    shown = printed(run_cli, "info", "tiny")["grains"]
    assert shown["channels"] == 1
    assert (shown["recordings"], shown["seconds"], shown["format"]) == (6, 6.0, "flac")
    assert printed(run_cli, "refresh", "tiny", sounds, "--grains-format", "ogg")["grains"]
    assert path.stat().st_size < lossless
    assert printed(run_cli, "info", "tiny")["grains"]["format"] == "ogg"
    # As it is, unless the user says otherwise, or there is too much for it.
    assert printed(run_cli, "refresh", "tiny", sounds)["grains"]
    assert printed(run_cli, "info", "tiny")["grains"]["format"] == "ogg"
    monkeypatch.setattr(grains, "MOST_OGG_SECONDS", 5.0)
    assert "its grains become flac" in run_cli("models", "refresh", "tiny", sounds).err
    assert printed(run_cli, "info", "tiny")["grains"]["format"] == "flac"


def test_grains_go_where_their_model_goes(
    run_cli: RunCli, tiny_grainy_path: Path, folders: Folders
) -> None:
    source = tiny_grainy_path.with_suffix(".grains").read_bytes()
    imported = folders.user / "mine.grains"
    assert run_cli("models", "import", tiny_grainy_path, "--name", "mine").code == 0
    assert imported.read_bytes() == source
    assert run_cli("models", "rename", "mine", "yours").code == 0
    assert not imported.exists()
    assert (folders.user / "yours.grains").read_bytes() == source
    assert load_model_v2(folders.user / "yours.distill").grains is not None
    listed = run_cli("models", "delete", "yours", "--dry-run").out
    assert str(folders.user / "yours.grains") in listed
    assert run_cli("models", "delete", "yours", "--yes").code == 0
    assert list(folders.user.iterdir()) == []


def test_the_grains_of_a_model_that_is_replaced_do_not_stay(
    run_cli: RunCli, tiny_grainy_path: Path, tiny_model_path: Path, folders: Folders
) -> None:
    assert run_cli("models", "import", tiny_grainy_path, "--name", "mine").code == 0
    assert run_cli("models", "import", tiny_model_path, "--name", "mine", "--force").code == 0
    assert not (folders.user / "mine.grains").exists()


def test_a_model_is_imported_without_grains_that_are_damaged_or_of_another_codec(
    run_cli: RunCli, tiny_grainy_path: Path, tiny_two_levels_path: Path, folders: Folders
) -> None:
    source, grains = Path("given.distill"), Path("given.grains")
    content = tiny_grainy_path.with_suffix(".grains").read_bytes()
    for model, given, reason in (
        (tiny_grainy_path, content[:-1], "given.grains is damaged: "),
        (tiny_two_levels_path, content, "given.grains was made for another codec than that of"),
    ):
        # Those of the model that is replaced must not stay.
        run_cli("models", "import", tiny_grainy_path, "--name", "mine", "--force")
        assert (folders.user / "mine.grains").exists()
        shutil.copy(model, source)
        grains.write_bytes(given)
        assert reason in printed(run_cli, "info", source)["grains"]["error"]
        result = run_cli("models", "import", source, "--name", "mine", "--force")
        assert (result.code, result.out) == (0, f"model: {folders.user / 'mine.distill'}\n")
        assert f"mine is imported without its grains: {reason}" in result.err
        assert [path.name for path in folders.user.iterdir()] == ["mine.distill"]


def test_a_model_plays_without_grains_that_are_damaged_or_of_another_codec(
    run_cli: RunCli, tiny_grainy_path: Path, tiny_two_levels_path: Path, folders: Folders
) -> None:
    run_cli("models", "import", tiny_grainy_path, "--name", "mine")
    grains = folders.user / "mine.grains"
    content = bytearray(grains.read_bytes())
    content[-1] ^= 1
    grains.write_bytes(content)
    result = run_cli("generate", "mine", "--duration", "0.2", "--output", "a.wav")
    assert result.code == 0
    assert re.search(r"plays without its grains: .*mine\.grains is damaged", result.err)
    shutil.copy(tiny_grainy_path.with_suffix(".grains"), grains)
    shutil.copy(tiny_two_levels_path, folders.user / "mine.distill")
    result = run_cli("generate", "mine", "--duration", "0.2", "--output", "b.wav")
    assert result.code == 0
    assert "was made for another codec than that of mine" in result.err
    assert "models refresh mine FOLDER" in result.err


def test_refresh_of_a_neural_vocoder_says_that_it_must_learn_again(
    run_cli: RunCli, tiny_neural_path: Path, folders: Folders, sounds: Path
) -> None:
    shutil.copy(tiny_neural_path, folders.user / "mine.distill")
    words = f"distill-live train-vocoder mine {sounds}"
    assert words in run_cli("models", "refresh", "mine", sounds).out
    # Nothing has changed.
    assert words not in run_cli("models", "refresh", "mine", sounds).out


@pytest.mark.parametrize("imported", [False, True])
def test_a_model_of_distill_v1_cannot_be_refreshed(
    run_cli: RunCli, old_model_path: Path, folders: Folders, sounds: Path, imported: bool
) -> None:
    path = Path(shutil.copy(old_model_path, folders.user / "old.distill"))
    if imported:
        assert run_cli("models", "import", path, "--name", "new").code == 0
        path = folders.user / "new.distill"
    before = path.read_bytes()
    result = run_cli("models", "refresh", path, sounds)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert f"{path.stem} is a Distill v1.1 model" in result.err
    assert path.read_bytes() == before


def test_refresh_without_sound_leaves_the_file_as_it_was(
    run_cli: RunCli, tiny_in_library: Path, tmp_path: Path
) -> None:
    before = tiny_in_library.read_bytes()
    (tmp_path / "empty").mkdir()
    (tmp_path / "silent").mkdir()
    write_audio(tmp_path / "silent" / "a.wav", np.zeros(48_000, np.float32), 48_000)
    for folder, reason in (("empty", "no recordings in"), ("silent", "nothing but silence"),
                           ("nowhere", "is not a folder")):  # fmt: skip
        result = run_cli("models", "refresh", "tiny", tmp_path / folder)
        assert (result.code, result.err.count("\n")) == (1, 1)
        assert reason in result.err
    assert tiny_in_library.read_bytes() == before


def test_a_model_that_was_trained_meanwhile_is_not_refreshed(
    run_cli: RunCli,
    tiny_in_library: Path,
    tiny_two_levels_path: Path,
    sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measure(*_: object) -> Clarity:
        shutil.copy(tiny_two_levels_path, tiny_in_library)
        return Clarity((1.0,) * 128)

    monkeypatch.setattr("distill_live.training.codec.clarity.measure_clarity", measure)
    result = run_cli("models", "refresh", "tiny", sounds)
    assert (result.code, result.out) == (1, "")
    assert "tiny was trained while its clarity was being measured: run this again" in result.err
    assert tiny_in_library.read_bytes() == tiny_two_levels_path.read_bytes()


def test_a_model_that_is_being_trained_is_not_refreshed(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    checkpoint = checkpoint_path(tiny_in_library, "train-vocoder")
    checkpoint.write_bytes(b"")
    result = run_cli("models", "refresh", "tiny", sounds)
    assert result.code == 1
    assert f"{checkpoint} belongs to an interrupted training run" in result.err


def test_rename_tag_and_import_keep_clarity(
    run_cli: RunCli, tiny_in_library: Path, folders: Folders
) -> None:
    rewrite_metadata(tiny_in_library, clarity=[1.5] * 128)
    for command in (
        ("tag", "tiny", "wet"), ("rename-level", "tiny", "detail", "air"),
        ("rename", "tiny", "mine"), ("import", folders.user / "mine.distill", "--name", "copy"),
    ):  # fmt: skip
        assert run_cli("models", *command).code == 0
    assert load_model_v2(folders.user / "copy.distill").clarity.gains == (1.5,) * 128

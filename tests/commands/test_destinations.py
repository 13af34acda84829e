"""What `--output` names: a file or a folder, alike in all commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.codes.grid_file import save_grid
from distill_live.models.file.loaded import LoadedVQModel
from tests.conftest import RunCli

SHORT = ("generate", "tiny", "--duration", 0.1, "--seed", 5)


def names(folder: str, pattern: str = "*") -> list[str]:
    """The files in a folder."""
    return sorted(path.name for path in Path(folder).glob(pattern))


@pytest.mark.parametrize("name", ["rain.wav", "rain.FLAC", "new/rain.ogg"])
def test_generate_writes_the_sound_file_that_is_named(
    run_cli: RunCli, tiny_in_library: Path, name: str
) -> None:
    assert run_cli(*SHORT, "--output", name).out == f"{Path(name)}\n"
    assert soundfile.info(name).frames == 4800
    assert json.loads(Path(name).with_suffix(".json").read_text())["seed"] == 5


@pytest.mark.parametrize("command", ["generate", "encode", "decode", "edit", "blend", "morph"])
def test_the_help_says_that_no_file_is_replaced(run_cli: RunCli, command: str) -> None:
    shown = " ".join(run_cli(command, "--help").out.split())
    assert "never replaced: the new one gets a number, and the line that is printed" in shown


def test_several_sounds_of_one_name_are_numbered(run_cli: RunCli, tiny_in_library: Path) -> None:
    result = run_cli(*SHORT, "--count", 3, "--output", "rain.wav")
    assert result.out.split() == ["rain_1.wav", "rain_2.wav", "rain_3.wav"]
    assert [json.loads(Path(f"rain_{n}.json").read_text())["seed"] for n in (1, 2, 3)] == [5, 6, 7]


def test_generate_replaces_no_file_that_is_named(run_cli: RunCli, tiny_in_library: Path) -> None:
    Path("rain.wav").write_text("mine")
    assert run_cli(*SHORT, "--output", "rain.wav").out == "rain_2.wav\n"
    assert Path("rain.wav").read_text() == "mine"


def test_no_command_replaces_a_grid_a_picture_or_a_list_that_is_there(
    run_cli: RunCli, tiny_in_library: Path, tiny_model: LoadedVQModel
) -> None:
    for name, columns in (("a.json", 4), ("b.json", 6)):
        save_grid(Path(name), tiny_model.grid_of(np.zeros((columns, 8, 3), np.int64)))
    before = {name: Path(name).read_bytes() for name in ("a.json", "b.json")}
    Path("list.yaml").write_text("mine")
    edit = ("edit", "a.json", "--do", "swap b.json 0:2", "--output", "a.json")
    result = run_cli(*edit, "--output-other", "b.json", "--save-edits", "list.yaml")
    assert [line.split(":")[0] for line in result.out.splitlines()] == [
        "list_2.yaml", "a_2.json", "b_2.json",
    ]  # fmt: skip
    result = run_cli("blend", "a.json", "b.json", "--output", "b.json")
    assert result.out.startswith("b_3.json: ")
    for expected in ("grid.png\n", "grid_2.png\n"):
        assert run_cli("codes", "show", "a.json", "--png", "grid.png").out == expected
    for expected in ("a.wav", "a_2.wav"):
        result = run_cli("decode", "a.json", "--model", "tiny", "--output", "a.wav")
        assert result.out.startswith(f"{expected}: ")
    assert {name: Path(name).read_bytes() for name in before} == before
    assert Path("list.yaml").read_text() == "mine"


def test_a_folder_that_is_called_like_a_sound_is_a_folder(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    Path("rain.wav").mkdir()
    assert run_cli(*SHORT, "--output", "rain.wav").out == f"{Path('rain.wav/tiny_5.wav')}\n"


def test_a_format_that_contradicts_the_name_is_refused(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli(*SHORT, "--output", "rain.wav", "--format", "flac")
    assert result.code == 1
    assert "--output rain.wav and --format flac contradict each other" in result.err
    assert names(".", "rain*") == []


def test_a_sound_of_a_kind_that_cannot_be_written_is_refused(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli(*SHORT, "--output", "rain.m4a")
    assert result.code == 1
    assert "cannot write 'm4a' files; legal formats: wav, flac, ogg, mp3" in result.err
    assert names(".", "rain*") == []


def test_encode_and_decode_write_into_a_folder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    Path("here.json").mkdir()
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "here.json")
    assert names("here.json") == ["sine_440.json"]
    Path("there").mkdir()
    run_cli("decode", "here.json/sine_440.json", "--model", "tiny", "--output", "there")
    assert names("there") == ["sine_440.wav"]


def test_encode_refuses_an_unknown_suffix_before_it_begins(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli("encode", "missing.wav", "--model", "tiny", "--output", "codes.wav")
    assert result.err == "error: codes.wav must end in .json or .npz\n"


@pytest.mark.parametrize("name", ["v1.2", "new", "takes.txt"])
def test_a_name_that_ends_like_neither_a_sound_nor_codes_is_a_new_folder_of_all_commands(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, name: str
) -> None:
    assert run_cli(*SHORT, "--output", name).code == 0
    for command, file in (("encode", sounds / "sine_440.wav"), ("decode", "codes/sine_440.json")):
        run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "codes")
        result = run_cli(command, file, "--model", "tiny", "--output", f"{command} {name}")
        assert result.code == 0, result.err
    assert names(name, "*.wav") == ["tiny_5.wav"]
    assert names(f"encode {name}") == ["sine_440.json"]
    assert names(f"decode {name}") == ["sine_440.wav"]


@pytest.mark.parametrize("command", ["generate", "encode", "decode"])
def test_a_file_without_such_an_ending_is_no_output_of_any_command(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, command: str
) -> None:
    Path("v1.2").write_text("mine")
    arguments = {
        "generate": SHORT,
        "encode": ("encode", sounds / "sine_440.wav", "--model", "tiny"),
        "decode": ("decode", "missing.json", "--model", "tiny"),
    }[command]
    result = run_cli(*arguments, "--output", "v1.2")
    assert (result.code, result.out) == (1, "")
    assert "--output v1.2 is a file, but it does not end like a sound or codes" in result.err
    assert Path("v1.2").read_text() == "mine"


def test_generate_makes_no_codes(run_cli: RunCli, tiny_in_library: Path) -> None:
    result = run_cli(*SHORT, "--output", "rain.json")
    assert result.code == 1 and "cannot write 'json' files; legal formats: wav" in result.err


def test_a_report_is_written_into_a_folder(run_cli: RunCli, tiny_in_library: Path) -> None:
    Path("pages").mkdir()
    assert run_cli("report", "tiny", "--no-open", "--output", "pages").code == 0
    assert names("pages") == ["tiny.html"]


def test_a_surface_is_written_into_a_folder(run_cli: RunCli, tiny_in_library: Path) -> None:
    Path("surfaces").mkdir()
    assert run_cli("clients", "write", "pd", "--output", "surfaces").code == 0
    assert names("surfaces") == ["distill.pd"]


@pytest.mark.parametrize("option", ["--record", "--log"])
def test_serve_wants_a_file_to_write_into(
    run_cli: RunCli, tiny_in_library: Path, option: str
) -> None:
    Path("takes").mkdir()
    result = run_cli("serve", "tiny", "--output", "clock", option, "takes")
    assert result.code == 1
    assert "takes is a folder: name a file, such as" in result.err

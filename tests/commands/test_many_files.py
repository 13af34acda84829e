"""encode and decode of several files at once."""

from pathlib import Path

import pytest
import soundfile

from distill_live.codes.grid_file import load_grid
from tests.conftest import RunCli


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.mark.parametrize("format", ["json", "npz"])
def test_every_file_has_its_own_in_the_folder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, format: str
) -> None:
    options = ("--model", "tiny", "--output", "new/grids", "--format", format)
    files = [sounds / name for name in ("sine_110.wav", "sine_440.wav")]
    result = run_cli("encode", *files, *options)
    assert (result.code, result.err) == (0, "")
    assert names("new/grids") == [f"sine_110.{format}", f"sine_440.{format}"]
    grids = sorted(Path("new/grids").iterdir())
    options = ("--model", "tiny", "--output", "back", "--format", "flac")
    result = run_cli("decode", *grids, *options)
    assert result.out.count("back") == 2
    assert names("back") == ["sine_110.flac", "sine_440.flac"]
    assert soundfile.info("back/sine_440.flac").frames == 12 * 4096


def test_several_files_give_the_codes_that_each_gives_alone(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    files = [sounds / name for name in ("sine_110.wav", "burst_440.wav")]
    run_cli("encode", *files, "--model", "tiny", "--output", "both")
    for file in files:
        alone = Path("alone") / f"{file.stem}.npz"
        run_cli("encode", file, "--model", "tiny", "--output", alone)
        both = load_grid(Path("both") / f"{file.stem}.json").codes
        assert both.tolist() == load_grid(alone).codes.tolist()


def test_files_of_one_name_are_numbered(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", *[sounds / "sine_440.wav"] * 2, "--model", "tiny", "--output", "grids")
    assert names("grids") == ["sine_440.json", "sine_440_2.json"]


def test_a_sound_that_cannot_be_read_is_named_and_the_others_are_encoded(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    Path("broken.wav").write_bytes(b"no sound")
    good = [sounds / name for name in ("sine_110.wav", "sine_440.wav")]
    files = (good[0], "broken.wav", "missing.wav", good[1])
    result = run_cli("encode", *files, "--model", "tiny", "--output", "grids")
    assert result.code == 1
    broken, missing, count = result.err.splitlines()
    assert broken.startswith("error: cannot read broken.wav: it is damaged")
    assert missing == "error: cannot read missing.wav: no such file"
    assert count == "2 of 4 files left out"
    assert names("grids") == ["sine_110.json", "sine_440.json"]


def test_a_grid_that_cannot_be_decoded_is_named_and_the_others_are_decoded(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "good.json")
    good = Path("good.json").read_text()
    Path("other.json").write_text(good.replace('"sha256": "', '"sha256": "0'))
    Path("high.json").write_text(good.replace("[[", "[[99, ", 1))
    files = ("other.json", "high.json", "good.json")
    result = run_cli("decode", *files, "--model", "tiny", "--output", "back")
    assert result.code == 1
    other, high, *_, count = result.err.splitlines()
    assert other.startswith("error: other.json: these codes were made by the model 'tiny'")
    assert high.startswith("error: high.json: ")
    assert count == "2 of 3 files left out"
    assert names("back") == ["good.wav"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("all.json", "is one file, but there are 2 to write: give a folder"),
        ("taken", "is a file, but it does not end like a sound or codes: give a folder, or a name "
                  "that ends in .wav or .json, for example"),
    ],
)  # fmt: skip
def test_several_files_in_one_are_refused_before_any_is_read(
    run_cli: RunCli, tiny_in_library: Path, output: str, reason: str
) -> None:
    Path("taken").write_text("precious")
    result = run_cli("encode", "a.wav", "b.wav", "--model", "tiny", "--output", output)
    assert (result.code, result.err) == (1, f"error: --output {output} {reason}\n")
    assert Path("taken").read_text() == "precious"


def test_a_format_that_contradicts_the_name_is_refused(
    run_cli: RunCli, tiny_in_library: Path
) -> None:
    result = run_cli("encode", "a.wav", "--model", "tiny", "--output", "a.json", "--format", "npz")
    assert "--output a.json and --format npz contradict each other" in result.err


def test_a_single_file_goes_into_a_new_folder_too(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    run_cli("encode", sounds / "sine_440.wav", "--model", "tiny", "--output", "grids")
    assert names("grids") == ["sine_440.json"]

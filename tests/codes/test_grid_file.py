import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distill_live.codes import grid_file
from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import MOST_BYTES, SUFFIXES, load_grid, save_grid
from distill_live.errors import CodesError


def grid_of(columns: int) -> CodeGrid:
    codes = np.random.default_rng(1).integers(0, 64, (columns, 8, 3))
    return CodeGrid(codes, "rain", "abc", ("Structure", "Timbre", "Detail"), 64, 4096)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("columns", [0, 5])
def test_a_grid_comes_back_as_it_was_saved(tmp_path: Path, suffix: str, columns: int) -> None:
    for grid in (grid_of(columns), replace(grid_of(columns), source="caf\udce9 {1}.wav")):
        path = tmp_path / f"codes{suffix}"
        save_grid(path, grid)
        assert load_grid(path) == grid


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_grid_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    save_grid(one, grid_of(5))
    save_grid(two, grid_of(5))
    assert one.read_bytes() == two.read_bytes()


def test_the_json_file_has_one_column_per_line(tmp_path: Path) -> None:
    path = tmp_path / "codes.json"
    save_grid(path, grid_of(5))
    lines = path.read_text().splitlines()
    assert sum(line.startswith("[[") for line in lines) == 5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_truncation_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"codes{suffix}"
    save_grid(path, grid_of(2))
    content = path.read_bytes().rstrip()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(CodesError):
            load_grid(path)


def test_no_flipped_byte_raises_anything_but_a_codes_error(tmp_path: Path) -> None:
    path = tmp_path / "codes.npz"
    save_grid(path, grid_of(2))
    content = path.read_bytes()
    refused = 0
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            load_grid(path)
        except CodesError:
            refused += 1
    assert refused > len(content) // 2


@pytest.mark.parametrize(
    "change", [{"format": "x"}, {"format_version": 2}, {"shape": [1, 9, 3]}, {"model": None}]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "codes.json"
    save_grid(path, grid_of(1))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CodesError):
        load_grid(path)


def test_unknown_suffixes_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodesError, match=r"must end in \.json or \.npz"):
        save_grid(tmp_path / "codes.txt", grid_of(1))
    with pytest.raises(CodesError, match="No such file"):
        load_grid(tmp_path / "none.json")


def edited(tmp_path: Path, **change: object) -> Path:
    """A file of five columns with some of its entries replaced."""
    path = tmp_path / "codes.json"
    save_grid(path, grid_of(5))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    return path


@pytest.mark.parametrize("kept", [[0, 1, 3, 4], [2], [0, 1, 2, 3, 4, 4, 4]])
def test_columns_may_be_deleted_and_added_by_hand(tmp_path: Path, kept: list[int]) -> None:
    columns = grid_of(5).codes[kept]
    found = load_grid(edited(tmp_path, codes=columns.tolist()))
    np.testing.assert_array_equal(found.codes, columns)


def test_codes_without_the_columns_that_their_shape_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodesError, match=r"shape says \[5, 8, 3\].*codes have \[0\]"):
        load_grid(edited(tmp_path, codes=[]))


@pytest.mark.parametrize("shape", [[10**15, 8, 3], [0, 10**15, 10**15], [-1, 8, 3], [], "5 8 3", 5])
def test_a_shape_that_makes_no_sense_is_refused(tmp_path: Path, shape: object) -> None:
    with pytest.raises(CodesError):
        load_grid(edited(tmp_path, codes=[], shape=shape))


def test_a_column_that_is_too_short_is_named(tmp_path: Path) -> None:
    columns = grid_of(5).codes.tolist()
    del columns[3][2][1]
    with pytest.raises(CodesError, match="column 3 does not hold 8 bands of 3 codes each"):
        load_grid(edited(tmp_path, codes=columns))


@pytest.mark.parametrize("version", [2, 17])
def test_a_file_of_a_newer_program_is_told(tmp_path: Path, version: int) -> None:
    told = rf"newer distill-live \(codes version {version}\); this program reads version 1: update"
    with pytest.raises(CodesError, match=told):
        load_grid(edited(tmp_path, format_version=version))


@pytest.mark.parametrize("version", [0, "2", None])
def test_a_version_that_never_was_is_no_newer_one(tmp_path: Path, version: object) -> None:
    with pytest.raises(CodesError, match="it is not a distill-codes file of version 1"):
        load_grid(edited(tmp_path, format_version=version))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_more_codes_than_can_be_read_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"codes{suffix}"
    # Codes that are all alike take hardly any room as long as they are packed.
    long = replace(grid_of(1), codes=np.zeros((500, 8, 3), np.int64))
    save_grid(path, grid_of(1))
    before = path.read_bytes()
    monkeypatch.setattr(grid_file, "MOST_BYTES", 10_000)
    with pytest.raises(CodesError, match=r"cannot save .*legal: .*: encode a shorter part"):
        save_grid(path, long)
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_an_editor_has_saved_with_a_byte_order_mark_is_read(
    tmp_path: Path, encoding: str
) -> None:
    path = edited(tmp_path)
    path.write_text(path.read_text(), encoding=encoding)
    np.testing.assert_array_equal(load_grid(path).codes, grid_of(5).codes)


def test_what_is_wrong_is_reported_with_the_files_name(tmp_path: Path) -> None:
    columns = grid_of(5).codes.tolist()
    columns[2][1][0] = 64
    path = edited(tmp_path, codes=columns)
    with pytest.raises(CodesError, match=r"codes\.json: codes must be 0\.\.63; these are"):
        load_grid(path)


def test_the_settings_beside_a_generated_sound_are_no_codes(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text('{"seed": 5, "settings": {}}')
    with pytest.raises(
        CodesError, match=r"out\.json: it contains no codes; use a file written by `encode`"
    ):
        load_grid(path)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("format",), "it is not a distill-codes file of version 1: change the codes in a file"),
        (("model", "sample_rate"), "its description has no 'model' and no 'sample_rate': change"),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_a_description_lacks_is_named(
    tmp_path: Path, suffix: str, missing: tuple[str, ...], told: str
) -> None:
    document = json.loads(edited(tmp_path).read_text())
    description = {name: what for name, what in document.items() if name not in missing}
    path = tmp_path / f"poor{suffix}"
    if suffix == ".json":
        path.write_text(json.dumps(description))
    else:
        np.savez(path, codes=description.pop("codes"), description=json.dumps(description))
    with pytest.raises(CodesError, match=re.escape(f"{path}: {told}")):
        load_grid(path)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"codes": grid_of(1).codes}, "it has no description: change the codes in a file"),
        ({"codes": grid_of(1).codes, "description": "[]"}, "it has no description"),
        ({"description": "{}"}, "it contains no codes; use a file written by `encode`"),
    ],
)
def test_arrays_without_what_encode_writes_are_refused(
    tmp_path: Path, arrays: dict[str, Any], told: str
) -> None:
    path = tmp_path / "codes.npz"
    np.savez(path, **arrays)
    with pytest.raises(CodesError, match=re.escape(told)):
        load_grid(path)


#: As files were before grids had a source.
OLD = """{
  "format": "distill-codes",
  "format_version": 1,
  "model": {
    "name": "rain",
    "sha256": "abc"
  },
  "shape": [
    2,
    2,
    3
  ],
  "level_labels": [
    "Structure",
    "Timbre",
    "Texture 2"
  ],
  "codebook_size": 64,
  "column_samples": 4096,
  "sample_rate": 48000,
  "codes": [
[[0, 63, 5], [6, 7, 8]],
[[9, 10, 11], [12, 13, 14]]
  ]
}
"""
OLD_CODES = [[[0, 63, 5], [6, 7, 8]], [[9, 10, 11], [12, 13, 14]]]


def old_grid() -> CodeGrid:
    labels = ("Structure", "Timbre", "Texture 2")
    return CodeGrid(np.array(OLD_CODES), "rain", "abc", labels, 64, 4096)


def test_a_file_without_a_source_is_read_and_written_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "codes.json"
    path.write_text(OLD)
    assert load_grid(path) == old_grid()
    save_grid(path, load_grid(path))
    assert path.read_text() == OLD


def test_an_npz_file_without_a_source_is_read(tmp_path: Path) -> None:
    path = tmp_path / "codes.npz"
    description = json.loads(OLD)
    del description["codes"]
    small = np.array(OLD_CODES, np.uint8)
    np.savez_compressed(path, codes=small, description=json.dumps(description))
    assert load_grid(path) == old_grid()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "codes.json"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + (1 << 20))
    with pytest.raises(CodesError, match=r"codes\.json: it has 65 MB of codes; legal: up to 64 MB"):
        load_grid(path)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "codes.npz"
    save_grid(path, grid_of(5))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("more.npy", "w") as part,
    ):
        for _ in range(65):
            part.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(CodesError, match="it has 65 MB of codes"):
        load_grid(path)

"""The files that keep clips, and files of codes that become clips."""

import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.grid_file import load_grid, save_grid
from distill_live.errors import ClipError, CodesError
from distill_live.live.clips.clip_file import load_clip, save_clip
from tests.live.clips.clips import clip, grid


@pytest.mark.parametrize("loudness_db", [-12.5, -math.inf, None])
def test_a_clip_comes_back_as_it_was_and_its_file_is_a_grid(
    tmp_path: Path, loudness_db: float | None
) -> None:
    path, kept = tmp_path / "new" / "kick.npz", replace(clip(), loudness_db=loudness_db)
    save_clip(path, kept)
    found = load_clip(path, "snare")
    assert (found.name, found.samples, found.loudness_db) == ("snare", kept.samples, loudness_db)
    assert found.grid == load_grid(path) == kept.grid


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_grid_becomes_a_clip_as_long_as_its_columns(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"pad{suffix}"
    save_grid(path, replace(grid(5), source=""))
    found = load_clip(path, "pad")
    assert (found.samples, found.loudness_db, found.grid.source) == (5 * 4_096, None, path.name)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.npz", None, "cannot read .*none.npz: no such file"),
        ("broken.npz", b"PK", "is damaged or contains no codes"),
        ("broken.json", b"{", "is damaged or contains no codes"),
        ("huge.json", b" " * (9 * 2**20), "has 9 MB of codes; at most 8 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CodesError, match=reason):
        load_clip(tmp_path / name, "pad")


def test_a_small_file_that_unpacks_to_a_huge_one_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, codes=np.zeros((10**6, 8, 3), np.uint8), description="{}")
    assert path.stat().st_size < 10**5
    with pytest.raises(CodesError, match="has 23 MB of codes; at most 8 MB"):
        load_clip(path, "pad")


def test_a_grid_without_columns_is_no_clip(tmp_path: Path) -> None:
    save_grid(tmp_path / "empty.json", grid(0))
    with pytest.raises(ClipError, match="has no columns: a clip has at least one"):
        load_clip(tmp_path / "empty.json", "pad")


def test_odd_facts_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "pad.npz"
    for facts in ([], {"samples": 10**9, "loudness_db": "loud"}, {"samples": -1}):
        save_grid(path, grid(5))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("clip.json", json.dumps(facts))
        found = load_clip(path, "pad")
        assert (found.samples, found.loudness_db) == (5 * 4_096, None)

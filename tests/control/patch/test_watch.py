from __future__ import annotations

import os
from pathlib import Path

import pytest

from distill_live.control.patch.files import learned_path
from distill_live.control.patch.schema import Patch
from distill_live.control.patch.watch import LOOK_S, PatchWatch
from tests.control.conftest import TABLE

KNOB = "version: 1\nmap:\n  - {from: {cc: %d}, to: gain}\n"


class Stage:
    """A watched patch, the patches in use, and the lines for people; a turn is a second."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "set.yaml"
        self.save(KNOB % 1)
        self.used: list[Patch] = []
        self.said: list[str] = []
        self.now = 0.0
        self.watch = PatchWatch(self.path, TABLE, self.used.append, self.said.append)

    def save(self, text: str, path: Path | None = None) -> None:
        """Replace a file as editors do: by a new file of the same name."""
        path = path or self.path
        new = path.with_suffix(".new")
        new.write_text(text)
        os.replace(new, path)

    def turn(self) -> None:
        self.now += LOOK_S
        self.watch.tick(self.now)

    @property
    def controls(self) -> list[list[int]]:
        return [[mapping.source.cc for mapping in patch.map] for patch in self.used]  # type: ignore[union-attr]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_patch_that_is_saved_is_used_once(stage: Stage) -> None:
    stage.turn()
    assert (stage.used, stage.said) == ([], [])
    stage.save(KNOB % 2)
    stage.turn()
    stage.turn()
    assert stage.controls == [[2]]
    assert stage.said == [f"the patch {stage.path} was reloaded"]


def test_it_looks_once_a_second(stage: Stage) -> None:
    stage.turn()
    stage.save(KNOB % 2)
    stage.watch.tick(stage.now + 0.9 * LOOK_S)
    assert stage.used == []


def test_a_broken_patch_is_reported_once_and_the_one_in_use_plays_on(stage: Stage) -> None:
    stage.save("version: 1\nmap:\n  - {from: {cc: 2}, to: gian}\n")
    stage.turn()
    stage.turn()
    assert stage.used == []
    [line] = stage.said
    assert line.startswith("the patch in use stays unchanged: 1 problem in the patch")
    assert f"{stage.path}:3: unknown parameter 'gian' (did you mean 'gain'?)" in line
    assert stage.watch.fault == line
    stage.save(KNOB % 3)
    stage.turn()
    assert (stage.controls, stage.watch.fault) == ([[3]], "")


def test_what_was_learned_counts_as_soon_as_it_is_there(stage: Stage) -> None:
    stage.save(KNOB % 9, learned_path(stage.path))
    stage.turn()
    assert stage.controls == [[1, 9]]


def test_a_patch_that_is_gone_plays_on_and_counts_again_when_it_is_back(stage: Stage) -> None:
    stage.path.unlink()
    stage.turn()
    stage.turn()
    assert stage.said == [f"the patch {stage.path} no longer exists; it stays in use unchanged"]
    stage.save(KNOB % 4)
    stage.turn()
    assert stage.controls == [[4]]


def test_another_patch_can_be_watched_instead_and_is_used_at_once(stage: Stage) -> None:
    stage.turn()
    other = stage.path.with_name("other.yaml")
    stage.save(KNOB % 7, other)
    stage.watch.follow(other)
    stage.watch.tick(stage.now + 0.01)
    assert stage.controls == [[7]]
    stage.save(KNOB % 8)
    stage.turn()
    assert stage.controls == [[7]]

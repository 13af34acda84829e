"""Regions wait their turn to be drawn again, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.selection import Selection
from distill_live.codes.timeline import Codes
from distill_live.errors import CodesError
from distill_live.inference.resample import resample
from distill_live.live.drawing.drawings import MAX_WAITING, DrawingJob, Drawings
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2
from tests.grids import model_grid
from tests.live.server.workers import LateSource
from tests.tools import wait_until

TEXT = "resample takes=2 --levels structure --seed 7"


class Desk:
    """A queue, and what has become of each region, in that order."""

    def __init__(self, loaded: LoadedVQModel, model: Path) -> None:
        self.source = LateSource(imported=True)
        self.drawings, self.grid = Drawings(self.source), model_grid(loaded, 12)
        self._model = model
        self.done: list[tuple[int, Codes | CodesError]] = []

    def add(self, number: int, text: str = TEXT) -> None:
        job = DrawingJob(self._model, self.grid, 4, 8, text)
        self.drawings.add(number, job, lambda result: self.done.append((number, result)))

    def wait(self, count: int) -> None:
        def poll() -> bool:
            self.drawings.poll()
            return len(self.done) >= count

        wait_until(poll, "the drawing")


@pytest.fixture
def desk(tiny_model: LoadedVQModel, tiny_model_path: Path) -> Desk:
    return Desk(tiny_model, tiny_model_path)


def test_a_region_waits_until_its_process_can_start(desk: Desk) -> None:
    desk.source.imported = False
    desk.add(1)
    desk.drawings.poll()
    assert desk.drawings._process is None
    desk.source.imported = True
    desk.wait(1)
    assert not isinstance(desk.done[0][1], CodesError)


def test_a_region_is_drawn_as_on_files_and_one_that_fails_leaves_the_rest(
    desk: Desk, tiny_model: LoadedVQModel
) -> None:
    desk.add(1, "resample --levels fur")
    desk.add(2)
    desk.wait(2)
    (first, error), (second, codes) = desk.done
    assert (first, second) == (1, 2)
    assert "fur" in str(error)
    selection = Selection("4:8", "", "structure")
    wanted = resample(tiny_model, desk.grid, selection, takes=2, seed=7)
    np.testing.assert_array_equal(codes, wanted.grid.codes[4:8])


def test_a_model_without_a_prior_is_one_clear_error(
    tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    model = tmp_path / "bare.distill"
    save_model_v2(model, model=tiny_model.model, spectrogram=tiny_model.spectrogram)
    desk = Desk(load_model_v2(model), model)
    desk.add(1)
    desk.wait(1)
    assert isinstance(desk.done[0][1], CodesError)
    assert "has no prior" in str(desk.done[0][1])


def test_a_process_that_is_killed_is_one_clear_error(desk: Desk) -> None:
    desk.add(1)
    desk.drawings.poll()
    assert desk.drawings._process is not None
    desk.drawings._process._process.kill()
    desk.wait(1)
    assert str(desk.done[0][1]) == "the process ended without an error message"


def test_a_region_that_is_no_longer_wanted_leaves_no_process_and_no_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    desk.add(1)
    desk.drawings.poll()
    assert list(tmp_path.iterdir())
    assert desk.drawings._process is not None
    process = desk.drawings._process._process
    desk.drawings.keep(lambda number: number != 1)
    assert process.exitcode is not None
    assert list(tmp_path.iterdir()) == []


def test_only_so_many_regions_wait_and_the_same_one_only_once(desk: Desk) -> None:
    for number in range(MAX_WAITING):
        desk.add(number)
    desk.add(0)
    with pytest.raises(CodesError, match="16 regions are already waiting"):
        desk.add(MAX_WAITING)

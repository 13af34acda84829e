import json
from pathlib import Path

from distill_live.codes.grid import CodeGrid
from tests.conftest import RunCli


def test_a_grid_is_measured_level_by_level(run_cli: RunCli, grid: CodeGrid) -> None:
    code, out, _ = run_cli("codes", "stats", "loop.json")
    assert code == 0
    assert out.startswith("12 columns x 8 bands x 3 levels, 1.02 s\n")
    for label in grid.level_labels:
        assert f"{label}" in out
    assert "16 of 16" in out and "of 4.00" in out
    assert "silent columns: 0 (0.00 s)" in out


def test_programs_get_json(run_cli: RunCli, grid: CodeGrid) -> None:
    found = json.loads(run_cli("codes", "stats", "loop.json", "--json").out)
    assert [level["label"] for level in found["levels"]] == list(grid.level_labels)
    assert (found["columns"], found["repeated_columns"], found["silent_columns"]) == (12, 0, 0)


def test_without_the_model_only_silence_is_not_measured(
    run_cli: RunCli, grid: CodeGrid, tiny_in_library: Path
) -> None:
    tiny_in_library.unlink()
    code, out, err = run_cli("codes", "stats", "loop.json")
    assert code == 0 and "silent" not in out
    assert err.startswith("note: silence is not measured: ")
    assert (
        json.loads(run_cli("codes", "stats", "loop.json", "--json").out)["silent_columns"] is None
    )

from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.codes.grid import CodeGrid
from distill_live.inference.codes import decode
from distill_live.inference.preview import entry_column, only_level
from distill_live.models.file.loaded import LoadedVQModel
from tests.conftest import RunCli


def written(loaded: LoadedVQModel, codes: np.ndarray) -> np.ndarray:
    """The samples of codes as a file has them, where the limiter is not needed."""
    return decode(loaded, loaded.grid_of(codes))


def preview(run_cli: RunCli, *arguments: object) -> np.ndarray:
    result = run_cli("codes", "preview", "tiny", *arguments, "--output", "x.wav", "--bit-depth", 32)
    assert result.code == 0, result.err
    return soundfile.read(result.out.split(":")[0], dtype="float32")[0]


def test_an_entry_is_held(run_cli: RunCli, grid: CodeGrid, tiny_model: LoadedVQModel) -> None:
    found = preview(run_cli, "--level", "timbre", "--code", 5, "--seconds", 0.25)
    held = entry_column(tiny_model, 1, 5)[None].repeat(3, axis=0)
    expected = written(tiny_model, held)
    assert found.shape == expected.shape == (3 * 4096,)
    assert np.corrcoef(found, expected)[0, 1] > 0.9


def test_a_level_may_be_a_number_and_bands_may_be_chosen(run_cli: RunCli, grid: CodeGrid) -> None:
    whole = preview(run_cli, "--level", "1", "--code", 5, "--seconds", 0.1)
    low = preview(run_cli, "--level", "1", "--code", 5, "--seconds", 0.1, "--band", "low")
    assert whole.shape == low.shape and (whole != low).any()


def test_a_column_is_held_and_a_level_alone_is_as_long_as_the_grid(
    run_cli: RunCli, grid: CodeGrid, tiny_model: LoadedVQModel
) -> None:
    column = preview(run_cli, "--grid", "loop.json", "--column", 4, "--seconds", 0.25)
    assert np.corrcoef(column, written(tiny_model, grid.codes[[4, 4, 4]]))[0, 1] > 0.9
    level = preview(run_cli, "--grid", "loop.json", "--only-level", "structure")
    alone = only_level(grid.codes, 0, tiny_model.codebooks)
    assert np.corrcoef(level, written(tiny_model, alone))[0, 1] > 0.9
    both = preview(
        run_cli, "--grid", "loop.json", "--column", 4, "--only-level", "0", "--seconds", 0.25
    )
    assert np.corrcoef(both, written(tiny_model, alone[[4, 4, 4]]))[0, 1] > 0.9


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give --level and --code"),
        (("--level", "timbre"), "give --level and --code"),
        (("--code", 3), "give --level and --code"),
        (("--grid", "loop.json"), "give --level and --code"),
        (("--grid", "loop.json", "--column", 1, "--code", 2), "give --level and --code"),
        (("--column", 1), "give --level and --code"),
        (("--level", "timbre", "--code", 2, "--only-level", "0"), "give --level and --code"),
        (("--level", "0:2", "--code", 3), "'0:2' is not one level"),
        (("--level", "air", "--code", 3), "'air'"),
        (("--level", "timbre", "--code", 16), "legal: 0..15"),
        (("--level", "timbre", "--code", 1, "--band", "9"), "bands"),
        (("--level", "timbre", "--code", 1, "--bands", "8"), "bands"),
        (("--grid", "loop.json", "--column", 12), "legal: 0..11"),
        (("--grid", "loop.json", "--only-level", "0", "--seconds", 2), "--seconds is for an entry"),
    ],
)
def test_what_cannot_be_heard_is_one_line_and_no_file(
    run_cli: RunCli, grid: CodeGrid, arguments: tuple[object, ...], told: str
) -> None:
    code, out, err = run_cli("codes", "preview", "tiny", *arguments)
    assert (code, out) == (1, "") and told in err and err.count("\n") == 1
    assert not list(Path().glob("*.wav"))


def test_a_grid_of_another_model_is_refused(
    run_cli: RunCli, grid: CodeGrid, tiny_two_levels_path: Path
) -> None:
    code, _, err = run_cli(
        "codes", "preview", tiny_two_levels_path, "--grid", "loop.json", "--column", 0
    )
    assert code == 1 and "made by the model 'tiny'" in err

"""blend and morph, as they are typed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.codes.grid import CodeGrid
from distill_live.codes.grid_file import load_grid
from distill_live.inference.morph import morph
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.prior.sampling import Sampling
from tests.conftest import RunCli
from tests.grids import model_grid, saved


@pytest.fixture
def pair(tiny_model: LoadedVQModel, tiny_in_library: Path) -> tuple[CodeGrid, CodeGrid]:
    """Two grids of a model in the library: a.json, of 12 columns, and b.json, of 20."""
    grids = model_grid(tiny_model, 12), model_grid(tiny_model, 20, seed=1)
    for name, grid in zip(("a.json", "b.json"), grids, strict=True):
        saved(grid, name)
    return grids


def blend(run_cli: RunCli, *arguments: object) -> np.ndarray:
    result = run_cli("blend", "a.json", "b.json", *arguments, "--output", "x.json")
    assert result.code == 0, result.err
    return load_grid(Path(result.out.split(":")[0])).codes


def test_a_weight_of_one_is_that_grid(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    assert (blend(run_cli, "--weights", "1,0") == pair[0].codes).all()
    assert (blend(run_cli, "--weights", "1") == pair[1].codes[:12]).all()


def test_a_blend_lies_between(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    half = blend(run_cli)
    assert (half == blend(run_cli, "--weights", "3,3")).all()
    assert (half != pair[0].codes).any() and (half != pair[1].codes[:12]).any()


def test_levels_can_come_from_different_grids(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    codes = blend(run_cli, "--weights", "0", "--level-weights", "detail=0,1")
    assert (codes[..., :2] == pair[0].codes[..., :2]).all()
    assert (codes[..., 2] == pair[1].codes[:12, :, 2]).all()


def test_weights_can_change_over_time(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    linear = blend(run_cli, "--from", "0", "--to", "1")
    assert (linear[0] == pair[0].codes[0]).all() and (linear[-1] == pair[1].codes[11]).all()
    assert (linear != blend(run_cli, "--from", "0", "--to", "1", "--curve", "smooth")).any()


def test_grids_of_different_lengths_are_cut_or_repeated_and_that_is_told(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    err = run_cli("blend", "a.json", "b.json").err
    assert "note: the grids have 12, 20 columns: the blend ends after 12 columns; with" in err
    assert len(load_grid(Path("blend.json")).codes) == 12
    # What is refused is refused before anything else is said.
    refused = run_cli("blend", "a.json", "b.json", "--model", "nowhere")
    assert refused.code == 1 and "note" not in refused.err
    repeated = blend(run_cli, "--repeat", "--weights", "1,0")
    assert (repeated == np.concatenate([pair[0].codes, pair[0].codes[:8]])).all()


def test_a_blend_names_the_sources_of_all_its_grids(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    for name, grid in zip("ab", pair, strict=True):
        saved(replace(grid, source=f"{name}.wav"), f"{name}.json")
    run_cli("blend", "a.json", "b.json", "a.json")
    assert load_grid(Path("blend.json")).source == "a.wav, b.wav"


def test_three_grids_can_be_blended(run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]) -> None:
    weights = ("--weights", "0,0,1", "--output", "x.npz")
    assert run_cli("blend", "b.json", "b.json", "a.json", *weights).code == 0
    assert (load_grid(Path("x.npz")).codes == pair[0].codes).all()


def test_a_smooth_blend_is_a_sound_and_no_other_than_decoded_where_one_grid_has_all_the_weight(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    run_cli("decode", "a.json", "--model", "tiny", "--output", "decoded.wav")
    result = run_cli(
        "blend", "a.json", "b.json", "--weights", "1,0", "--smooth", "--output", "smooth.wav"
    )
    assert result.out == "smooth.wav: 12 columns, 1.0 s\n"
    assert Path("smooth.wav").read_bytes() == Path("decoded.wav").read_bytes()
    for smooth in (("--smooth",), ()):
        run_cli("blend", "a.json", "b.json", *smooth)
    run_cli("decode", "blend.json", "--model", "tiny", "--output", "rough.wav")
    assert soundfile.info("blend.wav").frames == 12 * 4096
    assert (soundfile.read("blend.wav")[0] != soundfile.read("rough.wav")[0]).any()


def test_chunks_of_distill_v1_can_be_blended_smoothly(
    run_cli: RunCli, old_model: LoadedVQModel, old_model_path: Path, tiny_in_library: Path
) -> None:
    for number in range(2):
        saved(model_grid(old_model, 3, number), f"{number}.json")
    for smooth, name in ((("--smooth",), "x.wav"), ((), "x.json")):
        result = run_cli(
            "blend", "0.json", "1.json", *smooth, "--model", old_model_path, "--output", name
        )
        assert result.code == 0, result.err
    assert soundfile.info("x.wav").frames == 3 * old_model.column_samples


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a.json",), "two grids or more"),
        (
            ("a.json", "b.json", "--weights", "1,x"),
            "give 2 weights with commas between them, or one number 0..1, the share of the second "
            "grid; not '1,x'",
        ),
        (("a.json", "b.json", "--weights", "1.5"), "or one number 0..1, the share of the second"),
        (("a.json", "b.json", "--weights", "1,2,3"), "give 2 weights with commas between them"),
        (
            ("a.json", "b.json", "a.json", "--weights", "1"),
            "give 3 weights with commas between them; not '1'",
        ),
        (("a.json", "b.json", "--weights", "0,0"), "not 0,0"),
        (("a.json", "b.json", "--weights", "nan"), "give 2 weights"),
        (("a.json", "b.json", "--curve", "smooth"), "--curve is for --from and --to"),
        (("a.json", "b.json", "--bit-depth", "16"), "--bit-depth is for --smooth"),
        (("a.json", "b.json", "--weights", "1,inf"), "not 1,inf"),
        (("a.json", "b.json", "--from", "0"), "--from and --to go together"),
        (("a.json", "b.json", "--from", "0", "--to", "1", "--weights", "1"), "go together"),
        (("a.json", "b.json", "--level-weights", "air=1,0"), "'air'"),
        (("a.json", "b.json", "--level-weights", "detail"), "LEVEL=WEIGHTS"),
        (("a.json", "rain.json"), "'rain'"),
        (("a.json", "b.json", "--output", "x.wav"), "with --smooth it can be a sound file"),
        (("a.json", "b.json", "--smooth", "--output", "x.json"), "cannot write 'json' files"),
    ],
)
def test_what_cannot_be_blended_is_one_line_and_writes_nothing(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], arguments: tuple[str, ...], told: str
) -> None:
    saved(replace(pair[1], model_name="rain", model_sha256="other"), "rain.json")
    before = sorted(Path().iterdir())
    code, out, err = run_cli("blend", *arguments)
    assert (code, out) == (1, "") and told in err and err.count("error: ") == 1
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "command",
    [
        ("blend", "a.json", "b.json"),
        ("morph", "a.json", "b.json", "--seconds", 1),
        ("edit", "a.json", "--do", "reverse"),
    ],
)
def test_a_name_that_does_not_fit_is_told_as_it_was_typed(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], command: tuple[object, ...]
) -> None:
    Path("x.wav").touch()
    code, out, err = run_cli(*command, "--output", "x.wav")
    assert (code, out) == (1, "") and err.startswith("error: x.wav must end in .json or .npz")


def test_a_morph_through_a_blend_begins_with_one_grid_and_ends_with_the_other(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid]
) -> None:
    result = run_cli("morph", "a.json", "b.json", "--seconds", 1.5)
    assert result.out == "morph.json: 18 columns, 1.5 s\n"
    assert "note: a.json has only 1.0 s, which repeat" in result.err and "b.json" not in result.err
    codes = load_grid(Path("morph.json")).codes
    assert (codes[0] == pair[0].codes[0]).all() and (codes[-1] == pair[1].codes[17]).all()


def test_a_morph_through_the_prior_is_what_the_prior_draws(
    run_cli: RunCli, pair: tuple[CodeGrid, CodeGrid], tiny_model: LoadedVQModel
) -> None:
    settings = ("--seed", 3, "--manner", 0.5, "--temperature", 0.7)
    result = run_cli("morph", "a.json", "b.json", "--seconds", 1, "--through", "prior", *settings)
    assert result.code == 0, result.err
    wanted = morph(tiny_model, *pair, 1.0, Sampling(temperature=0.7, manner=0.5), 3)
    assert load_grid(Path("morph.json")) == wanted


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--seconds", 3601), "up to 3600 seconds"),
        (("--seconds", 1, "--through", "prior", "--smooth"), "leave --smooth out"),
        (("--seconds", 1, "--output", "x.wav"), "must end in .json or .npz"),
        (
            ("--seconds", 1, "--through", "prior", "--curve", "linear"),
            "--curve is for --through blend: a morph through the prior changes evenly",
        ),
        *(
            (("--seconds", 1, option, 0.5 if option != "--seed" else 0), "are for --through prior")
            for option in ("--seed", "--manner", "--temperature")
        ),
    ],
)
def test_a_morph_that_cannot_be_made_is_one_line(
    run_cli: RunCli,
    pair: tuple[CodeGrid, CodeGrid],
    arguments: tuple[object, ...],
    told: str,
) -> None:
    code, out, err = run_cli("morph", "a.json", "b.json", *arguments)
    assert (code, out) == (1, "") and told in err and err.count("\n") == 1

import csv
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from distill_live.codes.training_codes import TrainingCodes
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import save_model_v2
from tests.conftest import Folders, RunCli
from tests.png_file import read_png


@pytest.fixture(scope="module")
def known_codes() -> np.ndarray:
    """The codes of a recording of the model that has two levels of 12 codes."""
    return np.random.default_rng(0).integers(0, 12, (9, 4, 2)).astype(np.int16)


@pytest.fixture
def model(folders: Folders, tiny_two_levels: LoadedVQModel, known_codes: np.ndarray) -> Path:
    path = folders.user / "two.distill"
    save_model_v2(
        path, model=tiny_two_levels.model, spectrogram=tiny_two_levels.spectrogram,
        vocoder=tiny_two_levels.vocoder, metadata={"level_labels": ["Body", "Air"]},
        training_codes=[TrainingCodes("rain.wav", known_codes)],
    )  # fmt: skip
    return path


def rows(folder: str) -> list[dict[str, str]]:
    with Path(folder, "codebook.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_entry_is_in_the_sound_the_table_and_a_cue_sheet(
    run_cli: RunCli, model: Path, known_codes: np.ndarray
) -> None:
    result = run_cli("codebook", "two", "--seconds", 0.1, "--output", "book")
    assert result.code == 0, result.err
    assert result.out.split() == [
        f"book/codebook{rest}" for rest in (".wav", ".png", ".csv", "-0-body.cue", "-1-air.cue")
    ]
    found = rows("book")
    assert [(row["level"], int(row["code"])) for row in found] == [
        (label, code) for label in ("Body", "Air") for code in range(12)
    ]
    assert [int(row["uses"]) for row in found[12:]] == [
        int((known_codes[..., 1] == code).sum()) for code in range(12)
    ]
    assert sum(float(row["share"]) for row in found[:12]) == pytest.approx(1.0, abs=1e-4)
    assert all(row["near_1"] != row["code"] for row in found)
    step = float(found[1]["begins_s"])
    assert soundfile.info("book/codebook.wav").duration == pytest.approx(24 * step, abs=1e-3)
    assert read_png(Path("book/codebook.png").read_bytes()).pixels.shape[1] > 1000
    sheet = Path("book/codebook-1-air.cue").read_text()
    assert re.findall(r'TITLE "(.*)"', sheet)[-1] == "Air 11"
    minutes, seconds, frames = map(int, re.findall(r"INDEX 01 (\d+):(\d+):(\d+)", sheet)[-1])
    begin = 60 * minutes + seconds + frames / 75
    assert begin == pytest.approx(float(found[-1]["begins_s"]), abs=1e-3)


def test_a_codebook_that_is_there_is_not_replaced(run_cli: RunCli, model: Path) -> None:
    Path("book").mkdir()
    Path("book/codebook.wav").write_text("mine")
    result = run_cli("codebook", "two", "--seconds", 0.05, "--output", "book")
    assert result.out.split()[0] == "book_2/codebook.wav"
    assert Path("book/codebook.wav").read_text() == "mine"


def test_without_the_recordings_codes_usage_is_left_out(
    run_cli: RunCli, folders: Folders, tiny_two_levels_path: Path
) -> None:
    shutil.copy(tiny_two_levels_path, folders.user)
    assert run_cli("codebook", "two", "--seconds", 0.1).code == 0
    assert {row["uses"] for row in rows("two-codebook")} == {""}


def test_a_level_with_many_codes_has_several_cue_sheets(
    run_cli: RunCli, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distill_live.inference import cue_sheet

    monkeypatch.setattr(cue_sheet, "MOST_TRACKS", 5)
    run_cli("codebook", "two", "--seconds", 0.1, "--output", "book")
    sheets = sorted(path.name for path in Path("book").glob("codebook-0-*.cue"))
    assert sheets == ["codebook-0-body-2.cue", "codebook-0-body-3.cue", "codebook-0-body.cue"]
    counts = [Path("book", name).read_text().count("TRACK") for name in sheets]
    assert counts == [5, 2, 5]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--output", "file"), "file is a file: --output takes a folder"),
        (("--seconds", 11), "up to 10 seconds"),
    ],
)
def test_what_cannot_be_written_is_one_line(
    run_cli: RunCli, model: Path, arguments: tuple[object, ...], told: str
) -> None:
    Path("file").write_text("precious")
    code, out, err = run_cli("codebook", "two", *arguments)
    assert (code, out) == (1, "") and told in err
    assert Path("file").read_text() == "precious"


def test_a_label_does_not_lead_into_another_folder(
    run_cli: RunCli, folders: Folders, tiny_two_levels: LoadedVQModel
) -> None:
    save_model_v2(
        folders.user / "bad.distill", model=tiny_two_levels.model,
        spectrogram=tiny_two_levels.spectrogram, vocoder=tiny_two_levels.vocoder,
        metadata={"level_labels": ["../up", "a/b"]},
    )  # fmt: skip
    assert run_cli("codebook", "bad", "--seconds", 0.1, "--output", "book").code == 0
    names = sorted(path.name for path in Path("book").glob("*.cue"))
    assert names == ["codebook-0-_up.cue", "codebook-1-a_b.cue"]

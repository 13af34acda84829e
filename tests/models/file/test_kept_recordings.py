"""What a model file keeps of its recordings."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import ModelFileError
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.kept_recordings import Preview, declines_codes
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_model_v2


def grids(columns: tuple[int, ...], codes: int = 16) -> list[TrainingCodes]:
    random = np.random.default_rng(0)
    return [
        TrainingCodes(
            f"{number}.wav",
            random.integers(0, codes, (count, 8, 3)).astype(np.int16),
            b"mel" * number,
        )
        for number, count in enumerate(columns)
    ]


@pytest.fixture
def keeping(tiny_model: LoadedVQModel, tmp_path: Path) -> Path:
    """A model file with the codes of three recordings and two previews."""
    path = tmp_path / "keeping.distill"
    save_model_v2(
        path,
        model=tiny_model.model,
        prior=tiny_model.prior,
        spectrogram=tiny_model.spectrogram,
        training_codes=grids((5, 1, 9)),
        previews=[Preview(0, b"recording"), Preview(12, b"after")],
    )
    return path


def test_training_codes_and_previews_come_back(keeping: Path) -> None:
    loaded = load_model_v2(keeping)
    for found, given in zip(loaded.training_codes, grids((5, 1, 9)), strict=True):
        assert (found.name, found.codes.dtype, found.mel) == (given.name, np.int16, given.mel)
        np.testing.assert_array_equal(found.codes, given.codes)
    assert loaded.previews == (Preview(0, b"recording"), Preview(12, b"after"))
    header = read_header(keeping).metadata
    assert header["training_codes"] == {
        "names": ["0.wav", "1.wav", "2.wav"], "columns": [5, 1, 9], "mel_bytes": [0, 3, 6],
    }  # fmt: skip


def test_a_header_that_never_heard_of_spectrograms_loads(
    tiny_model: LoadedVQModel, keeping: Path
) -> None:
    codes = [replace(one, mel=b"") for one in grids((5, 1))]
    save_model_v2(
        keeping, model=tiny_model.model, spectrogram=tiny_model.spectrogram, training_codes=codes
    )
    assert "training_mels.0" not in read_header(keeping).tensors
    rewrite_metadata(keeping, training_codes={"names": ["0.wav", "1.wav"], "columns": [5, 1]})
    assert [one.mel for one in load_model_v2(keeping).training_codes] == [b"", b""]


def test_a_training_code_takes_a_byte_where_it_can(
    tiny_model: LoadedVQModel, keeping: Path
) -> None:
    assert read_header(keeping).tensors["training_codes.0"]["dtype"] == "U8"
    wide = ConvVQVAE(replace(tiny_model.model.config, codebook_size=300))
    codes = grids((4,), codes=300)
    save_model_v2(keeping, model=wide, spectrogram=tiny_model.spectrogram, training_codes=codes)
    assert read_header(keeping).tensors["training_codes.0"]["dtype"] == "I16"
    np.testing.assert_array_equal(load_model_v2(keeping).training_codes[0].codes, codes[0].codes)


def test_training_codes_do_not_make_another_codec(tiny_model: LoadedVQModel, keeping: Path) -> None:
    assert read_header(keeping).metadata["codec_sha256"] == tiny_model.metadata["codec_sha256"]


def test_a_file_that_keeps_nothing_loads_as_before(tiny_model_path: Path) -> None:
    header = read_header(tiny_model_path)
    assert not any(name.startswith(("training", "preview")) for name in header.tensors)
    loaded = load_model_v2(tiny_model_path)
    assert (loaded.training_codes, loaded.previews) == ((), ())


def test_a_header_that_never_heard_of_training_codes_loads(
    tiny_model_path: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    rewrite_metadata(path, training_codes=None, previews=None)
    assert load_model_v2(path).training_codes == ()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("training_codes", {"names": ["a"], "columns": [14]}, "training codes do not match its"),
        ("training_codes", {"names": ["a"], "columns": [14, 1]}, "training codes do not match its"),
        ("training_codes", {"names": ["a", "b"], "columns": [16, -1]}, "do not match its header"),
        (
            "training_codes",
            {"names": ["a", "b"], "columns": [14, 1], "mel_bytes": [9, 1]},
            "training spectrograms do not match its header",
        ),
        (
            "training_codes",
            {"names": ["a", "b"], "columns": [14, 1], "mel_bytes": [10, -1]},
            "training spectrograms do not match its header",
        ),
        (
            "training_codes",
            {"names": ["a", "b"], "columns": [14, 1], "mel_bytes": [9]},
            "does not match this version",
        ),
        ("training_codes", {"names": ["a"], "columns": 15}, "does not match this version"),
        ("training_codes", {"names": ["a"]}, "does not match this version"),
        ("training_codes", [1], "does not match this version"),
        ("previews", [7], "previews.7"),
    ],
)
def test_a_header_that_does_not_fit_what_is_kept_is_refused(
    keeping: Path, key: str, value: object, reason: str
) -> None:
    rewrite_metadata(keeping, **{key: value})
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(keeping)
    assert "\n" not in str(caught.value)


def test_codes_that_the_codec_does_not_have_are_refused(
    tiny_model: LoadedVQModel, keeping: Path
) -> None:
    save_model_v2(
        keeping, model=tiny_model.model, spectrogram=tiny_model.spectrogram,
        training_codes=grids((4,), codes=200),
    )  # fmt: skip
    with pytest.raises(ModelFileError, match=r"training codes are not all 0\.\.15"):
        load_model_v2(keeping)


@pytest.mark.parametrize(
    ("metadata", "declined"),
    [
        ({}, False),
        ({"training": None, "training_codes": None, "code_counts": None}, False),
        ({"training": {"keeps_codes": True}, "code_counts": [[1]]}, False),
        ({"training": {"keeps_codes": False}}, True),
        # Without the mark: codes were counted, and kept or not.
        ({"training": {}, "code_counts": [[1]], "training_codes": {"names": ["a"]}}, False),
        ({"training": {}, "code_counts": [[1]], "training_codes": {"names": []}}, True),
        ({"code_counts": [[1]]}, True),
    ],
)
def test_whether_codes_were_declined_is_in_the_header(
    metadata: dict[str, object], declined: bool
) -> None:
    assert declines_codes(metadata) is declined

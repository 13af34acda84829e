import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import distill_live
from distill_live.codes.labels import level_labels
from distill_live.errors import ModelFileError, NoPriorError, ParameterError
from distill_live.models.codec.clarity import UNMEASURED
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file import header, persistence
from distill_live.models.file.header import read_header, rewrite_metadata, write_model_bytes
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.file.persistence import load_model_v2, save_changed_model, save_model_v2
from distill_live.models.prior.column_prior import ColumnPrior, ColumnPriorConfig
from distill_live.models.sound_settings import SoundSettings
from distill_live.models.vocoder.neural import NeuralVocoder


def state(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return network.state_dict()


def test_every_weight_comes_back_as_it_was_saved(tiny_model: LoadedVQModel, tmp_path: Path) -> None:
    save_model_v2(
        tmp_path / "again.distill",
        model=tiny_model.model,
        prior=tiny_model.prior,
        spectrogram=tiny_model.spectrogram,
    )
    again = load_model_v2(tmp_path / "again.distill")
    assert again.model.config == tiny_model.model.config
    assert again.require_prior().config == tiny_model.require_prior().config
    for one, other in (
        (again.model, tiny_model.model),
        (again.require_prior(), tiny_model.require_prior()),
    ):
        assert state(one).keys() == state(other).keys()
        assert all(torch.equal(state(one)[name], state(other)[name]) for name in state(one))


def test_a_loaded_model_is_ready_to_play(tiny_model: LoadedVQModel) -> None:
    for network in (tiny_model.model, tiny_model.require_prior()):
        assert not network.training
        assert not any(parameter.requires_grad for parameter in network.parameters())
    assert tiny_model.column_samples == 4096
    assert tiny_model.metadata["name"] == "tiny"


def test_the_codebooks_are_one_array_that_cannot_be_written_to(tiny_model: LoadedVQModel) -> None:
    assert tiny_model.codebooks is tiny_model.codebooks
    assert not tiny_model.codebooks.flags.writeable
    assert tiny_model.model.quantizer.codebooks.numpy().flags.writeable
    np.testing.assert_array_equal(
        tiny_model.codebooks, tiny_model.model.quantizer.codebooks.numpy()
    )


def test_the_header_holds_what_the_file_is_given(tiny_model: LoadedVQModel, tmp_path: Path) -> None:
    path = tmp_path / "rain.distill"
    given = {"tags": ["wet"], "loudness_db": -20.0, "dataset_files": ["a.wav"]}
    save_model_v2(path, model=tiny_model.model, spectrogram=tiny_model.spectrogram, metadata=given)
    found = read_header(path).metadata
    assert found.items() >= given.items()
    assert found["name"] == "rain"
    assert found["level_labels"] == ["Structure", "Timbre", "Detail"]
    assert found["codec"]["codebook_size"] == 16
    assert found["prior"] is None


def test_the_codecs_checksum_does_not_depend_on_the_prior(
    tiny_model: LoadedVQModel, tmp_path: Path
) -> None:
    path = tmp_path / "codec.distill"
    save_model_v2(path, model=tiny_model.model, spectrogram=tiny_model.spectrogram)
    assert read_header(path).metadata["codec_sha256"] == tiny_model.metadata["codec_sha256"]
    assert read_header(path).metadata["weights_sha256"] != tiny_model.metadata["weights_sha256"]


def test_a_model_without_a_prior_says_so(tiny_model: LoadedVQModel, tmp_path: Path) -> None:
    path = tmp_path / "codec.distill"
    save_model_v2(path, model=tiny_model.model, spectrogram=tiny_model.spectrogram)
    said = "codec has no prior, so it cannot play; train one: distill-live train-prior codec FOLDER"
    with pytest.raises(NoPriorError, match=said):
        load_model_v2(path).require_prior()


def test_a_neural_vocoder_comes_back_and_gives_the_same_bytes(
    tiny_neural: LoadedVQModel, tmp_path: Path
) -> None:
    path = tmp_path / "again.distill"
    save_model_v2(
        path, model=tiny_neural.model, spectrogram=tiny_neural.spectrogram,
        vocoder=tiny_neural.vocoder,
    )  # fmt: skip
    again = load_model_v2(path)
    assert isinstance(again.vocoder, NeuralVocoder)
    assert again.metadata["vocoder"] == tiny_neural.metadata["vocoder"]
    mel = torch.randn(128, 20, generator=torch.Generator().manual_seed(1))
    assert torch.equal(again.vocoder(mel), tiny_neural.vocoder(mel))


def test_a_trained_vocoder_changes_neither_codec_nor_prior(
    tiny_model: LoadedVQModel, tiny_neural: LoadedVQModel
) -> None:
    assert tiny_neural.metadata["codec_sha256"] == tiny_model.metadata["codec_sha256"]
    assert tiny_neural.metadata["prior"] == tiny_model.metadata["prior"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"blocks": 10**9}, "blocks in its vocoder must be 0..256"),
        ({"width": 10**7}, "do not have the shape"),
        ({"kernel": 9}, "do not have the shape"),
        ({"block_frames": 3}, "does not divide a column"),
        ({"lookahead_frames": 7}, "lookahead_frames must be below kernel"),
        ({"wings": 2}, "wings"),
        ({"kind": "phase"}, "does not match this version"),
    ],
)
def test_a_neural_vocoder_that_does_not_fit_its_weights_is_refused_in_one_line(
    tiny_neural_path: Path, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    path = Path(shutil.copy(tiny_neural_path, tmp_path))
    rewrite_metadata(path, vocoder=read_header(path).metadata["vocoder"] | change)
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fixture", ["tiny_model_path", "tiny_neural_path"])
def test_a_model_that_is_saved_unchanged_has_the_same_bytes(
    fixture: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path: Path = request.getfixturevalue(fixture)
    save_changed_model(tmp_path / path.name, load_model_v2(path))
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_saving_a_change_returns_the_model_as_loading_the_file_would(
    tiny_neural_path: Path, tmp_path: Path
) -> None:
    loaded = load_model_v2(tiny_neural_path)
    # What JSON turns into something else: a tuple, and a number that is none.
    told = loaded.metadata | {"training": {"speeds": (1.5, 2), "loss": float("nan")}}
    saved = save_changed_model(tmp_path / "a.distill", replace(loaded, metadata=told))
    assert json.dumps(saved.metadata) == json.dumps(read_header(tmp_path / "a.distill").metadata)
    save_changed_model(tmp_path / "b.distill", saved)
    save_changed_model(tmp_path / "c.distill", load_model_v2(tmp_path / "a.distill"))
    assert (tmp_path / "b.distill").read_bytes() == (tmp_path / "c.distill").read_bytes()


def test_a_flipped_weight_or_a_cut_end_is_refused(tiny_model_path: Path, tmp_path: Path) -> None:
    content = tiny_model_path.read_bytes()
    path = tmp_path / "damaged.distill"
    start = read_header(tiny_model_path).weights_start
    for position in range(start, len(content), len(content) // 20):
        damaged = bytearray(content)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="do not match their checksum"):
            load_model_v2(path)
        path.write_bytes(content[:position])
        with pytest.raises(ModelFileError, match="bytes of weights instead of"):
            load_model_v2(path)


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("codec", {"width": 17}, "do not have the shape"),
        ("codec", {"width": 10**7}, "do not have the shape"),
        ("codec", {"wings": 2}, "wings"),
        ("codec", {"width": "wide"}, "does not match this version"),
        ("vocoder", {"kind": "magic"}, "unknown kind, 'magic'"),
        ("vocoder", {"iterations": 10**9}, "iterations in its vocoder must be 0..1024"),
        ("spectrogram", {"n_fft": 10**9}, "n_fft in its spectrogram must be 16..16384"),
        ("spectrogram", {"n_mels": 1e30}, "n_mels in its spectrogram must be 1..1024"),
        ("spectrogram", {"hop_length": 0}, "hop_length in its spectrogram must be 1..16384"),
        ("spectrogram", {"f_max": 10**400}, "does not match this version"),
        ("codec", {"bands": 0}, "bands in its codec must be 1..1024"),
        ("codec", {"decoder_blocks": 10**9}, "decoder_blocks in its codec must be 0..256"),
        ("prior", {"num_heads": 0}, "num_heads in its prior must be 1..1024"),
        ("prior", {"seq_len": 10**12}, "seq_len in its prior must be 1..65536"),
        ("prior", {"num_layers": 10**9}, "num_layers in its prior must be 0..256"),
        ("prior", {"rank_points": 1}, "rank_points in its prior must be 2..4096"),
        ("prior", {"num_heads": 3}, "multiple of twice num_heads, 3"),
        ("prior", {"context_columns": 7}, "an even number of columns, 2..4096, not 7"),
        (
            "prior",
            {"context_columns": 4098},
            "context_columns in its prior must be 2..4096, not 4098",
        ),
        (
            "codec",
            {"codebook_size": 32_769},
            "codebook_size in its codec must be 1..32768, not 32769",
        ),
        (
            "prior",
            {"codebook_size": 32_769},
            "codebook_size in its prior must be 1..32768, not 32769",
        ),
        ("spectrogram", {"mean": "loud"}, "mean in its spectrogram must be -100..100, not 'loud'"),
        ("spectrogram", {"deviation": 0}, "deviation in its spectrogram must be 0.001..1000"),
        ("spectrogram", {"floor": -1.0}, "floor in its spectrogram must be 1e-20..1"),
        ("spectrogram", {"n_mels": 64}, "codec is for 128 mels, but its spectrogram has 64"),
        (
            "spectrogram",
            {"image_groups": 16},
            "has a stereo image of 0 groups, but its spectrogram",
        ),
        ("spectrogram", {"image_groups": 24}, "128 mel bins cannot be in 24 groups"),
        ("codec", {"image_groups": 8.5}, "image_groups in its codec must be 0..1024, not 8.5"),
        ("codec", {"image_groups": 4}, "image_groups must be a multiple of the 8 bands, not 4"),
        ("codec", {"column_frames": 6}, "must be multiples of 4: they are 6"),
        (
            "codec",
            {"lookahead_columns": True},
            "lookahead_columns in its codec must be 0..1, not True",
        ),
        (
            "vocoder",
            {"block_frames": 3},
            "block_frames of its vocoder, 3, does not divide a column of 8",
        ),
        ("vocoder", {"momentum": 1e300}, "momentum in its vocoder must be 0..10"),
    ],
)
def test_a_header_that_does_not_fit_the_weights_is_refused_in_one_line(
    tiny_model_path: Path, tmp_path: Path, part: str, change: dict[str, object], reason: str
) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    rewrite_metadata(path, **{part: read_header(path).metadata[part] | change})
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("labels", [[], ["Structure", "Detail"]])
def test_every_level_must_have_a_label(
    tiny_model_path: Path, tmp_path: Path, labels: list[str]
) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    rewrite_metadata(path, level_labels=labels)
    with pytest.raises(ModelFileError, match=f"it has 3 levels but {len(labels)} labels"):
        load_model_v2(path)


@pytest.mark.parametrize("change", [{"codebook_size": 8}, {"bands": 4}, {"num_quantizers": 2}])
def test_a_prior_for_other_codes_than_the_codecs_is_refused(
    tiny_model: LoadedVQModel, tmp_path: Path, change: dict[str, int]
) -> None:
    config = tiny_model.require_prior().config
    assert isinstance(config, ColumnPriorConfig)
    path = tmp_path / "patched.distill"
    save_model_v2(
        path,
        model=tiny_model.model,
        spectrogram=tiny_model.spectrogram,
        prior=ColumnPrior(replace(config, **change)),
    )
    with pytest.raises(
        ModelFileError, match="prior is for different codes from those of its codec"
    ):
        load_model_v2(path)


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("zero"), IndexError(), OverflowError("far"), MemoryError()]
)
def test_whatever_a_strange_header_sets_off_is_one_line(
    tiny_model_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(persistence, "build_spectrogram", fail)
    with pytest.raises(
        ModelFileError, match=r"does not match this version of distill-live: ."
    ) as caught:
        load_model_v2(tiny_model_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6])
def test_a_saved_model_names_each_of_its_levels(
    tiny_model: LoadedVQModel, tmp_path: Path, levels: int
) -> None:
    path = tmp_path / "model.distill"
    codec = ConvVQVAE(replace(tiny_model.model.config, num_quantizers=levels))
    save_model_v2(path, model=codec, spectrogram=tiny_model.spectrogram)
    assert read_header(path).metadata["level_labels"] == list(level_labels(levels))


def test_names_that_somebody_gave_are_kept(tiny_model: LoadedVQModel, tmp_path: Path) -> None:
    path = tmp_path / "model.distill"
    metadata = {"level_labels": ["Body", "Skin", "Air"]}
    save_model_v2(
        path, model=tiny_model.model, spectrogram=tiny_model.spectrogram, metadata=metadata
    )
    assert read_header(path).metadata["level_labels"] == ["Body", "Skin", "Air"]


def test_clarity_comes_back_and_leaves_all_checksums_as_they_were(
    tiny_clear: LoadedVQModel, tmp_path: Path
) -> None:
    plain = save_changed_model(tmp_path / "a.distill", replace(tiny_clear, clarity=UNMEASURED))
    clear = save_changed_model(tmp_path / "b.distill", tiny_clear)
    assert plain.metadata["clarity"] is None
    assert load_model_v2(tmp_path / "a.distill").clarity == UNMEASURED
    assert load_model_v2(tmp_path / "b.distill").clarity == tiny_clear.clarity
    for checksum in ("codec_sha256", "weights_sha256"):
        assert clear.metadata[checksum] == plain.metadata[checksum]


def test_a_file_from_before_clarity_has_none(tiny_model_path: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    metadata = read_header(path).metadata
    del metadata["clarity"]
    write_model_bytes(path, metadata, path.read_bytes())
    assert "clarity" not in read_header(path).metadata
    assert load_model_v2(path).clarity == UNMEASURED


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ([1.5] * 127, "its clarity must be a list of 128 gains"),
        ([1.5] * 100_000, "its clarity must be a list of 128 gains"),
        ({"gains": 1}, "its clarity must be a list of 128 gains"),
        ("loud", "its clarity must be a list of 128 gains"),
        ([1.5] * 127 + [3.5], "a gain of its clarity must be 1..3, not 3.5"),
        ([0.5] + [1.5] * 127, "a gain of its clarity must be 1..3, not 0.5"),
        ([1e308] * 128, "a gain of its clarity must be 1..3"),
        ([[1.5]] * 128, "a gain of its clarity is not a number"),
        ([True] * 128, "a gain of its clarity is not a number"),
        ([None] * 128, "a gain of its clarity is not a number"),
    ],
)
def test_a_clarity_that_makes_no_sense_is_refused_in_one_line(
    tiny_model_path: Path, tmp_path: Path, stored: object, reason: str
) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    rewrite_metadata(path, clarity=stored)
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_gain_that_is_not_finite_is_refused(
    tiny_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    path = Path(shutil.copy(tiny_model_path, tmp_path))
    # Our own writer makes null of it; a stranger's need not.
    monkeypatch.setattr(
        header, "_encode", lambda metadata: json.dumps(metadata).replace("12345", number)
    )
    rewrite_metadata(path, clarity=[12345] * 128)
    with pytest.raises(ModelFileError, match=r"a gain of its clarity must be 1\.\.3, not"):
        load_model_v2(path)


@pytest.mark.parametrize("amount", [-0.1, 1.6, float("nan"), float("inf")])
def test_a_decoder_has_a_legal_amount_of_clarity(tiny_clear: LoadedVQModel, amount: float) -> None:
    with pytest.raises(ParameterError):
        tiny_clear.decoder(SoundSettings(amount))


def test_only_one_place_opens_a_codecs_stream() -> None:
    """Whoever decodes takes `LoadedVQModel.decoder`: nobody can forget clarity. One more only
    measures how long it takes, before there is a model."""
    package = Path(distill_live.__file__).parent
    opened = [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if re.search(r"(model|codec)\.stream\(\)", path.read_text())
    ]
    assert opened == ["models/file/loaded.py", "training/prior/pace.py"]

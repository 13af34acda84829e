"""What Distill v1.1 wrote, read without torch; and everything that looks like it and is not."""

import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.file import describe_old_model, is_old_file, read_old_file
from distill_live.models.file.header import (
    check_name,
    read_header,
    read_model_bytes,
    rewrite_metadata,
)
from distill_live.models.file.persistence import load_model_v2
from tests.old_model import (
    Caller,
    old_model,
    pickle_of,
    pickled_part,
    replace_pickle,
    save_old_model,
)


def refusal(path: Path) -> str:
    """The one line with which both the library and the loader refuse a file."""
    with pytest.raises(ModelFileError) as by_header:
        read_header(path)
    with pytest.raises(ModelFileError) as by_loader:
        load_model_v2(path)
    assert str(by_header.value) == str(by_loader.value)
    assert "\n" not in str(by_loader.value)
    return str(by_loader.value)


def test_the_header_is_the_one_that_a_file_of_ours_would_have(old_model_path: Path) -> None:
    assert is_old_file(old_model_path)
    header = read_header(old_model_path)
    assert header.weights_bytes < old_model_path.stat().st_size
    found = header.metadata
    assert found["name"] == "old"
    assert found["tags"] == ["wet"]
    assert found["created"] == "2026-02-21T00:00:00+00:00"
    assert found["level_labels"] == ["Structure", "Timbre", "Detail"]
    assert found["spectrogram"]["f_max"] == 24_000
    assert found["codec"]["column_frames"] == 24
    assert found["codec"]["chunk_samples"] == 12_000
    assert found["prior"]["seq_len"] == 12
    assert found["training"]["name"] == "Rain: one/two"
    assert found["codebook_health"][1] == {"utilisation": 0.5, "perplexity": 4.0, "dead_codes": 6}


def test_reading_it_needs_no_torch(old_model_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from distill_live.models.file.header import read_header;"
        f"print(read_header(Path({str(old_model_path)!r})).metadata['name']);"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("old\n", "")


@pytest.mark.parametrize("name", ["ambient", "my model (1)", "..", "ü:*", "_" * 80, "(a)"])
def test_every_file_name_makes_a_legal_model_name(old_model_path: Path, name: str) -> None:
    old = read_old_file(old_model_path)
    described = describe_old_model(type(old)(Path(f"{name}.distill"), old.saved, 0))
    check_name(described["name"])


def test_a_model_without_a_prior_has_none(tmp_path: Path) -> None:
    saved = old_model() | {"has_prior": False, "prior_state_dict": None, "prior_config": None}
    path = save_old_model(tmp_path / "codec.distill", saved)
    assert read_header(path).metadata["prior"] is None
    assert load_model_v2(path).prior is None


def test_it_is_not_changed_but_imported(old_model_path: Path) -> None:
    for refused in (lambda: rewrite_metadata(old_model_path, tags=[]),
                    lambda: read_model_bytes(old_model_path)):  # fmt: skip
        with pytest.raises(ModelFileError, match="distill-live models import"):
            refused()


def test_a_model_of_version_1_says_what_it_is_and_what_to_do(tmp_path: Path) -> None:
    saved = {
        "format": "distill_model", "version": 1, "latent_dim": 64,
        "model_state_dict": OrderedDict({"encoder.fc_mu.weight": torch.zeros(64, 12)}),
        "latent_analysis": {"components": torch.zeros(3)}, "metadata": {"name": "old"},
    }  # fmt: skip
    line = refusal(save_old_model(tmp_path / "one.distill", saved))
    assert "Distill v1 model, a continuous VAE" in line
    assert "distill-live train FOLDER" in line


def test_a_model_of_version_1_with_numpy_arrays_says_so_too(tmp_path: Path) -> None:
    import numpy as np

    saved = {"format": "distill_model", "version": 1, "latent_analysis": np.zeros(3)}
    assert "continuous VAE" in refusal(save_old_model(tmp_path / "one.distill", saved))


@pytest.mark.parametrize(
    ("saved", "reason"),
    [
        ({"weights": torch.zeros(2)}, "not a Distill model"),
        ([1, 2], "not a Distill model"),
        (OrderedDict(), "not a Distill model"),
        ({"format": "distill_model", "version": 3, "model_type": "vqvae"}, "of version 3;"),
        ({"format": "distill_model", "version": 2, "model_type": "gan"}, "of version 2;"),
        ({"format": "distill_model", "version": 2, "model_type": "vqvae"}, "damaged"),
    ],
)
def test_another_file_of_pytorch_is_named_as_what_it_is(
    tmp_path: Path, saved: Any, reason: str
) -> None:
    assert reason in refusal(save_old_model(tmp_path / "other.distill", saved))


def test_every_cut_is_refused(old_model_path: Path, tmp_path: Path) -> None:
    content = old_model_path.read_bytes()
    path = tmp_path / "cut.distill"
    near_the_ends = [*range(1, 300, 7), *range(len(content) - 300, len(content), 7)]
    for length in [*near_the_ends, *range(300, len(content), len(content) // 40)]:
        path.write_bytes(content[:length])
        assert "damaged" in refusal(path)


def test_a_flipped_byte_of_the_description_is_refused(old_model_path: Path, tmp_path: Path) -> None:
    content = old_model_path.read_bytes()
    pickled = pickled_part(old_model_path)
    start = content.index(pickled)
    path = tmp_path / "flipped.distill"
    for position in range(start, start + len(pickled), 41):
        damaged = bytearray(content)
        damaged[position] ^= 0x04
        path.write_bytes(damaged)
        assert "damaged" in refusal(path)


def test_a_flipped_byte_of_the_weights_is_refused(old_model_path: Path, tmp_path: Path) -> None:
    content = old_model_path.read_bytes()
    with zipfile.ZipFile(old_model_path) as archive:
        starts = [i.header_offset + 64 for i in archive.infolist() if i.file_size > 1000]
    path = tmp_path / "flipped.distill"
    for position in starts[1:]:
        damaged = bytearray(content)
        damaged[position + 500] ^= 0x04
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="damaged"):
            load_model_v2(path)


def in_state(caller: Any) -> dict[str, Any]:
    return old_model() | {"model_state_dict": {"encoder.convs.0.weight": caller}}


PLACES: dict[str, Callable[[Any], Any]] = {
    "the whole": lambda caller: caller,
    "a setting": lambda caller: old_model() | {"training_config": caller},
    "an unknown entry": lambda caller: old_model() | {"extra": [1, (caller,)]},
    "a key": lambda caller: {**old_model(), "extra": {("a", 1): caller}},
    "a weight": in_state,
    "a version 1": lambda caller: {"format": "distill_model", "version": 1, "x": caller},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("function", [os.system, os.mkdir, exec, eval])
def test_code_in_the_pickle_is_named_and_not_run(
    tmp_path: Path, function: Callable[[str], Any], place: str
) -> None:
    trace = tmp_path / "it_ran"
    argument = {os.system: f"mkdir {trace}", os.mkdir: str(trace)}.get(
        function, f"__import__('os').mkdir({str(trace)!r})"
    )
    path = save_old_model(tmp_path / "bad.distill", PLACES[place](Caller(function, argument)))
    line = refusal(path)
    assert ("continuous VAE" if place == "a version 1" else "contains code (") in line
    assert not trace.exists()
    # The file does what it is said to do: whoever unpickles it runs the code.
    torch.load(path, weights_only=False)
    assert trace.exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_code_is_not_run_however_it_is_pickled(tmp_path: Path, protocol: int) -> None:
    trace = tmp_path / "it_ran"
    path = save_old_model(tmp_path / "bad.distill")
    replace_pickle(path, pickle.dumps({"a": Caller(os.mkdir, str(trace))}, protocol=protocol))
    assert path.name in refusal(path)
    assert not trace.exists()


def test_a_class_with_state_is_not_made(tmp_path: Path) -> None:
    path = save_old_model(tmp_path / "bad.distill", old_model() | {"extra": Path("x")})
    assert "contains code (pathlib" in refusal(path)


@pytest.mark.parametrize(
    "pickled",
    [
        b"", b".", b"\x80\x02", b"\x80\x02}", b"\x80\x02K\x01a.", b"\x80\x02h\x07.", b"\x80\x02(u.",
        b"\x80\x02\x85.", b"\x80\x02r\xff\xff\xff\xff.", b"\x80\x02}r\xff\xff\xff\x7f.",
        b"(" * 10_000, b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".", b"\xff" * 50,
    ],
)  # fmt: skip
def test_instructions_that_make_no_sense_are_refused(tmp_path: Path, pickled: bytes) -> None:
    path = save_old_model(tmp_path / "bad.distill")
    replace_pickle(path, pickled)
    assert str(path) in refusal(path)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.distill"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "not a PyTorch file" in refusal(path)


def test_packed_members_are_refused_unread(old_model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.distill"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickled_part(old_model_path))
        archive.writestr("a/data/0", bytes(64 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert "not a PyTorch file" in refusal(path)


@pytest.mark.parametrize("name", ["a/data.pkl", "a/DATA.PKL", "b/data.pkl", "data.pkl"])
def test_a_second_description_is_refused(old_model_path: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "two.distill"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a/data.pkl", pickled_part(old_model_path))
        archive.writestr(name, b"\x80\x02}.")
    assert "not a PyTorch file" in refusal(path)


def doubled(times: int) -> bytes:
    """Instructions for a tuple of two tuples of two tuples, and so on: 2^times ends."""
    return b")" + b"q\x01h\x01\x86" * times


@pytest.mark.parametrize(
    "pickled",
    [
        b"}" + doubled(60) + b"K\x01s.",  # as a key
        b"}" + b")" + b"\x85" * 500_000 + b"K\x01s.",
        doubled(60) + b"X\x01\x00\x00\x00a\x93.",  # as the name of a function
        b"}(X\x06\x00\x00\x00formatX\x0d\x00\x00\x00distill_modelX\x07\x00\x00\x00version"
        + doubled(60) + b"u.",
        b"(t" * 500_000 + b".",
    ],
)  # fmt: skip
def test_nothing_that_grows_when_looked_at_is_looked_at(tmp_path: Path, pickled: bytes) -> None:
    path = save_old_model(tmp_path / "bomb.distill")
    replace_pickle(path, b"\x80\x02" + pickled)
    assert path.name in refusal(path)


@pytest.mark.parametrize("part", ["metadata", "vqvae_config", "spectrogram_config"])
def test_a_setting_that_grows_when_looked_at_is_not_looked_at(tmp_path: Path, part: str) -> None:
    bomb: Any = ()
    for _ in range(60):
        bomb = (bomb, bomb)
    saved = old_model()
    saved[part] = dict.fromkeys(saved[part], bomb)
    path = save_old_model(tmp_path / "bomb.distill", saved)
    if part == "metadata":
        assert read_header(path).metadata["training"]["name"] == ""
    else:
        assert "damaged" in refusal(path)


def test_a_giant_description_is_refused_unread(tmp_path: Path) -> None:
    path = save_old_model(tmp_path / "giant.distill", old_model() | {"notes": "x" * 3_000_000})
    assert "not a PyTorch file" in refusal(path)


class Tensor:
    """Pickled, it is a tensor that its file may not have the numbers for."""

    def __init__(self, storage: Any, offset: int, shape: Any, stride: Any) -> None:
        self.arguments = storage, offset, shape, stride, False, OrderedDict()

    def __reduce__(self) -> tuple[Any, Any]:
        return torch._utils._rebuild_tensor_v2, self.arguments


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        return value.key if isinstance(value, Storage) else None


class Storage:
    """Pickled, it is `numbers` floats in the member data/0."""

    def __init__(self, numbers: int, member: str = "0") -> None:
        self.key = ("storage", torch.FloatStorage, member, "cpu", numbers)


def save_with_tensor(path: Path, tensor: Tensor) -> Path:
    """A model one of whose weights is described like that; the member data/0 has 288 floats."""
    import io

    save_old_model(path)
    saved = {key: value for key, value in old_model().items() if not key.endswith("state_dict")} | {
        "model_state_dict": {"encoder.convs.0.weight": tensor}
    }
    pickled = io.BytesIO()
    _Pickler(pickled, protocol=2).dump(saved)
    replace_pickle(path, pickled.getvalue())
    return path


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor(Storage(10**12), 0, (10**12,), (1,)),
        Tensor(Storage(289), 0, (288,), (1,)),
        Tensor(Storage(288), 1, (288,), (1,)),
        Tensor(Storage(288), 0, (288,), (2,)),
        Tensor(Storage(288), 0, (10**6, 10**6), (0, 0)),
        Tensor(Storage(288), 0, (289,), (1,)),
        Tensor(Storage(288), -1, (2,), (1,)),
        Tensor(Storage(288), 0, (-2,), (1,)),
        Tensor(Storage(288), 5, (2,), (-1,)),
        Tensor(Storage(288), 0, (2,), (1, 1)),
        Tensor(Storage(288), 0, (1.5,), (1,)),
        Tensor(Storage(288, "nowhere"), 0, (2,), (1,)),
        Tensor(7, 0, (2,), (1,)),
    ],
)
def test_a_tensor_larger_than_what_is_stored_of_it_is_refused(
    tmp_path: Path, tensor: Tensor
) -> None:
    assert "damaged" in refusal(save_with_tensor(tmp_path / "bad.distill", tensor))


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("spectrogram_config", {"hop_length": 0}, "hop_length is 0"),
        ("spectrogram_config", {"hop_length": None}, "hop_length is None"),
        (
            "spectrogram_config",
            {"sample_rate": 10**30},
            "sample_rate in its spectrogram must be 8000",
        ),
        ("spectrogram_config", {"n_fft": 10**9}, "n_fft in its spectrogram must be 16..16384"),
        ("spectrogram_config", {"power": 1.0}, "not power mels"),
        ("spectrogram_config", {"f_max": "high"}, "do not describe a valid model"),
        (
            "vqvae_config",
            {"chunk_duration_s": 1e300},
            "do not describe a valid model|column_frames",
        ),
        ("vqvae_config", {"chunk_duration_s": float("nan")}, "do not describe a valid model"),
        ("vqvae_config", {"chunk_duration_s": 60.0}, "column_frames in its codec must be 1..256"),
        ("vqvae_config", {"chunk_duration_s": -1.0}, "column_frames in its codec"),
        ("vqvae_config", {"num_quantizers": 10**9}, "num_quantizers must be 2..4"),
        ("vqvae_config", {"codebook_size": 13}, "do not have the shape|for other codes"),
        ("vqvae_config", {"codebook_size": 10**9}, "codebook_size in its codec must be 1..32768"),
        ("vqvae_config", {"codebook_dim": 10**9}, "do not have the shape"),
        ("prior_config", {"hidden_size": 10**9}, "hidden_size in its prior must be 1..16384"),
        ("prior_config", {"seq_len": 24}, "do not have the shape"),
        ("prior_config", {"seq_len": 13}, "cannot be divided"),
        ("prior_config", {"num_layers": 2}, "do not have the shape"),
        ("prior_config", {"num_heads": 3}, "cannot be divided"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_one_line(
    tmp_path: Path, part: str, change: dict[str, Any], reason: str
) -> None:
    saved = old_model()
    saved[part] |= change
    path = save_old_model(tmp_path / "bad.distill", saved)
    with pytest.raises(ModelFileError, match=reason) as caught:
        load_model_v2(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (part, key)
        for part in ("spectrogram_config", "vqvae_config", "prior_config")
        for key in old_model()[part]
        if key not in ("dropout",)
    ],
)
def test_a_missing_setting_is_named(tmp_path: Path, part: str, key: str) -> None:
    saved = old_model()
    del saved[part][key]
    assert f"no '{key}'" in refusal(save_old_model(tmp_path / "bad.distill", saved))


@pytest.mark.parametrize("part", ["spectrogram_config", "vqvae_config", "prior_config", "metadata"])
@pytest.mark.parametrize("value", [None, 3, "text", []])
def test_a_part_that_is_no_table_is_refused(tmp_path: Path, part: str, value: Any) -> None:
    path = save_old_model(tmp_path / "bad.distill", old_model() | {part: value})
    assert "damaged" in refusal(path)


def test_the_pickle_helper_writes_what_the_reader_reads(tmp_path: Path) -> None:
    path = save_old_model(tmp_path / "other.distill")
    replace_pickle(path, pickle_of({"format": "distill_model", "version": 9}))
    assert "version 9" in refusal(path)

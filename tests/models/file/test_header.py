import json
import os
from pathlib import Path
from typing import IO, Any

import pytest

from distill_live.errors import ModelFileError
from distill_live.models.file import header
from distill_live.models.file.header import (
    read_header,
    read_model_bytes,
    rewrite_metadata,
    write_model_bytes,
)

WEIGHTS = bytes(range(16))
METADATA: dict[str, Any] = {
    "name": "tiny",
    "tags": ["drone"],
    "created": "2026-01-01T00:00:00+00:00",
    "spectrogram": {"n_fft": 2048},
    "codec": {"codebook_size": 64},
    "level_labels": ["Structure"],
    "codec_sha256": "0",
}


def serialised(weights: bytes = WEIGHTS) -> bytes:
    table = {"w": {"dtype": "F32", "shape": [len(weights) // 4], "data_offsets": [0, len(weights)]}}
    raw = json.dumps(table).encode()
    return len(raw).to_bytes(8, "little") + raw + weights


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.distill"
    write_model_bytes(path, METADATA, serialised())
    return path


def test_a_header_comes_back_as_it_was_saved(model_path: Path) -> None:
    found = read_header(model_path)
    assert found.metadata.items() >= METADATA.items()
    assert found.tensors["w"]["shape"] == [4]
    assert model_path.read_bytes()[found.weights_start :] == WEIGHTS


def test_every_truncation_is_refused_from_the_header_alone(model_path: Path) -> None:
    content = model_path.read_bytes()
    for length in range(len(content)):
        model_path.write_bytes(content[:length])
        with pytest.raises(ModelFileError):
            read_header(model_path)


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_every_flipped_header_byte_is_refused(model_path: Path, mask: int) -> None:
    content = model_path.read_bytes()
    for position in range(read_header(model_path).weights_start):
        damaged = bytearray(content)
        damaged[position] ^= mask
        model_path.write_bytes(damaged)
        with pytest.raises(ModelFileError):
            read_header(model_path)


def test_every_flipped_weight_byte_is_refused(model_path: Path) -> None:
    content = model_path.read_bytes()
    for position in range(read_header(model_path).weights_start, len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0x01
        model_path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="weights"):
            read_model_bytes(model_path)


def test_bytes_after_the_weights_are_refused(model_path: Path) -> None:
    model_path.write_bytes(model_path.read_bytes() + b"\0")
    with pytest.raises(ModelFileError, match="17 bytes of weights instead of 16"):
        read_header(model_path)


def test_a_rewrite_keeps_the_weights_and_seals_the_header_anew(model_path: Path) -> None:
    before = read_header(model_path)
    after = rewrite_metadata(model_path, name="other", tags=["a", "b"])
    assert (after.metadata["name"], after.metadata["tags"]) == ("other", ["a", "b"])
    assert after.metadata["weights_sha256"] == before.metadata["weights_sha256"]
    assert read_model_bytes(model_path)[1].endswith(WEIGHTS)


def test_no_file_is_open_while_it_is_replaced(
    model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[IO[Any]] = []
    plain_open, plain_replace = Path.open, os.replace

    def open_and_note(path: Path, mode: str) -> IO[Any]:
        opened.append(plain_open(path, mode))
        return opened[-1]

    def replace(source: Path, target: Path) -> None:
        assert all(file.closed for file in opened), "Windows refuses this"
        plain_replace(source, target)

    monkeypatch.setattr(Path, "open", open_and_note)
    monkeypatch.setattr("os.replace", replace)
    assert rewrite_metadata(model_path, tags=["new"]).metadata["tags"] == ["new"]
    write_model_bytes(model_path, METADATA, serialised())


@pytest.mark.parametrize("name", ["", "../rain", "a/b", "a\\b", "C:rain", ".rain", "x" * 65])
def test_a_name_that_could_lead_elsewhere_is_neither_read_nor_written(
    model_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content = model_path.read_bytes()
    with pytest.raises(ModelFileError, match="cannot be a model's name"):
        write_model_bytes(model_path, METADATA | {"name": name}, serialised())
    with pytest.raises(ModelFileError, match="cannot be a model's name"):
        rewrite_metadata(model_path, name=name)
    assert model_path.read_bytes() == content
    with monkeypatch.context() as patch:
        patch.setattr(header, "check_name", lambda _: None)
        write_model_bytes(model_path, METADATA | {"name": name}, serialised())
    with pytest.raises(ModelFileError, match=r"is damaged: .* cannot be a model's name"):
        read_header(model_path)


def test_a_save_that_fails_leaves_the_old_file(
    model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = model_path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ModelFileError, match="No space left"):
        rewrite_metadata(model_path, name="other")
    assert model_path.read_bytes() == content
    assert list(model_path.parent.iterdir()) == [model_path]


def test_a_newer_format_asks_for_an_update(model_path: Path) -> None:
    newer = header._header_bytes(header._encode(METADATA | {"format_version": 3}), {})
    model_path.write_bytes(newer)
    with pytest.raises(ModelFileError, match="update distill-live"):
        read_header(model_path)


def test_a_missing_field_is_named(model_path: Path) -> None:
    metadata = METADATA | {"codec": None}
    write_model_bytes(model_path, metadata, serialised())
    with pytest.raises(ModelFileError, match="lacks codec"):
        read_header(model_path)


@pytest.mark.parametrize(
    "change",
    [
        {"tags": [1]},
        {"level_labels": ["Structure", None]},
        {"dataset_files": 7},
        {"dataset_files": [["a.wav"]]},
    ],
)
def test_tags_labels_and_files_are_texts(model_path: Path, change: dict[str, object]) -> None:
    write_model_bytes(model_path, METADATA | change, serialised())
    with pytest.raises(ModelFileError, match=f"its {next(iter(change))} must be texts"):
        read_header(model_path)


def test_headers_past_the_caps_are_refused(
    model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(header, "MAX_TENSORS", 0)
        with pytest.raises(ModelFileError, match="more than 0 tensors"):
            read_header(model_path)
    monkeypatch.setattr(header, "MAX_HEADER_BYTES", 100)
    with pytest.raises(ModelFileError, match="longer than 100 bytes"):
        read_header(model_path)
    with pytest.raises(ModelFileError, match="can have 100 bytes"):
        write_model_bytes(model_path, METADATA, serialised())


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.distill"
    raw = b"[" * 100_000
    path.write_bytes(len(raw).to_bytes(8, "little") + raw)
    with pytest.raises(ModelFileError, match="damaged"):
        read_header(path)


def test_what_is_not_a_number_is_saved_as_null(model_path: Path) -> None:
    found = rewrite_metadata(model_path, loss_curves={"train": [1.0, float("nan"), float("inf")]})
    assert found.metadata["loss_curves"] == {"train": [1.0, None, None]}


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot read .*: No such file"):
        read_header(tmp_path / "none.distill")

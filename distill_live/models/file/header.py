"""The header of a model file: everything about a model except its weights.

A model file is a safetensors file: 8 bytes of header length (little endian), a JSON header, then
the weights. The header's `__metadata__` holds two strings: `distill`, the metadata of this module
as JSON, and `seal`, the SHA-256 of all header bytes with the seal's own digits as zeros. The
metadata contains the SHA-256 of the weights, so no byte of the file can change unnoticed.

Nothing here needs torch, so that a library of hundreds of models is listed at once.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from distill_live.atomic_file import atomic_file
from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.file import describe_old_model, is_old_file, read_old_file

FORMAT_VERSION = 2
MODEL_TYPE = "vqvae"
MAX_HEADER_BYTES = 8 * 1024 * 1024
MAX_TENSORS = 10_000

_LEGAL_NAME = re.compile(r"\w[\w .+-]{0,63}")
_LENGTH_BYTES = 8
_NO_SEAL = "0" * 64
_REQUIRED: dict[str, type] = {
    "model_type": str,
    "name": str,
    "tags": list,
    "created": str,
    "spectrogram": dict,
    "codec": dict,
    "level_labels": list,
    "weights_sha256": str,
    "codec_sha256": str,
}
#: Entries that are lists of strings if they are present.
_TEXTS = ("tags", "level_labels", "dataset_files")


def check_name(name: str) -> None:
    """Raise ModelFileError unless this is a legal name for a model and the files made from it.

    The header may be a stranger's: its name must not lead into another folder.
    """
    if not _LEGAL_NAME.fullmatch(name) or name.endswith((".", " ")):
        raise ModelFileError(
            f"{name!r} cannot be a model's name: use up to 64 letters, digits, spaces and _ . + -"
        )


@dataclass(frozen=True)
class ModelHeader:
    """A model file's header.

    `metadata` describes the model (name, tags, configurations, training, health); `tensors` is
    safetensors' table (name -> dtype, shape, data_offsets); `weights_start` is where the weights
    begin in the file and `weights_bytes` how long they are.
    """

    metadata: dict[str, Any]
    tensors: dict[str, Any]
    weights_start: int
    weights_bytes: int


def read_header(path: Path) -> ModelHeader:
    """Read and check the header, but not the weights.

    A file of Distill v1.1 gets the header that it would have in this version, without checksums.
    Raises ModelFileError when the file is missing, truncated, damaged or of another kind.
    """
    if is_old_file(path):
        old = read_old_file(path)
        return ModelHeader(describe_old_model(old), {}, 0, old.weights_bytes)
    return _read_own_header(path)


def read_model_bytes(path: Path) -> tuple[ModelHeader, bytes]:
    """The header and the bytes of the whole file, with the weights checked against their SHA-256.

    Raises ModelFileError as `read_header` does, and when a weight has changed.
    """
    try:
        with path.open("rb") as file:
            header = _read_open_header(file, path)
            file.seek(0)
            content = file.read()
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error
    weights = memoryview(content)[header.weights_start :]
    if hashlib.sha256(weights).hexdigest() != header.metadata["weights_sha256"]:
        raise _damaged(path, "its weights do not match their checksum")
    return header, content


def write_model_bytes(path: Path, metadata: dict[str, Any], safetensors: bytes) -> dict[str, Any]:
    """Save a model and return its metadata as `read_header` finds it in the file.

    `safetensors` is a file of that format as bytes; its header is replaced by ours. Sets
    `format_version`, `model_type` and `weights_sha256`. Atomic: an old file of that name is
    replaced as a whole or not at all. Raises ModelFileError when it cannot be written, or the
    metadata's name is not legal.
    """
    check_name(metadata["name"])
    length = int.from_bytes(safetensors[:_LENGTH_BYTES], "little")
    weights = memoryview(safetensors)[_LENGTH_BYTES + length :]
    tensors = json.loads(safetensors[_LENGTH_BYTES : _LENGTH_BYTES + length])
    tensors.pop("__metadata__", None)
    metadata = metadata | {
        "format_version": FORMAT_VERSION,
        "model_type": MODEL_TYPE,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    distill = _encode(metadata)
    head = _header_bytes(distill, tensors)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary, temporary.open("wb") as file:
            file.write(head)
            file.write(weights)
    except OSError as error:
        raise ModelFileError(f"cannot save {path}: {error.strerror or error}") from error
    written: dict[str, Any] = json.loads(distill)
    return written


def is_stereo(metadata: Mapping[str, Any]) -> bool:
    """Whether a header describes a model that makes sound of two channels."""
    spectrogram = metadata.get("spectrogram")
    return isinstance(spectrogram, dict) and bool(spectrogram.get("image_groups"))


def rewrite_metadata(path: Path, **changes: Any) -> ModelHeader:
    """Change some of the metadata and copy the weights unchanged. Atomic.

    Raises ModelFileError when the file cannot be read or written, or the name is not legal.
    """
    header = _read_own_header(path)
    check_name(changes.get("name", header.metadata["name"]))
    head = _header_bytes(_encode(header.metadata | changes), header.tensors)
    try:
        with (
            atomic_file(path) as temporary,
            # Closed before the file is replaced: Windows replaces none that is open.
            path.open("rb") as old,
            temporary.open("wb") as new,
        ):
            old.seek(header.weights_start)
            new.write(head)
            shutil.copyfileobj(old, new)
    except OSError as error:
        raise ModelFileError(f"cannot save {path}: {error.strerror or error}") from error
    return read_header(path)


def _read_own_header(path: Path) -> ModelHeader:
    try:
        with path.open("rb") as file:
            return _read_open_header(file, path)
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error


def _read_open_header(file: BinaryIO, path: Path) -> ModelHeader:
    if is_old_file(path):
        raise ModelFileError(
            f"{path} was written by Distill v1.1 and is read-only: make your own copy with "
            f"`distill-live models import {path}`"
        )
    first = file.read(_LENGTH_BYTES)
    length = int.from_bytes(first, "little")
    file_bytes = file.seek(0, 2)
    if len(first) < _LENGTH_BYTES or not 2 <= length <= file_bytes - _LENGTH_BYTES:
        raise _damaged(path, "it is truncated or not a model file")
    if length > MAX_HEADER_BYTES:
        raise _damaged(path, f"its header is longer than {MAX_HEADER_BYTES} bytes")
    file.seek(_LENGTH_BYTES)
    raw = file.read(length)
    metadata, tensors = _parse_header(raw, path)
    start = _LENGTH_BYTES + length
    _check_extent(tensors, file_bytes - start, path)
    return ModelHeader(metadata, tensors, start, file_bytes - start)


def _parse_header(raw: bytes, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the JSON header into the metadata and the table of tensors, and check both."""
    try:
        tensors = json.loads(raw)
        extra = tensors.pop("__metadata__")
        seal = str(extra["seal"])
        metadata = json.loads(extra["distill"])
        version = metadata["format_version"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(path, "its header is not that of a distill-live model") from error
    if _seal(raw, seal) != seal:
        raise _damaged(path, "its header does not match its checksum")
    if version != FORMAT_VERSION:
        raise ModelFileError(
            f"{path} has format version {version!r}; this program reads {FORMAT_VERSION}: update "
            "distill-live"
        )
    wrong = [key for key, kind in _REQUIRED.items() if not isinstance(metadata.get(key), kind)]
    if wrong or metadata["model_type"] != MODEL_TYPE:
        raise _damaged(path, f"its header lacks {', '.join(wrong) or 'the model type vqvae'}")
    for key in _TEXTS:
        texts = metadata.get(key) or []
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            raise _damaged(path, f"its {key} must be texts")
    try:
        check_name(metadata["name"])
    except ModelFileError as error:
        raise _damaged(path, str(error)) from error
    return metadata, tensors


def _check_extent(tensors: dict[str, Any], weights_bytes: int, path: Path) -> None:
    if len(tensors) > MAX_TENSORS:
        raise _damaged(path, f"it has more than {MAX_TENSORS} tensors")
    try:
        end = max((int(entry["data_offsets"][1]) for entry in tensors.values()), default=0)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise _damaged(path, "its table of weights is malformed") from error
    if end != weights_bytes:
        raise _damaged(path, f"it has {weights_bytes} bytes of weights instead of {end}")


def _encode(metadata: dict[str, Any]) -> str:
    """Metadata as JSON."""
    return json.dumps(_finite(metadata), separators=(",", ":"), allow_nan=False)


def _header_bytes(distill: str, tensors: dict[str, Any]) -> bytes:
    """The file's first bytes up to the weights: length and sealed JSON. `distill` is the metadata
    as JSON."""
    document = {"__metadata__": {"distill": distill, "seal": _NO_SEAL}} | tensors
    raw = json.dumps(document, separators=(",", ":")).encode()
    # Weights that start on a multiple of 8 can be mapped into memory as they are.
    raw += b" " * (-len(raw) % 8)
    if len(raw) > MAX_HEADER_BYTES:
        raise ModelFileError(f"a model's header can have {MAX_HEADER_BYTES} bytes, not {len(raw)}")
    seal = hashlib.sha256(raw).hexdigest()
    raw = raw.replace(_seal_field(_NO_SEAL), _seal_field(seal))
    return len(raw).to_bytes(_LENGTH_BYTES, "little") + raw


def _seal(raw: bytes, seal: str) -> str:
    """The SHA-256 of the header bytes with the given seal's digits as zeros."""
    return hashlib.sha256(raw.replace(_seal_field(seal), _seal_field(_NO_SEAL))).hexdigest()


def _seal_field(seal: str) -> bytes:
    return f'"seal":"{seal}"'.encode()


def _finite(value: Any) -> Any:
    """JSON has no NaN: a loss that is not a number becomes null."""
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _damaged(path: Path, reason: str) -> ModelFileError:
    return ModelFileError(f"{path} is damaged: {reason}; copy it again from the original")

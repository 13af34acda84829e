"""Files that Distill v1 and v1.1 wrote, looked at without torch and without running anything.

Such a file is a zip of a pickle, which says what there is, and of raw numbers, one member for each
tensor. The pickle is not unpickled; see `inert_pickle`.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill_live.codes.labels import level_labels
from distill_live.errors import ModelFileError
from distill_live.models.distill_v1.inert_pickle import NUMBER_BYTES, InertPickle, Tensor

#: What every zip begins with.
_ZIP_MAGIC = b"PK\x03\x04"
#: The pickle of a model as large as they come has 0.1 MB.
_MAX_PICKLE_BYTES = 2 * 1024 * 1024
_MAX_MEMBERS = 10_000
#: What zipfile, and instructions that make no sense, raise.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True)
class OldModel:
    """The contents of a Distill v1.1 file: `saved` is its dictionary, with descriptions of tensors.

    `copy` is a zip of all that was looked at, when the numbers were read too: of a file that was
    made to deceive, another reader may see something else.
    """

    path: Path
    saved: dict[str, Any]
    weights_bytes: int
    copy: bytes = b""


def is_old_file(path: Path) -> bool:
    """Whether a file is one of PyTorch, as Distill v1 and v1.1 wrote them; False if it cannot be
    read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    except OSError:
        return False


def read_old_file(path: Path, content: bytes | None = None) -> OldModel:
    """Read and check what a file of Distill v1.1 says; its numbers stay unread.

    With `content`, all its bytes, the numbers are read too, and compared with their checksums.
    Raises ModelFileError, one line, when it is damaged, holds code, or is of another version.
    """
    reader, copy = InertPickle(), b""
    sizes: dict[str, int] = {}
    saved: Any = None
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            sizes = _member_sizes(archive)
            saved = reader.read(archive.read(_folder(archive) + "data.pkl"))
            copy = b"" if content is None else _copied(archive)
    except _DAMAGE as error:
        if not reader.strange:
            raise damaged(path, "it is truncated, was changed, or is not a PyTorch file") from error
    if not reader.strange or isinstance(saved, dict):
        _check_kind(path, saved)
    if reader.strange:
        raise ModelFileError(
            f"{path} contains code ({min(reader.strange):.80}), which no model file needs; the "
            "code was not run. Do not trust the source of this file"
        )
    _check_tensors(path, saved, sizes)
    return OldModel(path, saved, sum(sizes.values()), copy)


def describe_old_model(model: OldModel) -> dict[str, Any]:
    """The header that a file of ours would have, but for checksums.

    Raises ModelFileError when something that it must say is missing.
    """
    saved = model.saved
    try:
        return _describe(model.path, saved)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise damaged(model.path, f"its settings do not describe a valid model: {what}") from error


def damaged(path: Path, reason: str) -> ModelFileError:
    """The error for a file of Distill v1.1 that cannot be used."""
    return ModelFileError(f"{path} is damaged: {reason}; copy it again from the original")


def _member_sizes(archive: zipfile.ZipFile) -> dict[str, int]:
    """How many bytes each member of the zip has, by its name without the folder that all are in.

    PyTorch packs nothing, so that no member is larger than it looks. Raises ValueError for others,
    and when two have one name.
    """
    folder, members = _folder(archive), archive.infolist()
    for info in members:
        packed = info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size
        if packed or info.flag_bits & 1 or not info.filename.startswith(folder):
            raise ValueError("a zip that PyTorch does not write")
    sizes = {info.filename.removeprefix(folder): info.file_size for info in members}
    names = {name.casefold() for name in sizes}
    if len(names) != len(members) or len(members) > _MAX_MEMBERS:
        raise ValueError("too many members")
    if sizes["data.pkl"] > _MAX_PICKLE_BYTES:
        raise ValueError("a giant pickle")
    return sizes


def _folder(archive: zipfile.ZipFile) -> str:
    """The folder that all members of the zip are in, with its slash."""
    return archive.namelist()[0].partition("/")[0] + "/"


def _copied(archive: zipfile.ZipFile) -> bytes:
    """A zip of the same members. Raises BadZipFile when one does not match its checksum."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for info in archive.infolist():
            target.writestr(info.filename, archive.read(info))
    return copy.getvalue()


def _check_kind(path: Path, saved: Any) -> None:
    """Raise ModelFileError unless it is a model of version 2."""
    if not isinstance(saved, dict) or saved.get("format") != "distill_model":
        raise ModelFileError(
            f"{path} is a PyTorch file, but not a Distill model: distill-live reads models trained "
            "by itself or by Distill v1.1"
        )
    version = saved.get("version")
    if version == 1 or "latent_dim" in saved:
        raise ModelFileError(
            f"{path} is a Distill v1 model, a continuous VAE without codes, which distill-live "
            "cannot play: train a new model on the same recordings with `distill-live train "
            "FOLDER`"
        )
    if (version, saved.get("model_type")) != (2, "vqvae"):
        raise ModelFileError(
            f"{path} is a Distill model of version {_shown(version)}; distill-live reads version "
            "2, written by Distill v1.1"
        )


def _check_tensors(path: Path, saved: dict[str, Any], sizes: dict[str, int]) -> None:
    """Raise ModelFileError unless every tensor lies within the numbers that the zip has for it.

    Together they must not be larger than the file, however often they use the same numbers.
    """
    left = sum(sizes.values())
    for part in ("model_state_dict", "prior_state_dict"):
        table = saved.get(part) or {}
        if not isinstance(table, dict):
            raise damaged(path, f"its {part} is not a table of weights")
        for name, tensor in table.items():
            if not isinstance(tensor, Tensor):
                raise damaged(path, f"its {name!s:.80} is not a tensor")
            number_bytes = NUMBER_BYTES[tensor.storage]
            left -= math.prod(tensor.shape) * number_bytes
            last = tensor.offset + sum(
                (size - 1) * step for size, step in zip(tensor.shape, tensor.stride, strict=True)
            )
            fits = sizes.get(f"data/{tensor.member}") == tensor.numbers * number_bytes
            if not fits or left < 0 or (0 not in tensor.shape and last >= tensor.numbers):
                raise damaged(path, f"its {name!s:.80} is larger than the data stored for it")


def _describe(path: Path, saved: dict[str, Any]) -> dict[str, Any]:
    sound, codec, told = saved["spectrogram_config"], saved["vqvae_config"], saved["metadata"]
    rate, hop = _count(sound, "sample_rate"), _count(sound, "hop_length")
    if float(sound["power"]) != 2.0:
        raise ValueError("its mels are not power mels")
    chunk_samples = round(float(codec["chunk_duration_s"]) * rate)
    frames = chunk_samples // hop + 1
    levels = _count(codec, "num_quantizers")
    if not 2 <= levels <= 4:
        raise ValueError(f"num_quantizers must be 2..4, not {levels}")
    return {
        "format_version": 2,
        "model_type": "vqvae",
        # As the library calls it; that program's own name for it is in `training`.
        "name": _legal_name(path.stem),
        "tags": [tag for tag in told.get("tags") or [] if isinstance(tag, str)],
        "created": _told(told, "save_date", ""),
        "level_labels": list(level_labels(levels)),
        "spectrogram": {
            "kind": "log1p",
            "sample_rate": rate,
            "n_fft": _count(sound, "n_fft"),
            "hop_length": hop,
            "n_mels": _count(sound, "n_mels"),
            "f_min": float(sound["f_min"]),
            "f_max": float(rate // 2 if sound["f_max"] is None else sound["f_max"]),
        },
        "codec": {
            "kind": "chunks",
            "codebook_size": _count(codec, "codebook_size"),
            "num_quantizers": levels,
            "code_width": _count(codec, "codebook_dim"),
            "n_mels": _count(sound, "n_mels"),
            "column_frames": frames,
            "chunk_samples": chunk_samples,
        },
        "prior": _describe_prior(saved, _count(codec, "codebook_size")),
        # All frames of a chunk are known at once.
        "vocoder": {"kind": "chunks", "block_frames": frames, "lookahead_frames": 0},
        "training": {
            "version": "Distill v1.1",
            "name": _told(told, "name", ""),
            "files": _told(told, "dataset_file_count", 0),
            "dataset": _told(told, "dataset_name", ""),
            "epochs": _told(told, "training_epochs", 0),
        },
        "codebook_health": _describe_health(saved.get("codebook_health_snapshot") or {}),
    }


def _describe_prior(saved: dict[str, Any], codebook_size: int) -> dict[str, Any] | None:
    if not saved.get("prior_state_dict"):
        return None
    config = saved["prior_config"]
    names = ("seq_len", "num_quantizers", "hidden_size", "num_layers", "num_heads")
    settings = {name: _count(config, name) for name in names}
    return {"kind": "chunks", "codebook_size": codebook_size, **settings}


def _describe_health(levels: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "utilisation": float(level["utilization"]),
            "perplexity": float(level["perplexity"]),
            "dead_codes": int(level["dead_codes"]),
        }
        for level in levels.values()
    ]


def _count(settings: dict[str, Any], name: str) -> int:
    value = settings[name]
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {_shown(value)}")
    return value


def _told(notes: dict[str, Any], name: str, otherwise: str | int) -> str | int:
    """What is noted under a name, if it is of the kind that it should be."""
    value = notes.get(name)
    return value if isinstance(value, type(otherwise)) else otherwise


def _shown(value: Any) -> str:
    """A value for a message. Lists in lists could be longer than any memory."""
    plain = value is None or isinstance(value, str | int | float)
    return f"{value!r:.40}" if plain else f"a {type(value).__name__}"


def _legal_name(name: str) -> str:
    """The name with what a file's name must not have replaced."""
    legal = re.sub(r"[^\w .+-]", "_", name)[:64].strip(" .")
    return legal if re.match(r"\w", legal) else f"model_{legal}"[:64].rstrip(" .")

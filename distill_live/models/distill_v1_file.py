"""Files that Distill v1 and v1.1 wrote, looked at without torch and without running anything.

Such a file is a zip of a pickle, which says what there is, and of raw numbers, one member for each
tensor. The pickle is not unpickled: its instructions are read one by one, and those that would call
something only leave a note of what they would have called.
"""

from __future__ import annotations

import io
import math
import pickletools
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from distill_live.errors import ModelFileError
from distill_live.models.levels import level_labels

#: What every zip begins with.
_ZIP_MAGIC = b"PK\x03\x04"
#: The pickle of a model as large as they come has 0.1 MB.
_MAX_PICKLE_BYTES = 8 * 1024 * 1024
_MAX_MEMBERS = 10_000
#: Bytes of one number, by the name of the storage that holds it.
_NUMBER_BYTES = {"FloatStorage": 4, "LongStorage": 8, "BoolStorage": 1}
#: All that such a pickle has any reason to name.
_KNOWN = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    *(f"torch {name}" for name in _NUMBER_BYTES),
}
#: What zipfile, and instructions that make no sense, raise.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError,
)  # fmt: skip
_NOTHING = object()


class Tensor(NamedTuple):
    """A tensor that the pickle describes: numbers of a kind, in a member of the zip."""

    storage: str
    member: str
    numbers: int
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Name(NamedTuple):
    """The name of a class or a function, as "module name"."""

    name: str


@dataclass(frozen=True)
class OldModel:
    """What a file of Distill v1.1 says: `saved` is its dictionary, with descriptions of tensors."""

    path: Path
    saved: dict[str, Any]
    weights_bytes: int


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

    With `content`, all its bytes, the numbers are compared with their checksums too.

    Raises ModelFileError, one line, when it is damaged, holds code, or is of another version.
    """
    reader = _PickleReader()
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            members = _checked_members(archive)
            pickled = [name for name in members if name.endswith("/data.pkl")]
            saved = reader.read(archive.read(pickled[0]))
            if content is not None and archive.testzip():
                raise ValueError("numbers that do not match their checksum")
    except _DAMAGE as error:
        if not reader.strange:
            raise damaged(path, "it is cut short, changed, or no PyTorch file") from error
        saved = None
    if not reader.strange or isinstance(saved, dict):
        _check_kind(path, saved)
    if reader.strange:
        raise ModelFileError(
            f"{path} holds code ({min(reader.strange):.80}), which no model file needs: it was not "
            "run; do not trust where it came from"
        )
    _check_tensors(path, saved, {name: info.file_size for name, info in members.items()})
    return OldModel(path, saved, sum(info.file_size for info in members.values()))


def describe_old_model(model: OldModel) -> dict[str, Any]:
    """The header that a file of ours would have, but for checksums.

    Raises ModelFileError when something that it must say is missing.
    """
    saved = model.saved
    try:
        return _describe(model.path, saved)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise damaged(model.path, f"what it says does not make a model: {what}") from error


def damaged(path: Path, reason: str) -> ModelFileError:
    """The error for a file of Distill v1.1 that cannot be used."""
    return ModelFileError(f"{path} is damaged: {reason}; copy it again from where it came")


def _checked_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The zip's members by name. PyTorch packs nothing, so that no member is larger than it looks.

    Raises ValueError for others.
    """
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise ValueError("too many members")
    for info in members:
        packed = info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size
        if packed or info.flag_bits & 1:
            raise ValueError("packed members")
        if info.filename.endswith("/data.pkl") and info.file_size > _MAX_PICKLE_BYTES:
            raise ValueError("a giant pickle")
    return {info.filename: info for info in members}


def _check_kind(path: Path, saved: Any) -> None:
    """Raise ModelFileError unless it is a model of version 2."""
    if not isinstance(saved, dict) or saved.get("format") != "distill_model":
        raise ModelFileError(
            f"{path} is a PyTorch file, but no model of Distill: distill-live reads models that it "
            "or Distill v1.1 has trained"
        )
    version = saved.get("version")
    if version == 1 or "latent_dim" in saved:
        raise ModelFileError(
            f"{path} is a model of Distill v1, a continuous VAE without codes, which distill-live "
            "cannot play: train one from the same recordings with `distill-live train FOLDER`"
        )
    if (version, saved.get("model_type")) != (2, "vqvae"):
        raise ModelFileError(
            f"{path} is a model of Distill of version {version!r:.40}; distill-live reads version "
            "2, of Distill v1.1"
        )


def _check_tensors(path: Path, saved: dict[str, Any], sizes: dict[str, int]) -> None:
    """Raise ModelFileError unless every tensor lies within the numbers that the zip has for it.

    Together they must not be larger than the file, however often they use the same numbers.
    """
    left = sum(sizes.values())
    by_key = {
        name.rpartition("/data/")[2]: size for name, size in sizes.items() if "/data/" in name
    }
    for part in ("model_state_dict", "prior_state_dict"):
        table = saved.get(part) or {}
        if not isinstance(table, dict):
            raise damaged(path, f"its {part} is no table of weights")
        for name, tensor in table.items():
            if not isinstance(tensor, Tensor):
                raise damaged(path, f"its {name!s:.80} is no tensor")
            number_bytes = _NUMBER_BYTES[tensor.storage]
            left -= math.prod(tensor.shape) * number_bytes
            last = tensor.offset + sum(
                (size - 1) * step for size, step in zip(tensor.shape, tensor.stride, strict=True)
            )
            fits = by_key.get(tensor.member) == tensor.numbers * number_bytes
            if not fits or left < 0 or (0 not in tensor.shape and last >= tensor.numbers):
                raise damaged(path, f"its {name!s:.80} is larger than what is stored of it")


def _describe(path: Path, saved: dict[str, Any]) -> dict[str, Any]:
    sound, codec, told = saved["spectrogram_config"], saved["vqvae_config"], saved["metadata"]
    rate, hop = _count(sound, "sample_rate"), _count(sound, "hop_length")
    if float(sound["power"]) != 2.0:
        raise ValueError(f"its mels are of magnitude to the power {sound['power']!r:.20}, not 2")
    chunk_samples = round(float(codec["chunk_duration_s"]) * rate)
    frames = chunk_samples // hop + 1
    levels = _count(codec, "num_quantizers")
    if not 2 <= levels <= 4:
        raise ValueError(f"num_quantizers is 2..4, not {levels}")
    return {
        "format_version": 2,
        "model_type": "vqvae",
        # As the library calls it; that program's own name for it is in `training`.
        "name": _legal_name(path.stem),
        "tags": [str(tag) for tag in told.get("tags") or []],
        "created": str(told.get("save_date") or ""),
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
            "name": str(told.get("name") or ""),
            "files": int(told.get("dataset_file_count") or 0),
            "dataset": str(told.get("dataset_name") or ""),
            "epochs": int(told.get("training_epochs") or 0),
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
        raise ValueError(f"{name} is {value!r:.40}")
    return value


def _legal_name(name: str) -> str:
    """The name with what a file's name must not have replaced."""
    legal = re.sub(r"[^\w .+-]", "_", name)[:64].strip(" .")
    return legal if re.match(r"\w", legal) else f"model_{legal}"[:64].rstrip(" .")


class _PickleReader:
    """Follows a pickle's instructions on a stack of plain values; calls nothing.

    `strange` are the names in it that a model's pickle does not need. Raises ValueError for an
    instruction that PyTorch does not write, and whatever a list raises that is asked for too much.
    """

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self.strange: set[str] = set()

    def read(self, pickled: bytes) -> Any:
        """The value that the pickle is of."""
        for opcode, argument, _ in pickletools.genops(io.BytesIO(pickled)):
            if opcode.name == "STOP":
                return self._stack.pop()
            if (plain := _plain_value(opcode.name, argument)) is not _NOTHING:
                self._stack.append(plain)
            else:
                self._follow(opcode.name, argument)
        raise ValueError("no end")

    def _follow(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case "MARK":
                self._marks.append(stack)
                self._stack = []
            case "BINPUT" | "LONG_BINPUT":
                self._memo[argument] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(self._memo[argument])
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                count = int(name[-1])
                stack[-count:] = [tuple(stack[-count:])]
            case "TUPLE":
                self._stack = [*self._marks.pop(), tuple(stack)]
            case "APPEND":
                item = stack.pop()
                stack[-1].append(item)
            case "APPENDS":
                self._stack = self._marks.pop()
                self._stack[-1].extend(stack)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                cast(dict[Any, Any], stack[-1])[key] = value
            case "SETITEMS":
                self._stack = self._marks.pop()
                self._stack[-1].update(zip(stack[::2], stack[1::2], strict=True))
            case _:
                self._follow_call(name, argument)

    def _follow_call(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "GLOBAL":
                stack.append(self._named(argument))
            case "STACK_GLOBAL":
                last = stack.pop()
                stack.append(self._named(f"{stack.pop()} {last}"))
            case "BINPERSID":
                stack.append(stack.pop())
            case "REDUCE" | "NEWOBJ":
                arguments = stack.pop()
                stack.append(_made(stack.pop(), arguments))
            case "BUILD":
                stack.pop()  # attributes: PyTorch's notes on a table of weights
            case _:
                raise ValueError(f"instruction {name}")

    def _named(self, name: str) -> _Name:
        if name not in _KNOWN:
            self.strange.add(name.replace(" ", "."))
        return _Name(name)


def _plain_value(name: str, argument: Any) -> Any:
    """The value that an instruction pushes, or _NOTHING if it does something else."""
    match name:
        case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
            return argument
        case "BINUNICODE" | "SHORT_BINUNICODE":
            return argument
        case "NEWTRUE" | "NEWFALSE":
            return name == "NEWTRUE"
        case "NONE":
            return None
        case "EMPTY_DICT":
            return {}
        case "EMPTY_LIST":
            return []
        case "EMPTY_TUPLE":
            return ()
        case _:
            return _NOTHING


def _made(function: Any, arguments: Any) -> Any:
    """What stands for a call's result: a table, a tensor's description, or nothing."""
    if function == _Name("collections OrderedDict"):
        return {}
    if function == _Name("torch._utils _rebuild_tensor_v2"):
        storage, offset, shape, stride = arguments[:4]
        kind, numbers_of, member, _, numbers = storage
        whole = (offset, numbers, *shape, *stride)
        sensible = kind == "storage" and len(shape) == len(stride)
        if not sensible or not all(isinstance(n, int) and n >= 0 for n in whole):
            raise ValueError("a tensor that makes no sense")
        name = numbers_of.name.removeprefix("torch ")
        return Tensor(name, str(member), numbers, offset, tuple(shape), tuple(stride))
    return None

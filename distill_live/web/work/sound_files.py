"""Which uploads are sound files: by their names, and by how their bytes begin.

Whether one can really be read is found out by the training's own readers, when a set is inspected.
"""

from __future__ import annotations

from pathlib import Path

from distill_live.errors import RequestError
from distill_live.web.work.names import check_name

#: The media type of each suffix that can be uploaded; all are formats that training reads.
MEDIA_TYPES = {
    ".wav": "audio/wav", ".wave": "audio/wav", ".bwf": "audio/wav", ".rf64": "audio/wav",
    ".w64": "audio/x-w64", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg",
    ".opus": "audio/ogg", ".mp3": "audio/mpeg", ".mp2": "audio/mpeg", ".aiff": "audio/aiff",
    ".aif": "audio/aiff", ".aifc": "audio/aiff", ".caf": "audio/x-caf", ".au": "audio/basic",
    ".snd": "audio/basic",
}  # fmt: skip

_BEGINNINGS = (
    b"RIFF", b"RIFX", b"RF64", b"riff", b"fLaC", b"OggS", b"ID3", b"FORM", b"caff", b".snd",
)  # fmt: skip


def media_type(path: Path) -> str:
    """The media type of a file that is served: never one that a browser would run."""
    other = {".json": "application/json"}
    return (MEDIA_TYPES | other).get(path.suffix.lower(), "application/octet-stream")


def require_sound_name(name: str) -> str:
    """The name, if it is that of a sound file. Raises RequestError."""
    if Path(check_name(name)).suffix.lower() not in MEDIA_TYPES:
        kinds = ", ".join(suffix.removeprefix(".") for suffix in MEDIA_TYPES)
        raise RequestError(415, f"{name!r} is not a sound file; names end in {kinds}")
    return name


def require_sound(path: Path, name: str) -> None:
    """Refuse a file that does not begin as a sound file does. Raises RequestError."""
    with path.open("rb") as file:
        head = file.read(16)
    # MPEG audio without a tag begins with eleven ones.
    is_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if not (head.startswith(_BEGINNINGS) or is_mpeg):
        raise RequestError(415, f"{name!r} is not a sound file, or it is damaged")

"""The clip library: the clips of a session, kept on disk for the next one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from distill_live.codes.codec_names import tell_apart
from distill_live.errors import ClipError, CodesError
from distill_live.escapes import escape
from distill_live.live.clips.clip import REPLACED, Clip, Codec, check_clip_name
from distill_live.live.clips.clip_file import SUFFIX, load_clip, save_clip
from distill_live.spelling import nearest_name

#: The most clips in a library.
MAX_CLIPS = 256
#: The most clips that are listed when there is none of the name.
_MAX_LISTED = 8


class ClipInfo(NamedTuple):
    """One clip as clients list it; `usable`: the model that plays has its codec."""

    name: str
    seconds: float
    usable: bool
    source: str
    loudness_db: float | None


class ClipLibrary:
    """Clips by codec and name: each model has its own names.

    They are kept in `folder`, in a subfolder for each codec; files that cannot be read are left
    alone. `say` takes a line of text for the user.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder, self._say = folder, say
        #: The names of clips that are being loaded.
        self.loading: Collection[str] = ()
        self._clips: dict[tuple[str, str], Clip] = {}
        self._files: dict[tuple[str, str], Path] = {}
        self._listed: tuple[str, tuple[ClipInfo, ...]] | None = None
        files = sorted(folder.glob(f"*/*{SUFFIX}"))
        for path in files[:MAX_CLIPS]:
            self._read(path)
        if len(files) > MAX_CLIPS:
            say(f"{folder} has {len(files)} clips: only the first {MAX_CLIPS} were loaded")

    def find(self, name: str, codec: Codec) -> Clip:
        """The clip of that name for a model. Raises ClipError, which names those that exist."""
        clip = self._clips.get((codec.sha256, name))
        if clip is not None:
            return clip
        others = [one.codec for (_, other), one in self._clips.items() if other == name]
        if others:
            own, playing = tell_apart(others[0], codec)
            raise ClipError(
                f"the clip {name!r} belongs to the model {own}, and {playing}, which plays, has "
                "another codec: load it again from its recording"
            )
        if name in self.loading:
            raise ClipError(f"the clip {name!r} is still being loaded: wait until it is there")
        known = [one for sha256, one in self._clips if sha256 == codec.sha256]
        raise ClipError(f"no clip {name!r}{nearest_name(name, known)}; {_list(known)}")

    def has(self, name: str, codec: Codec) -> bool:
        """Whether a model has a clip of that name."""
        return (codec.sha256, name) in self._clips

    def put(self, clip: Clip) -> list[str]:
        """Keep a clip, in place of the one with its name; returns notes for whoever asked for it:
        that there was one, and why a clip that cannot be written to the disk is kept only until the
        session ends.

        Raises ClipError when the library is full.
        """
        key = clip.codec.sha256, clip.name
        notes = [REPLACED] if key in self._clips else []
        if not notes and len(self._clips) >= MAX_CLIPS:
            raise ClipError(f"there are {MAX_CLIPS} clips already: delete one first")
        self._clips[key], self._listed = clip, None
        path = self._files.setdefault(key, self._path(clip))
        try:
            save_clip(path, clip)
        except CodesError as error:
            notes.append(f"it lasts only until the server stops: {error}")
        return notes

    def delete(self, name: str, codec: Codec) -> Clip:
        """Delete a model's clip, also from the disk. Raises ClipError as `find` does, and when the
        file cannot be deleted."""
        clip = self.find(name, codec)
        key = codec.sha256, name
        try:
            self._files[key].unlink(missing_ok=True)
        except OSError as error:
            raise ClipError(f"cannot delete {self._files[key]}: {error.strerror}") from error
        del self._clips[key], self._files[key]
        self._listed = None
        return clip

    def listing(self, codec: Codec) -> tuple[ClipInfo, ...]:
        """All clips, in alphabetical order: first those that a model can use."""
        if self._listed is None or self._listed[0] != codec.sha256:
            found = [
                ClipInfo(
                    name, one.seconds, sha256 == codec.sha256, escape(one.grid.source),
                    one.loudness_db,
                )
                for (sha256, name), one in self._clips.items()
            ]  # fmt: skip
            found.sort(key=lambda one: (not one.usable, one.name))
            self._listed = codec.sha256, tuple(found)
        return self._listed[1]

    def _read(self, path: Path) -> None:
        """Take in a file of an earlier session."""
        try:
            check_clip_name(path.stem)
            clip = load_clip(path, path.stem).shortened()
        except (ClipError, CodesError) as error:
            self._say(f"a clip in {self._folder} was left out: {error}")
            return
        self._clips[clip.codec.sha256, clip.name] = clip
        self._files[clip.codec.sha256, clip.name] = path

    def _path(self, clip: Clip) -> Path:
        # A name alone could be that of two codecs.
        model = re.sub(r"[^\w .+-]", "-", clip.codec.name)[:64]
        return self._folder / f"{model}-{clip.codec.sha256[:8]}" / f"{clip.name}{SUFFIX}"


def _list(names: list[str]) -> str:
    """The names that there are, in words."""
    if not names:
        return "there are none yet; /distill/clip/load NAME FILE makes one"
    more = len(names) - _MAX_LISTED
    shown = ", ".join(sorted(names)[:_MAX_LISTED])
    return f"clips: {shown}" + (f" and {more} more" if more > 0 else "")

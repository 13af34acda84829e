"""The requests about clips: load, play, prime, delete, choose for a slot, capture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from distill_live.codes.codec_names import tell_apart
from distill_live.codes.grid_file import SUFFIXES
from distill_live.codes.timeline import Codes
from distill_live.errors import ClipError, DistillError
from distill_live.live.clips.captures import Capture, Captures
from distill_live.live.clips.clip import MAX_COLUMNS, Clip, check_clip_name
from distill_live.live.clips.clip_file import load_clip
from distill_live.live.clips.encodings import Encoded, EncodingJob, Encodings, check_recording
from distill_live.live.clips.library import ClipInfo, ClipLibrary
from distill_live.live.clips.look_back import LookBack
from distill_live.live.ipc.messages import CLIP_RESTORE, INPUT, Asked, Captured, Request
from distill_live.live.ipc.shared_codes import CodeFiles
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import Passage
from distill_live.live.recording.recorder import new_recording_path
from distill_live.live.server.clip_slots import SLOTS, ClipSlots
from distill_live.live.server.deck import Deck
from distill_live.live.server.priming import PRIME_COLUMNS
from distill_live.live.server.settings import ServerSettings

Arguments = tuple[Any, ...]
#: Told of what came of a request: its name, a text, whether it failed, and its arguments, or None
#: for all requests of that name.
Outcome = Callable[[str, str, bool, Arguments | None], None]


class Clips:
    """Carries out the requests about clips; call `poll` many times a second.

    `playing` gives the deck that plays, and `say` takes a line of text for the user.
    """

    def __init__(
        self,
        settings: ServerSettings,
        tap: TapRing,
        encodings: Encodings,
        playing: Callable[[], Deck],
        say: Callable[[str], None],
    ) -> None:
        self._encodings = encodings
        self._playing, self._say = playing, say
        self.on_outcome: Outcome = lambda name, text, failed, arguments: None
        #: Called with the name of a request and a text when what it has chosen is lost later.
        self.on_late_failure: Callable[[str, str], None] = lambda name, text: None
        #: Says when a request that is sent to the engine now will be heard, such as " in 0.2 s".
        self.when: Callable[[], str] = lambda: ""
        #: All clips as clients list them.
        self.listing: tuple[ClipInfo, ...] = ()
        self._library, self._files = ClipLibrary(settings.clip_library, say), CodeFiles()
        has_input = settings.run_input is not None
        self.slots = ClipSlots(self._library, self._files, has_input, playing)
        #: The recordings that are to become clips, by the clips' names.
        self._loading: dict[str, tuple[EncodingJob, Arguments]] = {}
        self._library.loading = self._loading
        self.slots.on_lost = self._lose
        self._look_back = LookBack(tap)
        self._captures = Captures(
            self._look_back,
            partial(new_recording_path, settings.recordings),
            self._put,
            self._end_capture,
        )
        self._requests: dict[str, Callable[..., str]] = {
            "clip/load": self._load,
            "clip/play": self._play,
            "clip/prime": self._prime,
            "clip/delete": self._delete,
            "capture": self._capture,
            CLIP_RESTORE: self.slots.restore,
            **{f"{slot}/clip": partial(self.slots.choose, slot) for slot in SLOTS},
        }

    def takes(self, name: str) -> bool:
        """Whether a request is one of these."""
        return name in self._requests

    def carry_out(self, name: str, arguments: Arguments) -> None:
        """Carry out a request."""
        try:
            text = self._requests[name](*arguments)
        except DistillError as error:
            self._end(name, str(error), True, arguments)
        else:
            if text:
                self._end(name, text, False, arguments)

    def poll(self) -> None:
        """Look after captures, and list what there is for the model that plays."""
        self._look_back.poll()
        self._captures.poll()
        self._list()

    def _list(self) -> None:
        self.listing = self._library.listing(self._playing().codec)

    def send_codes(self, name: str, codes: Codes, *arguments: object, asked: Asked) -> None:
        """Make a request of the engine, with codes [T, F, Q] as its first argument; `asked` is what
        the performer has asked for.

        Raises CodesError when they cannot be written.
        """
        shared = self._files.share_once(codes)
        self._playing().worker.send(Request(name, (shared, *arguments), asked))

    def send_region(self, name: str, arguments: Arguments) -> None:
        """Ask the engine to edit a region with a clip.

        Raises ClipError when there is no such clip, and CodesError when its codes cannot be
        written.
        """
        self.send_region_codes(
            self._library.find(name, self._playing().codec).grid.codes, arguments
        )

    def send_region_codes(self, codes: Codes, arguments: Arguments) -> None:
        """Ask the engine to edit a region with codes [T, F, Q].

        Raises CodesError when they cannot be written.
        """
        shared = self._files.share_once(codes)
        self._playing().worker.send(Request("region", (*arguments, shared)))

    def take_captured(self, captured: Captured, deck: Deck) -> None:
        """Make a clip of what the engine of a deck says was heard."""
        if deck.blank is not None:
            self._captures.take(captured, deck.blank)

    def keep_passage(self, name: str, passage: Passage) -> str:
        """Keep a passage of the live input as a clip; returns what there is to say of it.

        Raises ClipError when it cannot be kept.
        """
        check_clip_name(name)
        blank = self._playing().blank
        if blank is None:
            raise ClipError("the model is still loading: try again in a moment")
        grid = replace(blank, codes=passage.codes, source=INPUT)
        samples = len(grid.codes) * grid.column_samples
        return self._keep(Clip(name, grid, samples, passage.loudness_db))

    def close(self) -> None:
        """Finish the captures, and remove the files that engines read."""
        self._captures.close()
        self._files.close()

    def _load(self, name: str, file: str) -> str:
        check_clip_name(name)
        path = Path(file)
        if path.suffix in SUFFIXES:
            clip = load_clip(path, name)
            _check_fit(path, clip, self._playing())
            return self._keep(clip)
        try:
            check_recording(path)
        except ClipError as error:
            raise ClipError(f"cannot load {path}: {error}") from error
        job, arguments = EncodingJob(path, self._playing().path, MAX_COLUMNS), (name, file)
        if name in self._loading and self._loading[name][1] == arguments:
            # Asked for again: it starts again, and whoever asked is told once, when it is there.
            self._encodings.drop(self._loading.pop(name)[0])
        self._encodings.add(job, partial(self._take_encoded, arguments))
        self._stop_loading(name, f"{file} was asked for instead")
        self._loading[name] = job, arguments
        self._say(f"encoding {path} as the clip {name}")
        return ""

    def _take_encoded(self, arguments: Arguments, result: Encoded | ClipError) -> None:
        name, file = arguments
        del self._loading[name]
        try:
            if isinstance(result, ClipError):
                raise ClipError(f"cannot load {file}: {result}")
            clip = Clip(name, result.grid, result.samples, result.loudness_db)
            text = "; ".join([self._keep(clip), *result.notes])
            self._end("clip/load", text, False, arguments)
        except ClipError as error:
            self._end("clip/load", str(error), True, arguments)

    def _keep(self, clip: Clip) -> str:
        """Keep a clip; returns what there is to say of it."""
        kept = clip.shortened()
        text = f"clip {kept.name}: {kept.describe()}"
        if kept is not clip:
            text += f", the first {MAX_COLUMNS} columns"
        text = "; ".join([text, *self._put(kept)])
        if kept.codec.sha256 != self._playing().codec.sha256:
            own, playing = tell_apart(kept.codec, self._playing().codec)
            text += f"; it belongs to the model {own}; now {playing} plays"
        return text

    def _put(self, clip: Clip) -> list[str]:
        """Keep a clip, also where the one of its name is in use; returns what else there is to say
        of it."""
        notes = self._library.put(clip)
        self._stop_loading(clip.name, "another clip of that name was made")
        notes += self.slots.exchange(clip)
        # Whoever is told that it is there may ask for the list at once.
        self._list()
        return notes

    def _play(self, name: str, seconds: float | None) -> str:
        clip = self._library.find(name, self._playing().codec)
        samples, rate = clip.samples, clip.grid.sample_rate
        text = f"playing clip {name}{self.when()}"
        if seconds is not None:
            whole = len(clip.grid.codes) * clip.grid.column_samples
            samples = round(seconds * rate)
            if samples > whole:
                samples = whole
                text += f", all of it: it has {whole / rate:.2f} s, fewer than {seconds:.2f} s"
        asked = ("clip/play", (name, seconds))
        self.send_codes("play_clip", clip.grid.codes, samples, asked=asked)
        return text

    def _prime(self, name: str) -> str:
        clip = self._library.find(name, self._playing().codec)
        asked = ("clip/prime", (name,))
        self.send_codes("prime", clip.grid.codes[-PRIME_COLUMNS:], asked=asked)
        return f"continuing from clip {name}{self.when()}"

    def _delete(self, name: str) -> str:
        codec = self._playing().codec
        stopped = self._stop_loading(name, "the clip was deleted")
        if stopped and not self._library.has(name, codec):
            return f"clip {name} is no longer being loaded"
        users = self.slots.users_of(self._library.delete(name, codec))
        self._list()
        rest = f"; {users} can use it until you choose another" if users else ""
        return f"clip {name} deleted{rest}"

    def _stop_loading(self, name: str, reason: str) -> bool:
        """Give up the recording that was to become a clip, if there is one."""
        if name not in self._loading:
            return False
        job, arguments = self._loading.pop(name)
        self._encodings.drop(job)
        self._end("clip/load", f"{job.audio} was not loaded: {reason}", True, arguments)
        return True

    def _capture(self, seconds: float, name: str, ago: float | None = None) -> str:
        self._playing().worker.send(self._captures.begin(name, seconds, ago))
        return ""

    def _end_capture(self, capture: Capture, text: str, failed: bool) -> None:
        self._end("capture", text, failed, (capture.seconds, capture.name, capture.ago))

    def _lose(self, slot: str, text: str) -> None:
        """Tell everybody that the clip of a slot is no longer in use."""
        self._say(text)
        self.on_late_failure(f"{slot}/clip", text)

    def _end(self, name: str, text: str, failed: bool, arguments: Arguments | None) -> None:
        """Tell everybody what came of a request."""
        self._say(text)
        self.on_outcome(name, text, failed, arguments)


def _check_fit(path: Path, clip: Clip, deck: Deck) -> None:
    """Raise ClipError unless a file's codes are those of the model that plays."""
    if clip.codec.sha256 != deck.codec.sha256:
        own, playing = tell_apart(clip.codec, deck.codec)
        raise ClipError(
            f"{path} has codes of the model {own}, and {playing}, which plays, has another codec: "
            "encode its sound again"
        )
    if deck.blank is not None and clip.grid.codes.shape[1:] != deck.blank.codes.shape[1:]:
        raise ClipError(
            f"{path} has columns of {list(clip.grid.codes.shape[1:])} codes (bands, levels); the "
            f"model has {list(deck.blank.codes.shape[1:])}"
        )

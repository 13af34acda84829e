"""The requests about clips: load, play, prime, delete, choose for a slot, capture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from distill_live.codes.grid_file import SUFFIXES
from distill_live.codes.timeline import Codes
from distill_live.errors import ClipError, DistillError
from distill_live.live.clips.captures import Capture, Captures
from distill_live.live.clips.clip import MAX_COLUMNS, NO_CLIP, Clip, Codec, check_clip_name
from distill_live.live.clips.clip_file import load_clip
from distill_live.live.clips.encodings import Encoded, EncodingJob, Encodings
from distill_live.live.clips.library import ClipInfo, ClipLibrary
from distill_live.live.clips.look_back import LookBack
from distill_live.live.clips.partners import Partners
from distill_live.live.ipc.messages import INPUT, Captured, PartnerCodes, Request
from distill_live.live.ipc.shared_codes import CodeFiles
from distill_live.live.ipc.tap import TapRing
from distill_live.live.listening.listening import NO_INPUT, Passage
from distill_live.live.server.deck import Deck
from distill_live.live.server.priming import PRIME_COLUMNS
from distill_live.live.server.recorder import new_recording_path
from distill_live.parameters import ParameterStore

#: The slots that a clip can be chosen for, and what they are called.
SLOTS = {"edit": "edits", "blend": "blend", "manner": "manner"}

Arguments = tuple[Any, ...]
#: Told of what came of a request: its name, a text, whether it failed, and its arguments.
Outcome = Callable[[str, str, bool, Arguments], None]


class Clips:
    """Carries out the requests about clips; call `poll` many times a second.

    Clips are kept in `folder`, captures in `recordings`. `say` takes a line of text for the user.
    """

    def __init__(
        self,
        folder: Path,
        recordings: Path,
        tap: TapRing,
        parameters: ParameterStore,
        encodings: Encodings,
        say: Callable[[str], None],
    ) -> None:
        self._parameters, self._encodings, self._say = parameters, encodings, say
        self.on_outcome: Outcome = lambda name, text, failed, arguments: None
        self._library = ClipLibrary(folder, say)
        self._files = CodeFiles()
        self._partners = Partners(self._files)
        #: The recordings that are to become clips, by the clips' names.
        self._loading: dict[str, tuple[EncodingJob, Arguments]] = {}
        self._look_back = LookBack(tap)
        self._captures = Captures(
            self._look_back,
            partial(new_recording_path, recordings),
            self._library.put,
            self._end_capture,
        )
        self._requests: dict[str, Callable[..., str]] = {
            "clip/load": self._load,
            "clip/play": self._play,
            "clip/prime": self._prime,
            "clip/delete": self._delete,
            "capture": self._capture,
            **{f"{slot}/clip": partial(self._choose, slot) for slot in SLOTS},
        }
        #: Whether something can be played in.
        self.has_input = False
        #: All clips as clients list them.
        self.listing: tuple[ClipInfo, ...] = ()
        self._codec = Codec("", "")

    @property
    def chosen(self) -> dict[str, str]:
        """The name of the clip that is in each of the SLOTS, "" for none; on the main thread."""
        return {slot: self._partners.get(slot).name for slot in SLOTS}

    def takes(self, name: str) -> bool:
        """Whether a request is one of these."""
        return name in self._requests

    def carry_out(self, name: str, arguments: Arguments, deck: Deck) -> None:
        """Carry out a request for the deck that plays."""
        self._codec = deck.codec
        try:
            text = self._requests[name](deck, *arguments)
        except (DistillError, OSError) as error:
            self._end(name, str(error), True, arguments)
        else:
            if text:
                self._end(name, text, False, arguments)

    def poll(self, deck: Deck) -> None:
        """Look after captures, and list what there is for the deck that plays."""
        self._codec = deck.codec
        self._look_back.poll()
        self._captures.poll()
        self.listing = self._library.listing(deck.codec)

    def send_codes(self, deck: Deck, name: str, codes: Codes, *arguments: object) -> None:
        """Make a request of an engine, with codes [T, F, Q] as its first argument.

        Raises OSError when they cannot be written.
        """
        shared = self._files.share_once(codes)
        deck.worker.send(Request(name, (shared, *arguments)))

    def send_region(self, deck: Deck, name: str, arguments: Arguments) -> None:
        """Ask an engine to edit a region with a clip.

        Raises ClipError when there is no such clip, and OSError when its codes cannot be written.
        """
        clip = self._library.find(name, deck.codec)
        shared = self._files.share_once(clip.grid.codes)
        deck.worker.send(Request("region", (*arguments, shared)))

    def equip(self, deck: Deck) -> None:
        """Let the next engine on a deck know the clips that are in use and fit its model."""
        deck.partners = self._partners.of(deck.codec)

    def use(self, deck: Deck) -> None:
        """Use the clips of another deck's model, which begins to be heard."""
        for slot, clip in self._partners.clear_others(deck.codec):
            self._say(
                f"{SLOTS[slot]} no longer has the clip {clip.name}: it belongs to the codec of "
                f"{clip.codec.name}"
            )
        known = {one.slot: one for one in deck.partners}
        for slot in SLOTS:
            now = self._partners.get(slot)
            if known.get(slot, PartnerCodes(slot)) != now:
                deck.worker.send(now.request())
        self.equip(deck)

    def take_captured(self, captured: Captured, deck: Deck) -> None:
        """Make a clip of what an engine says was heard."""
        if deck.blank is not None:
            self._captures.take(captured, deck.blank)

    def close(self) -> None:
        """Finish the captures, and remove the files that engines read."""
        self._captures.close()
        self._files.close()

    def _load(self, deck: Deck, name: str, file: str) -> str:
        check_clip_name(name)
        path = Path(file)
        self._stop_loading(name, f"{file} was asked for instead")
        if path.suffix in SUFFIXES:
            clip = load_clip(path, name)
            _check_fit(path, clip, deck)
            return self._keep(clip)
        if not path.is_file():
            raise ClipError(f"cannot load {path}: no such file")
        job, arguments = EncodingJob(path, deck.path, MAX_COLUMNS), (name, file)
        self._encodings.add(job, partial(self._take_encoded, arguments))
        self._loading[name] = job, arguments
        self._say(f"encoding {path} as the clip {name}")
        return ""

    def _take_encoded(self, arguments: Arguments, result: Encoded | ClipError) -> None:
        name, file = arguments
        del self._loading[name]
        try:
            if isinstance(result, ClipError):
                raise ClipError(f"cannot load {file}: {result}")
            for note in result.notes:
                self._say(f"{file}: {note}")
            clip = Clip(name, result.grid, result.samples, result.loudness_db)
            self._end("clip/load", self._keep(clip), False, arguments)
        except ClipError as error:
            self._end("clip/load", str(error), True, arguments)

    def _keep(self, clip: Clip) -> str:
        """Keep a clip; returns what there is to say of it."""
        kept = clip.shortened()
        replaced = self._library.put(kept)
        text = f"clip {kept.name}: {kept.describe()}"
        if kept is not clip:
            text += f", the first {MAX_COLUMNS} columns"
        if replaced:
            text += "; it replaces the one of that name"
        if kept.codec.sha256 != self._codec.sha256:
            text += f"; it belongs to the model {kept.codec.name}, which no longer plays"
        return text

    def _play(self, deck: Deck, name: str, seconds: float | None) -> str:
        clip = self._library.find(name, deck.codec)
        samples, rate = clip.samples, clip.grid.sample_rate
        text = f"playing clip {name}"
        if seconds is not None:
            whole = len(clip.grid.codes) * clip.grid.column_samples
            samples = round(seconds * rate)
            if samples > whole:
                samples = whole
                text += f", all of it: it has {whole / rate:.2f} s, fewer than {seconds:.2f} s"
        self.send_codes(deck, "play_clip", clip.grid.codes, samples)
        return text

    def _prime(self, deck: Deck, name: str) -> str:
        clip = self._library.find(name, deck.codec)
        self.send_codes(deck, "prime", clip.grid.codes[-PRIME_COLUMNS:])
        return f"continuing from clip {name}"

    def _delete(self, deck: Deck, name: str) -> str:
        stopped = self._stop_loading(name, "the clip was deleted")
        if stopped and not self._library.has(name, deck.codec):
            return f"clip {name} is no longer being loaded"
        clip = self._library.delete(name, deck.codec)
        slots = " and ".join(SLOTS[slot] for slot in self._partners.slots_of(clip))
        rest = f"; {slots} can use it until you choose another" if slots else ""
        return f"clip {name} deleted{rest}"

    def _stop_loading(self, name: str, reason: str) -> bool:
        """Give up the recording that was to become a clip, if there is one."""
        if name not in self._loading:
            return False
        job, arguments = self._loading.pop(name)
        self._encodings.drop(job)
        self._end("clip/load", f"{job.audio} was not loaded: {reason}", True, arguments)
        return True

    def _choose(self, slot: str, deck: Deck, name: str | None) -> str:
        if name == INPUT:
            return self._choose_input(slot, deck)
        chosen = name if name and name != NO_CLIP else None
        clip = None if chosen is None else self._library.find(chosen, deck.codec)
        deck.worker.send(self._partners.put(slot, clip).request())
        self.equip(deck)
        return f"{SLOTS[slot]}: " + ("no clip" if clip is None else f"clip {clip.name}")

    def _choose_input(self, slot: str, deck: Deck) -> str:
        if not self.has_input:
            raise ClipError(NO_INPUT)
        if slot != "blend":
            raise ClipError(
                f"only blend can have what is played in; for {SLOTS[slot]}, make a clip of it: "
                "/distill/listen/clip NAME"
            )
        deck.worker.send(self._partners.put_input(slot).request())
        self.equip(deck)
        return "blend: what is played in; /distill/listen 1 begins to listen"

    def keep_passage(self, deck: Deck, name: str, passage: Passage) -> str:
        """Keep something that was played in as a clip; what there is to say of it.

        Raises ClipError when it cannot be kept.
        """
        check_clip_name(name)
        if deck.blank is None:
            raise ClipError("the model is still loading: try again in a moment")
        self._stop_loading(name, "another clip was made")
        self._codec = deck.codec
        grid = replace(deck.blank, codes=passage.codes, source=INPUT)
        samples = len(grid.codes) * grid.column_samples
        return self._keep(Clip(name, grid, samples, passage.loudness_db))

    def _capture(self, deck: Deck, seconds: float, name: str) -> str:
        stereo = bool(self._parameters["width"])
        deck.worker.send(self._captures.begin(name, seconds, stereo))
        return ""

    def _end_capture(self, capture: Capture, text: str, failed: bool) -> None:
        self._end("capture", text, failed, (capture.seconds, capture.name))

    def _end(self, name: str, text: str, failed: bool, arguments: Arguments) -> None:
        """Tell everybody what came of a request."""
        self._say(text)
        self.on_outcome(name, text, failed, arguments)


def _check_fit(path: Path, clip: Clip, deck: Deck) -> None:
    """Raise ClipError unless a file's codes are those of the model that plays."""
    if clip.codec.sha256 != deck.codec.sha256:
        raise ClipError(
            f"{path} has codes of the model {clip.codec.name}, and {deck.name} has another codec: "
            "encode its sound again"
        )
    if deck.blank is not None and clip.grid.codes.shape[1:] != deck.blank.codes.shape[1:]:
        raise ClipError(
            f"{path} has columns of {list(clip.grid.codes.shape[1:])} codes (bands, levels); the "
            f"model has {list(deck.blank.codes.shape[1:])}"
        )

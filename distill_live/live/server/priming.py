"""Encodes a recording while the engine plays, so that the prior can continue from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from distill_live.codes.grid_file import SUFFIXES
from distill_live.codes.timeline import Codes
from distill_live.errors import ClipError, DistillError
from distill_live.live.clips.encodings import Encoded, EncodingJob, Encodings, check_recording
from distill_live.live.ipc.messages import Asked
from distill_live.live.server.long_request import LongRequest

#: How many columns of a recording the prior is given, the last ones: more than any context.
PRIME_COLUMNS = 512


class Priming(LongRequest):
    """Has one recording encoded at a time: the one asked for last, before all clips that wait.

    `on_codes` takes its codes [T, F, Q] and the request, and may raise DistillError.
    """

    def __init__(self, encodings: Encodings, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._encodings = encodings
        self.on_codes: Callable[[Codes, Asked], None] = lambda codes, asked: None
        #: Says when the codes that `on_codes` gets will be heard, such as " in 0.2 s".
        self.when: Callable[[], str] = lambda: ""
        #: As it was asked for.
        self._file = ""
        self._job: EncodingJob | None = None
        self._result: Encoded | ClipError | None = None

    def ask(self, file: str, model: Path) -> None:
        """Begin to encode a recording with a model's codec."""
        audio = Path(file)
        try:
            check_recording(audio)
            if audio.suffix in SUFFIXES:
                raise ClipError(
                    "it holds codes: load it with /distill/clip/load, then send /distill/clip/prime"
                )
        except ClipError as error:
            self._end(f"cannot prime {audio}: {error}", True, (file,))
            return
        if self._job is not None and self._file != file:
            text = f"{self._file} was not loaded: {file} was asked for instead"
            self._end(text, True, (self._file,))
        self.close()
        self._file, self._job = file, EncodingJob(audio, model, PRIME_COLUMNS, end=True)
        self._encodings.add(self._job, partial(self._take, self._job), first=True)
        self._say(f"encoding {audio}")

    def poll(self, model: Path) -> None:
        """Continue from a recording once it is encoded, if that was done for `model`."""
        job, result = self._job, self._result
        if job is None or result is None:
            return
        self._job = self._result = None
        arguments = (self._file,)
        try:
            if isinstance(result, ClipError):
                raise result
            if job.model != model:
                raise ClipError("another model plays now; send the request again")
            self.on_codes(result.grid.codes, ("prime", arguments))
        except DistillError as error:
            self._end(f"cannot prime {job.audio}: {error}", True, arguments)
        else:
            text = f"continuing from {job.audio}{self.when()}"
            self._end("; ".join([text, *result.notes]), False, arguments)

    def close(self) -> None:
        """Stop encoding."""
        if self._job is not None:
            self._encodings.drop(self._job)
        self._job = self._result = None

    def _take(self, job: EncodingJob, result: Encoded | ClipError) -> None:
        if job is self._job:
            self._result = result

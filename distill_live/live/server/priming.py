"""Encodes a recording while the engine plays, so that the prior can continue from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from distill_live.codes.timeline import Codes
from distill_live.errors import ClipError
from distill_live.live.clips.encodings import Encoded, EncodingJob, Encodings, check_recording
from distill_live.live.server.long_request import LongRequest

#: How many columns of a recording the prior is given, the last ones: more than any context.
PRIME_COLUMNS = 512


class Priming(LongRequest):
    """Has one recording encoded at a time: the one asked for last, before all clips that wait."""

    def __init__(self, encodings: Encodings, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._encodings = encodings
        #: Says when the codes that `poll` returns will be heard, such as " in 0.2 s".
        self.when: Callable[[], str] = lambda: ""
        self._job: EncodingJob | None = None
        self._result: Encoded | ClipError | None = None

    def ask(self, audio: Path, model: Path) -> None:
        """Begin to encode a recording with a model's codec."""
        try:
            check_recording(audio)
        except ClipError as error:
            self._end(f"cannot prime {audio}: {error}", failed=True)
            return
        if self._job is not None:
            self._say(f"{self._job.audio} was dropped in favour of {audio}")
        self.close()
        self._job = EncodingJob(audio, model, PRIME_COLUMNS, end=True)
        self._encodings.add(self._job, partial(self._take, self._job), first=True)
        self._say(f"encoding {audio}")

    def poll(self, model: Path) -> Codes | None:
        """The recording's codes [T, F, Q], once, if they were made for `model`."""
        job, result = self._job, self._result
        if job is None or result is None:
            return None
        self._job = self._result = None
        if isinstance(result, ClipError):
            self._end(f"cannot prime {job.audio}: {result}", failed=True)
            return None
        if job.model != model:
            self._end(f"the model has changed: prime {job.audio} again", failed=True)
            return None
        for note in result.notes:
            self._say(f"{job.audio}: {note}")
        self._end(f"continuing from {job.audio}{self.when()}")
        return result.grid.codes

    def close(self) -> None:
        """Stop encoding."""
        if self._job is not None:
            self._encodings.drop(self._job)
        self._job = self._result = None

    def _take(self, job: EncodingJob, result: Encoded | ClipError) -> None:
        if job is self._job:
            self._result = result

"""Records what is played whenever somebody asks for it, one file after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from distill_live.errors import AudioFileError
from distill_live.live.ipc.tap import TapRing
from distill_live.live.recording.gaps import SHORTEST_GAP, gap_words
from distill_live.live.recording.recorder import Recorder, new_recording_path
from distill_live.live.server.long_request import LongRequest


class Recordings(LongRequest):
    """One recording at a time, in a folder unless a path is given."""

    def __init__(
        self,
        tap: TapRing,
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(say)
        self._tap, self._folder = tap, folder
        self._recorder: Recorder | None = None
        self._told_gaps = 0

    @property
    def path(self) -> Path | None:
        """The file that is being written, if one is."""
        return self._recorder.path if self._recorder else None

    @property
    def seconds(self) -> float:
        """How long the file that is being written is so far."""
        return self._recorder.seconds if self._recorder else 0.0

    def start(self, path: Path) -> None:
        """Record into a file. Raises AudioFileError when it cannot be written."""
        recorder = Recorder(self._tap, path)
        recorder.start()
        self._recorder, self._told_gaps = recorder, 0

    def record(self, on: bool, name: str) -> None:
        """Begin a new file, named after the time and the model, or finish the one that is open.

        Asking twice changes nothing; `say` reports a failure.
        """
        if on and self._recorder is not None:
            self.on_outcome(f"already recording to {self._recorder.path}", False, None)
        elif on:
            self._begin(name)
        elif self._recorder is not None:
            self.stop()
        else:
            self.on_outcome("nothing is being recorded", False, None)

    def _begin(self, name: str) -> None:
        try:
            path = new_recording_path(self._folder, name)
            self.start(path)
            self._end(f"recording to {path}")
        except AudioFileError as error:
            self._end(f"cannot record: {error}", failed=True)

    def poll(self) -> None:
        """Finish a recording that broke off and say so, and tell of its gaps; call it many times a
        second."""
        if self._recorder is None:
            return
        self._tell_gaps(self._recorder)
        if self._recorder.error:
            self.stop()

    def _tell_gaps(self, recorder: Recorder) -> None:
        """Say where a recording is silent because nothing played, once for each gap."""
        for gap in recorder.gaps[self._told_gaps :]:
            self._told_gaps += 1
            if gap.seconds >= SHORTEST_GAP:
                silent = gap_words(gap.seconds)
                self._say(f"{recorder.path.name} is silent for {silent}, at {gap.at:.1f} s")

    def stop(self) -> None:
        """Finish the file that is open, if one is."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.stop()
        self._tell_gaps(recorder)
        to_disk = recorder.lost_to_disk > recorder.lost / 2
        reason = "writing the file took too long" if to_disk else "the computer was too busy"
        lost = f"; it lost {recorder.lost} samples: {reason}" if recorder.lost else ""
        if recorder.error:
            self._end(recorder.error + lost, failed=True)
        elif recorder.written:
            self._end(f"recorded {recorder.path}{lost}", failed=bool(lost))
        else:
            self.on_outcome("nothing was played, so nothing was recorded", False, None)

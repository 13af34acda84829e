"""The audio process as control sees it: which output plays, and what takes over when it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distill_live.errors import LiveError
from distill_live.live.ipc.messages import (
    Failed,
    OutputAway,
    OutputBroken,
    OutputFinished,
    OutputOpened,
    OutputReport,
)
from distill_live.live.playback.memory import AudioMemory
from distill_live.live.server.settings import ServerSettings
from distill_live.live.server.worker import Worker


class AudioOutput:
    """The audio process, and the outputs that it may play on: the chosen one, then the fallbacks.

    `log` takes a line of text for the user. If no output is left, `hear`, `prepare` and `give_up`
    raise LiveError.
    """

    def __init__(
        self, settings: ServerSettings, memory: AudioMemory, log: Callable[[str], None]
    ) -> None:
        self._settings, self._memory, self._log = settings, memory, log
        self._options, self._fallbacks = settings.output_options, list(settings.fallback_options)
        self._blocks_before = 0.0
        self._fell_back = self._away = False
        self._audible = True
        #: What the output plays on; nothing before it has opened.
        self.name = ""
        self.opened = self.finished = False
        self.worker = Worker(
            "audio", settings.run_audio, self._arguments(), lambda: memory.status["audio_beat"]
        )

    def hear(self, report: OutputReport | Failed) -> None:
        """Take in what the audio process reports."""
        match report:
            case OutputOpened(description, is_audible):
                self._audible = is_audible
                self._note_opened(description)
            case OutputAway(reason):
                self._away = True
                self._log(
                    f"audio: {reason}; the music continues silently, and {self.name} is "
                    "tried again every second"
                )
            case OutputFinished():
                self.finished = self.worker.done = True
                self._log(f"finished {self.name}")
            case OutputBroken(reason):
                self._fall_back(reason)
            case Failed(reason):
                self._note_failure(reason)

    @property
    def is_audible(self) -> bool:
        """Whether a device plays, or will play as soon as it has opened."""
        return self._audible and not self._away

    def prepare(self, reason: str) -> bool:
        """Prepare the next audio process, after the last one failed for `reason`.

        Returns False if another output takes its place: that and why has been logged already.
        """
        if self._settings.finite:
            raise LiveError(f"the {self.worker.name} process {reason} before the file was complete")
        self.worker.arguments = self._arguments()
        if self._fell_back:
            return False
        self._away = self.opened
        return True

    def give_up(self) -> None:
        """Fall back if the process fails again and again, unless it waits for its device."""
        if not self._waits_for_device:
            self._fall_back(f"the {self.worker.name} process keeps failing right after it starts")

    @property
    def _waits_for_device(self) -> bool:
        """Whether an output has played and is waited for, however long its device is away."""
        return not self._settings.finite and self._memory.status["blocks"] > self._blocks_before

    def _arguments(self) -> tuple[Any, ...]:
        return (self._options, self._memory, self._waits_for_device)

    def _note_opened(self, name: str) -> None:
        self.opened, self.name = True, name
        if self._fell_back:
            self._log(f"playing on {name} instead")
        elif self._away:
            self._log(f"playing on {name} again")
        self._fell_back = self._away = False

    def _note_failure(self, reason: str) -> None:
        """Note why the process cannot play; it will be started again."""
        if self.opened and not self._settings.finite:
            self._log(f"audio: {reason}")
        else:
            self._fall_back(reason)

    def _fall_back(self, reason: str) -> None:
        """Play on through the next output; raises LiveError where there is none."""
        if not self._fallbacks:
            raise LiveError(reason)
        self._log(f"audio: {reason}")
        self._options = self._fallbacks.pop(0)
        self._blocks_before = self._memory.status["blocks"]
        self.worker.arguments = self._arguments()
        self.opened, self._fell_back = False, True

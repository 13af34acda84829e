"""Writes a sound file, as fast as the engine makes the sound."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from distill_live.audio.files import SoundFileWriter
from distill_live.errors import DeviceError
from distill_live.live.ipc.ring import SAMPLE_RATE
from distill_live.outputs.options import FILE_NEEDS, OutputOptions, Source
from distill_live.parameters import Parameter


class FileOutput:
    """Writes sound of a given duration; waits for the engine, so that there are no gaps."""

    name = "file"
    doc = "Write a sound file, as fast as possible."
    parameters: tuple[Parameter, ...] = ()

    def __init__(self, options: OutputOptions) -> None:
        if options.path is None or options.duration is None:
            raise DeviceError(FILE_NEEDS)
        self.sample_rate = options.audio_rate or SAMPLE_RATE
        self._block = options.block or 1024
        self._left = round(options.duration * self.sample_rate)
        self._path = options.path
        # Width, or a stereo model, may come while it plays.
        self._file = SoundFileWriter(options.path, self.sample_rate, 2)

    def describe(self) -> str:
        """The file it writes."""
        return f"file {self._path}"

    def run(self, source: Source, stopped: Callable[[], bool]) -> None:
        """Write blocks as soon as the source has them, until the duration is reached."""
        while self._left > 0 and not stopped():
            if not source.can_fill(self._block):
                time.sleep(0.002)
                continue
            block = np.zeros((min(self._block, self._left), 2), np.float32)
            source.render(block)
            self._file.write(block)
            self._left -= len(block)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

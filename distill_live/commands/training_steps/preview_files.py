"""The previews of a codec's training as sound files, to listen to while it still runs."""

from __future__ import annotations

from pathlib import Path

from distill_live.audio.files import write_audio
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.errors import AudioFileError
from distill_live.training.codec.previews import Previews


class PreviewFiles:
    """Writes each preview once into a folder: `original.wav`, then `epoch-8.wav` and so on."""

    def __init__(
        self, folder: Path, previews: Previews, sample_rate: int, progress: TrainingProgress
    ) -> None:
        self._folder, self._previews = folder, previews
        self._rate, self._progress = sample_rate, progress

    def write_new(self) -> None:
        """Write those that are not there yet. If the disk is full, training goes on without."""
        for epoch, sound in self._previews.sounds:
            path = self._folder / (f"epoch-{epoch}.wav" if epoch else "original.wav")
            if path.exists():
                continue
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_audio(path, sound, self._rate, 16)
            except (AudioFileError, OSError) as error:
                self._progress.say(f"no preview of epoch {epoch}: {error}")
                return
            self._progress.previewed(epoch, path)

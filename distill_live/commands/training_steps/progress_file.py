"""The progress of a training run for other programs: JSON lines, appended to a file."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill_live.commands.progress_lines import ProgressLines
from distill_live.commands.training_steps.progress import TrainingProgress, in_words

if TYPE_CHECKING:
    from distill_live.audio.distances.reconstruction import Distances
    from distill_live.codes.codebook_health import LevelHealth
    from distill_live.training.codec.config import CodecTrainingConfig
    from distill_live.training.codec.trainer import CodecEpoch
    from distill_live.training.prior.judging import PriorPerplexity
    from distill_live.training.prior.memorisation import Memorisation
    from distill_live.training.prior.trainer import PriorEpoch, PriorTrainingConfig
    from distill_live.training.run.epoch_trainer import Epoch
    from distill_live.training.vocoder.trainer import VocoderEpoch, VocoderTrainingConfig


class RecordedProgress(TrainingProgress):
    """Shows the progress on the terminal and writes it into a file, too; see `ProgressLines`.

    Types of lines: reading, line, phase, pace, epoch, phase_end, memorisation, preview, model and
    stopped.
    """

    def __init__(self, lines: ProgressLines, *, quiet: bool = False) -> None:
        super().__init__(quiet=quiet)
        self._lines = lines
        self._phase, self._size = "", 0
        self._reading = False
        self._began, self._first = 0.0, 0
        #: Seconds of the phases after this one, as far as they have been estimated.
        self._later = 0.0

    def begin(self, what: str) -> None:
        super().begin(what)
        self._reading = what == "reading"

    def advance(self, done: int, total: int) -> None:
        super().advance(done, total)
        if self._reading:
            self._lines.write_seldom("reading", done=done, total=total)

    def say(self, line: str) -> None:
        super().say(line)
        self._lines.write("line", text=line)

    def previewed(self, epoch: int, path: Path) -> None:
        self._lines.write("preview", phase="codec", epoch=epoch, file=str(path.absolute()))

    def ended(self, path: Path | None, *, saved: bool) -> None:
        if path is None:
            self._lines.write("stopped", saved=saved)
        else:
            self._lines.write("model", name=path.stem, file=str(path.absolute()))

    def codec_pace(self, seconds: float, prior_seconds: float | None) -> None:
        super().codec_pace(seconds, prior_seconds)
        self._later = prior_seconds or 0.0
        self._pace(seconds + self._later)

    def prior_pace(self, seconds: float) -> None:
        super().prior_pace(seconds)
        self._pace(seconds)

    def vocoder_pace(self, seconds: float) -> None:
        super().vocoder_pace(seconds)
        self._pace(seconds)

    def begin_codec(self, config: CodecTrainingConfig) -> None:
        super().begin_codec(config)
        self._size = config.codec.codebook_size
        self._begin_phase("codec", config, levels=self._labels, codebook_size=self._size)

    def codec_epoch(self, epoch: CodecEpoch) -> None:
        super().codec_epoch(epoch)
        values = {"training_db": epoch.training_db, "validation_db": epoch.validation_db}
        self._epoch(epoch, values, health=self._health(epoch.health))

    def end_codec(self, health: Sequence[LevelHealth], codebook_size: int) -> None:
        super().end_codec(health, codebook_size)
        self._lines.write("phase_end", phase="codec", health=self._health(health))

    def begin_prior(self, config: PriorTrainingConfig) -> None:
        super().begin_prior(config)
        self._begin_phase("prior", config)

    def prior_epoch(self, epoch: PriorEpoch) -> None:
        super().prior_epoch(epoch)
        self._epoch(epoch, {"training": epoch.training, "validation": epoch.validation})

    def end_prior(self, perplexity: PriorPerplexity, *, has_peaked: bool) -> None:
        super().end_prior(perplexity, has_peaked=has_peaked)
        beats = perplexity.beats_counting
        self._lines.write(
            "phase_end", phase="prior", perplexity=asdict(perplexity), beats_counting=beats
        )

    def memorised(self, memorisation: Memorisation) -> None:
        super().memorised(memorisation)
        self._lines.write("memorisation", words=memorisation.verdict)

    def begin_vocoder(self, config: VocoderTrainingConfig) -> None:
        super().begin_vocoder(config)
        self._begin_phase("vocoder", config)

    def vocoder_epoch(self, epoch: VocoderEpoch) -> None:
        super().vocoder_epoch(epoch)
        values = {"training": epoch.training, "validation": epoch.validation}
        if epoch.discriminators is not None:
            values["discriminators"] = epoch.discriminators
        self._epoch(epoch, values)

    def end_vocoder(self, distances: Mapping[str, Distances], played: str, asked: bool) -> None:
        super().end_vocoder(distances, played, asked)
        shown = {name: asdict(one) for name, one in distances.items()}
        self._lines.write("phase_end", phase="vocoder", distances=shown, played=played)

    def _begin_phase(
        self,
        phase: str,
        config: CodecTrainingConfig | PriorTrainingConfig | VocoderTrainingConfig,
        **more: Any,
    ) -> None:
        self._phase, self._began, self._first = phase, time.monotonic(), 0
        self._later = 0.0
        epochs, steps = config.epochs, config.steps_per_epoch
        self._lines.write("phase", phase=phase, epochs=epochs, steps=steps, **more)

    def _pace(self, seconds: float) -> None:
        self._lines.write("pace", seconds=round(seconds, 1), words=in_words(seconds))

    def _epoch(self, epoch: Epoch, values: dict[str, float], **more: Any) -> None:
        # A resumed run begins with a later epoch than the first.
        self._first = self._first or epoch.epoch
        done = epoch.epoch - self._first + 1
        left = (time.monotonic() - self._began) / done * (epoch.epochs - epoch.epoch)
        self._lines.write(
            "epoch", phase=self._phase, epoch=epoch.epoch, epochs=epoch.epochs,
            left=round(left + self._later, 1), values=values, **more,
        )  # fmt: skip

    def _health(self, levels: Sequence[LevelHealth]) -> list[dict[str, Any]]:
        """The health of each level, coarse to fine, in numbers and in words."""
        return [
            {"label": label, **asdict(level), "verdict": verdict.name.lower(),
             "words": verdict.words, "advice": verdict.advice}
            for label, level in zip(self._labels, levels, strict=True)
            for verdict in (level.verdict(self._size),)
        ]  # fmt: skip


def make_progress(file: Path | None, *, quiet: bool) -> TrainingProgress:
    """The progress on the terminal and, unless it is to be `quiet`, in a file, if one is given.
    Raises OutputError when that cannot be written."""
    if file is None or quiet:
        return TrainingProgress(quiet=quiet)
    return RecordedProgress(ProgressLines(file))

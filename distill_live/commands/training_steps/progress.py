"""The progress of a training run on the terminal: a bar, a line per epoch, warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from distill_live.escapes import escape

if TYPE_CHECKING:
    from distill_live.audio.distances.reconstruction import Distances
    from distill_live.codes.codebook_health import LevelHealth
    from distill_live.training.codec.config import CodecTrainingConfig
    from distill_live.training.codec.trainer import CodecEpoch
    from distill_live.training.prior.judging import PriorPerplexity
    from distill_live.training.prior.memorisation import Memorisation
    from distill_live.training.prior.trainer import PriorEpoch, PriorTrainingConfig
    from distill_live.training.run.epoch_trainer import Duration
    from distill_live.training.vocoder.trainer import VocoderEpoch, VocoderTrainingConfig

# Explains a column in the lines of every phase.
_NEW = "`new` is the end of each recording, which training never sees"


class TrainingProgress:
    """A progress bar with a line for each epoch above it; a context manager.

    If `quiet`, it prints nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        console = Console(highlight=False, quiet=quiet)
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(), console=console, transient=True,
            disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None)
        self._labels: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, what: str) -> None:
        """Start a new bar."""
        self._progress.reset(self._task, description=what, total=None)

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._print(line)

    def previewed(self, epoch: int, path: Path) -> None:
        """Note that there is a new preview of the codec in a file; epoch 0 is the recording."""

    def ended(self, path: Path | None, *, saved: bool) -> None:
        """Note the end of the run: `path` is the finished model, None if Ctrl-C has stopped it
        before; `saved` says whether that has left a model."""

    def codec_pace(self, seconds: float, prior_seconds: float | None) -> None:
        """Say how long the training will take, estimated from its first steps. `prior_seconds` is
        None if no prior follows."""
        if prior_seconds is None:
            self._print(f"this will take {in_words(seconds)}")
            return
        self._print(
            f"this will take {in_words(seconds + prior_seconds)}: {in_words(seconds)} for the "
            f"codec, then at most {in_words(prior_seconds)} for the prior"
        )

    def prior_pace(self, seconds: float) -> None:
        """Say how long the prior's training can take, estimated from its first steps."""
        self._print(
            f"this will take at most {in_words(seconds)}; training stops early when the prior "
            "no longer improves"
        )

    def vocoder_pace(self, seconds: float) -> None:
        """Say how long the vocoder's training will take, estimated from its first steps."""
        self._print(f"this will take {in_words(seconds)}")

    def begin_codec(self, config: CodecTrainingConfig) -> None:
        """Start the codec's bar; print its settings and the headings of its lines."""
        from distill_live.codes.labels import level_labels

        codec = config.codec
        self._labels = level_labels(codec.num_quantizers)
        self.begin("codec")
        self.advance(0, config.epochs)
        self._print(
            f"codec: {codec.num_quantizers} levels ({', '.join(self._labels)}) of "
            f"{codec.codebook_size} codes, {_epochs(config)}"
        )
        self._print("  distance of its sound from the recordings in dB; lower is better. " + _NEW)
        used = "  ".join(f"{label:>9}" for label in self._labels)
        self._print(f"    epoch learned     new   codes in use: {used}")

    def codec_epoch(self, epoch: CodecEpoch) -> None:
        """Print the line of an epoch of the codec."""
        self.advance(epoch.epoch, epoch.epochs)
        used = "  ".join(f"{level.utilisation:9.0%}" for level in epoch.health)
        self._print(
            f"{epoch.epoch:4d}/{epoch.epochs:<4d} {epoch.training_db:7.2f} "
            f"{epoch.validation_db:7.2f}   {'':14}{used}"
        )

    def end_codec(self, health: Sequence[LevelHealth], codebook_size: int) -> None:
        """Print the health of the codebooks, and a warning for each level that is not healthy."""
        from distill_live.codes.codebook_health import Verdict, overall

        verdicts = [level.verdict(codebook_size) for level in health]
        self._print(f"codebooks: {overall(verdicts).words}")
        for label, level, verdict in zip(self._labels, health, verdicts, strict=True):
            if verdict is not Verdict.GREEN:
                self._print(
                    f"warning: {label}: {verdict.words}: only {level.utilisation:.0%} of its codes "
                    f"are in use, as varied as {level.perplexity:.0f} codes used evenly; "
                    f"{verdict.advice}"
                )

    def begin_prior(self, config: PriorTrainingConfig) -> None:
        """Start the prior's bar; print its settings and the headings of its lines."""
        shape = config.prior
        self.begin("prior")
        self.advance(0, config.epochs)
        self._print(
            f"prior: {shape.num_layers} layers of {shape.hidden_size}, up to {_epochs(config)}"
        )
        self._print("  perplexity: how many codes it hesitates between; lower is better. " + _NEW)
        self._print("    epoch learned     new")

    def prior_epoch(self, epoch: PriorEpoch) -> None:
        """Print the line of an epoch of the prior."""
        self.advance(epoch.epoch, epoch.epochs)
        self._print(
            f"{epoch.epoch:4d}/{epoch.epochs:<4d} {epoch.training:7.2f} {epoch.validation:7.2f}"
        )

    def end_prior(self, perplexity: PriorPerplexity, *, has_peaked: bool) -> None:
        """Print the perplexity of the prior beside that of counting; `has_peaked` says whether it
        was getting worse at the end."""
        counted = perplexity.baselines
        self._print(
            f"held-out perplexity: prior {perplexity.validation:.2f}; by counting codes "
            f"{counted.unigram:.2f}, by counting pairs of columns {counted.previous_column:.2f}"
        )
        if not perplexity.beats_counting:
            advice = (
                "add recordings: with more epochs it only got worse"
                if has_peaked
                else "train it for more epochs, or add recordings"
            )
            self._print(
                "warning: the prior has learned no more than which codes follow which most often; "
                + advice
            )

    def memorised(self, memorisation: Memorisation) -> None:
        """Print whether the prior copies its recordings, and what to do about it."""
        self._print(memorisation.verdict)

    def begin_vocoder(self, config: VocoderTrainingConfig) -> None:
        """Start the vocoder's bar; print its settings and the headings of its lines."""
        shape = config.vocoder
        self.begin("vocoder")
        self.advance(0, config.epochs)
        against = "against discriminators" if config.adversarial else "without discriminators"
        self._print(
            f"vocoder: {shape.blocks} blocks of {shape.width}, {_epochs(config)}, {against}"
        )
        self._print(
            f"  loss: distance of its sound from the recordings; lower is better. {_NEW}, `judges` "
            "the loss of the discriminators"
        )
        self._print("    epoch learned     new  judges")

    def vocoder_epoch(self, epoch: VocoderEpoch) -> None:
        """Print the line of an epoch of the vocoder."""
        self.advance(epoch.epoch, epoch.epochs)
        told = "-" if epoch.discriminators is None else f"{epoch.discriminators:.3f}"
        self._print(
            f"{epoch.epoch:4d}/{epoch.epochs:<4d} {epoch.training:7.3f} {epoch.validation:7.3f} "
            f"{told:>7}"
        )

    def end_vocoder(self, distances: Mapping[str, Distances], played: str, asked: bool) -> None:
        """Print how close each vocoder comes to held-out sound, and which one the model uses."""
        for name, one in distances.items():
            self._print(f"held-out sound, {name} vocoder: {one}")
        why = "as requested" if asked else "which is closer by most measures"
        if not asked and all(one.texture is not None for one in distances.values()):
            why += "; texture counts twice"
        self._print(f"the model now plays through the {played} vocoder, {why}")

    def _print(self, line: str) -> None:
        self._progress.console.print(escape(line, keep="\n"), markup=False, soft_wrap=True)


def _epochs(config: Duration) -> str:
    """How long a phase is, such as "10 epochs of 50 steps"."""
    noun = "epoch" if config.epochs == 1 else "epochs"
    return f"{config.epochs} {noun} of {config.steps_per_epoch} steps"


def in_words(seconds: float) -> str:
    """A duration in words: seconds up to a minute and a half, then minutes, then hours."""
    if seconds < 90:
        return f"about {max(round(seconds / 10), 1) * 10} seconds"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"

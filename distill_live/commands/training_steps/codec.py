"""The first phase of `train`: the codec."""

from __future__ import annotations

from collections.abc import Callable

from distill_live.commands.training_steps.estimate import prior_expected
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.preview_files import PreviewFiles
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.commands.training_steps.saving import save_codec
from distill_live.commands.training_steps.time_limit import as_chosen, codec_in_time
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.previews import Previews
from distill_live.training.codec.trainer import CodecEpoch, TrainedCodec, train_codec


def make_codec(run: TrainingRun, material: Material, config: CodecTrainingConfig) -> None:
    """Train a codec and save it as a model without a prior. If an earlier run has already done so,
    nothing is trained.

    Raises ModelFileError, TrainingError and RunStopped.
    """
    config = run.choices.of_codec(config)
    base = material.builds_on
    if run.choices.time is None or run.checkpoints.resumes:
        config = as_chosen(run, "codec", config) or config
        run.begin_phase("codec", material.recordings, config, base)
        run.begin()
    else:
        # The number of threads is chosen first, because it matters to the pace.
        run.begin()
        config = codec_in_time(run, material, config)
        run.begin_phase("codec", material.recordings, config, base)
    if run.checkpoints.passed("codec"):
        return
    run.progress.begin_codec(config)
    previews = Previews(material.recordings, config.epochs)
    trained = _train(run, material, config, previews, _preview_files(run, material, previews))
    run.progress.end_codec(trained.health, config.codec.codebook_size)
    if run.processes.is_first:
        save_codec(run, material, config, trained, previews)
        run.say(f"saved {run.path}")
    run.end_phase(trained.ending, trained.warning)
    run.processes.wait()


def _preview_files(run: TrainingRun, material: Material, previews: Previews) -> PreviewFiles | None:
    """Writes previews while the codec trains, if they are wanted: the first process alone does."""
    if run.previews is None or not run.processes.is_first:
        return None
    return PreviewFiles(run.previews, previews, material.recordings.sample_rate, run.progress)


def _train(
    run: TrainingRun,
    material: Material,
    config: CodecTrainingConfig,
    previews: Previews,
    files: PreviewFiles | None,
) -> TrainedCodec:
    def on_epoch(epoch: CodecEpoch) -> None:
        run.progress.codec_epoch(epoch)
        if files:
            files.write_new()

    later = _later_seconds(run, material, config)
    return train_codec(
        material.recordings, config, on_epoch=on_epoch,
        checkpoints=run.checkpoints, processes=run.processes, rehearsal=material.rehearsal,
        previews=previews if run.processes.is_first else None,
        on_pace=lambda found: run.progress.codec_pace(found.seconds, later(found.seconds)),
        start=material.start.require_trainable() if material.start else None,
    )  # fmt: skip


def _later_seconds(
    run: TrainingRun, material: Material, config: CodecTrainingConfig
) -> Callable[[float], float | None]:
    """The most seconds that can follow this codec, by those that it takes itself; None if there
    will be no prior, or if another process reports it."""
    if run.choices.no_prior or not run.processes.is_first:
        return lambda codec: None
    if run.choices.time:
        return lambda codec: max(run.seconds_left - codec, 0.0)
    prior = prior_expected(run.choices, material, config, run.processes).whole
    return lambda codec: prior

"""What `train` and `train-prior` share."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import typer

from distill_live import __version__
from distill_live.audio.dataset import Recordings, load_recordings
from distill_live.audio.files import audio_bytes
from distill_live.commands.options import Device
from distill_live.commands.training_report import Report
from distill_live.errors import AudioFileError, DistillError, ModelNotFoundError
from distill_live.models.devices import pick_device
from distill_live.models.header import read_header
from distill_live.models.library import find_model
from distill_live.models.persistence import (
    LoadedVQModel,
    Preview,
    load_model_v2,
    save_model_v2,
)
from distill_live.models.prior import Prior, PriorShape
from distill_live.models.prior_kinds import PriorSize, get_adaptive_prior_config
from distill_live.report.page import write_page
from distill_live.training.checkpoint import Checkpoints, Fingerprint
from distill_live.training.codec import TrainedCodec, train_codec
from distill_live.training.config import CodecTrainingConfig
from distill_live.training.health import count_codes
from distill_live.training.kept import code_training_parts
from distill_live.training.memorisation import Memorisation, measure_memorisation
from distill_live.training.previews import Previews
from distill_live.training.prior import PriorTrainingConfig, TrainedPrior, train_prior_on_codes
from distill_live.training.ranks import Ranks, launch
from distill_live.training.rehearsal import Rehearsal, code_rehearsed
from distill_live.training.sequences import CodeSequences, extract_code_sequences


def open_ranks(device: Device, accelerator: Device | None, devices: int, num_nodes: int) -> Ranks:
    """The process or processes that train. Raises DeviceError when they cannot."""
    if accelerator is None and devices == num_nodes == 1:
        return Ranks(pick_device(device))
    if device != "auto":
        raise typer.BadParameter("--device and --accelerator say the same: give one of them")
    return launch(accelerator or "auto", devices, num_nodes)


@dataclass(frozen=True)
class Choices:
    """What the user has chosen of a training: None is as the settings say.

    Without `keep_codes` the model file keeps nothing of the recordings, neither codes nor previews.
    """

    epochs: int | None = None
    commitment_weight: float | None = None
    prior_size: PriorSize | None = None
    no_prior: bool = False
    keep_codes: bool = True

    def of_codec(self, config: CodecTrainingConfig) -> CodecTrainingConfig:
        """Settings of the codec's training with the user's in their place."""
        if self.commitment_weight is not None:
            learning = replace(config.learning, commitment_weight=self.commitment_weight)
            config = replace(config, learning=learning)
        return config if self.epochs is None else replace(config, epochs=self.epochs)


def train_phases(
    report: Report,
    path: Path,
    recordings: Recordings,
    config: CodecTrainingConfig,
    choices: Choices,
    checkpoints: Checkpoints,
    rehearsal: Rehearsal | None = None,
) -> bool:
    """Train the codec, then the prior, and save each in the file; True when Ctrl-C ended it.

    What an earlier run has behind it is passed over. Raises ModelFileError and TrainingError.
    """
    config, ranks = choices.of_codec(config), checkpoints.ranks
    base = rehearsal.metadata["weights_sha256"] if rehearsal else None
    checkpoints.begin("codec", fingerprint(recordings, config, base, ranks))
    say_resumable(report, checkpoints)
    if not checkpoints.passed:
        report.begin_codec(config)
        previews = Previews(recordings, config.epochs)
        trained = train_codec(
            recordings, config, on_epoch=report.codec_epoch,
            checkpoints=checkpoints, ranks=ranks, rehearsal=rehearsal,
            previews=previews if ranks.rank == 0 else None,
        )  # fmt: skip
        report.end_codec(trained.health, config.codec.codebook_size)
        if ranks.rank == 0:
            kept = previews if choices.keep_codes else None
            save_codec(path, trained, recordings, config, checkpoints.seconds, kept, rehearsal)
            report.say(f"saved {path}")
        if trained.interrupted:
            return True
        ranks.wait()
    if choices.no_prior:
        return False
    return add_prior(report, path, recordings, choices.prior_size, None, checkpoints, rehearsal)


def say_resumable(report: Report, checkpoints: Checkpoints) -> None:
    """How to go on should this run end early, and where it goes on now."""
    if checkpoints.resumes:
        report.say(f"goes on from {checkpoints.path}")
        if checkpoints.other_ground:
            report.say(
                f"{'; '.join(checkpoints.other_ground)}: what comes is not the same to the last "
                "digit as without the interruption"
            )
    else:
        report.say(f"every epoch is kept; to go on after an interruption: {resume_command()}")


def resume_command() -> str:
    """What to type to go on with this run."""
    given = [word for word in sys.argv[1:] if word not in ("--resume", "--force")]
    return shlex.join(["distill-live", *given, "--resume"])


def read_recordings(report: Report, folder: Path, sample_rate: int = 48_000) -> Recordings:
    """All recordings of a folder; says what was skipped. Raises DatasetError for an empty set."""
    report.begin("reading")
    recordings = load_recordings(folder, sample_rate, on_file=report.advance)
    for name, reason in recordings.skipped:
        report.say(f"skipped {name}: {reason}")
    report.say(f"{len(recordings.recordings)} recordings, {recordings.seconds:.1f} s")
    return recordings


def save_codec(
    path: Path,
    trained: TrainedCodec,
    recordings: Recordings,
    config: CodecTrainingConfig,
    seconds: float,
    previews: Previews | None,
    rehearsal: Rehearsal | None = None,
) -> None:
    """Save a codec that has no prior yet, with the codes of its recordings and of those that it has
    rehearsed; without previews nothing of them is kept.

    Raises ModelFileError when it cannot be written.
    """
    old = rehearsal.metadata if rehearsal else {}
    codes = (
        *(code_rehearsed(trained.model, rehearsal) if rehearsal else ()),
        *code_training_parts(trained.model, trained.spectrogram, recordings, config.holdout),
    )
    counts = count_codes(np.concatenate([one.codes for one in codes]), config.codec.codebook_size)
    files = _all_files(recordings, rehearsal)
    old_seconds = rehearsal.seconds if rehearsal else 0.0
    epochs = [asdict(epoch) for epoch in trained.history]
    curves = {
        key: [epoch[key] for epoch in epochs] for key in ("loss", "training_db", "validation_db")
    }
    save_model_v2(
        path,
        model=trained.model,
        spectrogram=trained.spectrogram,
        metadata={
            "training": {
                "version": __version__,
                "codec": _settings(config, "codec"),
                "codec_seconds": round(seconds, 1),
                "best_epoch": trained.best_epoch,
                "files": len(files),
                "sound_seconds": round(recordings.seconds + old_seconds, 1),
            },
            "codebook_health": [asdict(level) for level in trained.health],
            "code_counts": counts.tolist(),
            "loss_curves": {"codec": curves},
            "loudness_db": _loudness_db(recordings, old.get("loudness_db"), old_seconds),
            "dataset_files": files,
            **{key: old[key] for key in ("name", "tags", "created", "level_labels") if key in old},
        },
        training_codes=codes if previews else (),
        previews=_as_mp3(previews, recordings.sample_rate) if previews else (),
    )


def _as_mp3(previews: Previews, sample_rate: int) -> list[Preview]:
    """Previews for the model file; none where sound cannot be written as mp3: the model is to be
    saved."""
    try:
        return [
            Preview(epoch, audio_bytes(sound, sample_rate, "mp3"))
            for epoch, sound in previews.sounds
        ]
    except AudioFileError:
        return []


def add_prior(
    report: Report,
    path: Path,
    recordings: Recordings,
    size: PriorSize | None,
    epochs: int | None,
    checkpoints: Checkpoints,
    rehearsal: Rehearsal | None = None,
) -> bool:
    """Train a prior on the codec in the file and save both there; True when Ctrl-C ended it.

    `rehearsal` has recordings that are not there any more, and a prior to go on from. Ctrl-C keeps
    the best prior so far; before there is one, the file stays as it is. Raises ModelFileError and
    TrainingError.
    """
    ranks = checkpoints.ranks
    loaded = load_model_v2(path, ranks.device)
    codec = loaded.require_trainable()
    files = _all_files(recordings, rehearsal)
    start = rehearsal.prior if rehearsal and size is None else None
    config = PriorTrainingConfig(
        prior=start.config if start else _prior_shape(loaded, size or len(files))
    )
    if epochs is not None:
        config = replace(config, epochs=epochs)
    checkpoints.begin(
        "prior", fingerprint(recordings, config, loaded.metadata["codec_sha256"], ranks)
    )
    try:
        report.begin_prior(config)
        sequences = extract_code_sequences(
            codec, loaded.spectrogram, recordings, config.holdout, config.gains_db,
            rehearsal.mels if rehearsal else (),
        )  # fmt: skip
        trained = train_prior_on_codes(
            sequences, config, on_epoch=report.prior_epoch, checkpoints=checkpoints, ranks=ranks,
            start=start,
        )  # fmt: skip
    except KeyboardInterrupt:
        return True
    report.end_prior(trained.report)
    if ranks.rank == 0:
        memorisation = _memorisation(trained.prior, sequences)
        if memorisation:
            report.memorised(memorisation)
        _save_prior(path, loaded, trained, files, config, checkpoints.seconds, memorisation)
    return trained.interrupted


def _save_prior(
    path: Path,
    loaded: LoadedVQModel,
    trained: TrainedPrior,
    files: list[str],
    config: PriorTrainingConfig,
    seconds: float,
    memorisation: Memorisation | None,
) -> None:
    old = loaded.metadata
    training = (old.get("training") or {}) | {
        "prior": _settings(config, "prior"),
        "prior_seconds": round(seconds, 1),
        "prior_best_epoch": trained.best_epoch,
        "prior_files": files,
        "prior_perplexity": asdict(trained.report),
        "memorisation": asdict(memorisation) if memorisation else None,
    }
    old_curves = old.get("loss_curves") or {}
    curves = {
        "training": [epoch.training for epoch in trained.history],
        "validation": [epoch.validation for epoch in trained.history],
    }
    save_model_v2(
        path,
        model=loaded.model,
        spectrogram=loaded.spectrogram,
        prior=trained.prior,
        vocoder=loaded.vocoder,
        metadata=old | {"training": training, "loss_curves": old_curves | {"prior": curves}},
        training_codes=loaded.training_codes,
        previews=loaded.previews,
    )


def fingerprint(
    recordings: Recordings,
    config: CodecTrainingConfig | PriorTrainingConfig,
    base: str | None,
    ranks: Ranks,
) -> Fingerprint:
    """What a phase of training is made of; `base` is the checksum of what it is put on."""
    sha256 = base[:12] if base else None
    return Fingerprint.of(recordings, config, processes=ranks.world, model_sha256=sha256)


def _memorisation(prior: Prior, sequences: CodeSequences) -> Memorisation | None:
    """How much the prior quotes; None when Ctrl-C spares the time: the prior is to be saved."""
    try:
        return measure_memorisation(prior, sequences)
    except KeyboardInterrupt:
        return None


def save_report(report: Report, path: Path, recordings: Recordings | None) -> None:
    """Write the model's page, with a few of the recordings if there are any; says where it is."""
    try:
        page = write_page(path, recordings.recordings if recordings else ())
        report.say(f"report: {page}")
    except DistillError as error:
        report.say(f"no report: {error}")


def say_next(path: Path, folder: Path, *, interrupted: bool = False) -> None:
    """Where the model is and what to type now."""
    if interrupted:
        typer.echo(f"stopped; to go on: {resume_command()}")
    has_prior = read_header(path).metadata["prior"]
    name = path.stem if _goes_by_its_name(path) else path
    command = f"serve {name}" if has_prior else f"train-prior {name} {folder}"
    typer.echo(f"model: {path}")
    typer.echo(f"next:  distill-live {command}")


def _goes_by_its_name(path: Path) -> bool:
    """Whether the file's stem finds it, and no other model nor nothing."""
    try:
        return find_model(path.stem).resolve() == path.resolve()
    except ModelNotFoundError:
        return False


def _all_files(recordings: Recordings, rehearsal: Rehearsal | None) -> list[str]:
    rehearsed = rehearsal.names if rehearsal else []
    return [*rehearsed, *(one.name for one in recordings.recordings)]


def _prior_shape(loaded: LoadedVQModel, size: PriorSize | int) -> PriorShape:
    codec = loaded.model.config
    return get_adaptive_prior_config(size, codec.codebook_size, codec.num_quantizers, codec.bands)


def _settings(config: CodecTrainingConfig | PriorTrainingConfig, network: str) -> dict[str, Any]:
    """The settings without the network's shape, which the header has already."""
    return {key: value for key, value in asdict(config).items() if key != network}


def _loudness_db(
    recordings: Recordings, old_db: float | None = None, old_seconds: float = 0.0
) -> float:
    """RMS of all samples in dB below full scale, those of old recordings included."""
    squares = sum(
        float(np.square(one.samples, dtype=np.float64).sum()) for one in recordings.recordings
    )
    samples = sum(len(one.samples) for one in recordings.recordings)
    if old_db is not None:
        old_samples = round(old_seconds * recordings.sample_rate)
        squares, samples = squares + old_samples * 10 ** (old_db / 10), samples + old_samples
    return round(10 * float(np.log10(squares / samples + 1e-12)), 2)

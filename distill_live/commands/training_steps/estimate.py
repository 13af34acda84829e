"""What the phases of a training will take, measured before there is anything to train them on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import AudioSpectrogram, SpectrogramConfig
from distill_live.commands.training_steps.choices import (
    Choices,
    new_codec_config,
    prior_config,
    started,
)
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.progress import in_words
from distill_live.inference.loudness import (
    LEAST_STREAMS,
    STREAM_SECONDS,
    STREAMS,
    playing_pace,
)
from distill_live.models.codec.vqvae import ConvVQVAE, VQVAEConfig
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.kinds import default_vocoder, make_prior
from distill_live.models.prior.base import Prior, PriorShape
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.pace import expected_codec
from distill_live.training.prior.judging import expected_windows
from distill_live.training.prior.pace import expected_prior, seconds_to_code
from distill_live.training.run.pace import Expected
from distill_live.training.run.processes import Processes
from distill_live.training.run.threads import share_cores
from distill_live.training.vocoder.pace import expected_vocoder
from distill_live.training.vocoder.trainer import get_adaptive_vocoder_training_config

# The share of a given time that measuring the loudness may take.
_LOUDNESS_SHARE = 0.1
# Checking for copies and writing the report take about as long as generating so many seconds of
# sound, measured on two cores with a model of five short recordings.
_REPORT_SECONDS = 18.0
# Grains make generating so much slower (docs/performance.md).
_GRAINS = 1.3


@dataclass(frozen=True)
class Estimate:
    """Seconds for the codec, and at most so many for the prior."""

    codec: float
    prior: float

    @property
    def words(self) -> str:
        """Both together in words."""
        return in_words(self.codec + self.prior)


def estimate_training(
    recordings: Recordings, processes: Processes, choices: Choices | None = None
) -> Estimate:
    """Measure a few steps of each phase. Raises TrainingError as the training would."""
    choices = choices or Choices()
    share_cores(processes)
    _, config = started(choices, new_codec_config(recordings, choices), lambda line: None)
    config = choices.of_codec(config)
    codec = expected_codec(recordings, config, processes)
    prior = prior_expected(choices, Material(recordings), config, processes)
    return Estimate(round(codec.seconds, 1), round(prior.whole, 1))


def expect_all(
    choices: Choices, material: Material, config: CodecTrainingConfig, processes: Processes
) -> list[Expected]:
    """What the codec, the prior and the vocoder will take, those of them that the user wants."""
    found = [expected_codec(material.recordings, config, processes)]
    if not choices.no_prior:
        found.append(prior_expected(choices, material, config, processes))
    if choices.vocoder != "phase":
        found.append(vocoder_expected(choices, config.codec.column_frames, processes))
    return found


def prior_expected(
    choices: Choices, material: Material, config: CodecTrainingConfig, processes: Processes
) -> Expected:
    """What the prior after a codec will take. Before its first epoch, the recordings are coded, and
    their grains are written if they are wanted; after its last, it is measured and reported on."""
    hop, frames = SpectrogramConfig().hop_length, config.codec.column_frames
    prior = prior_config(choices, material, config.codec, hop)
    columns = material.seconds * material.recordings.sample_rate / hop / frames
    judged = expected_windows(
        columns * prior.holdout, len(material.names), prior.prior.context_columns
    )
    found = expected_prior(prior, processes.device, judged)
    coding = seconds_to_code(
        config.codec,
        columns,
        prior.gains_db,
        prior.speeds,
        processes.device,
        grains=choices.keep_grains,
    )
    untrained = _untrained(config.codec, prior.prior, processes.device)
    return replace(found, overhead=coding + seconds_to_finish(choices, untrained))


def seconds_to_finish(choices: Choices, loaded: LoadedVQModel, *, reports: bool = True) -> float:
    """How long it takes, once a model is trained, to measure how loud it plays, and if it
    `reports`, to check whether it copies and to write the report. If a time is given, the loudness
    gets a tenth of it, but always enough for LEAST_STREAMS."""
    pace = playing_pace(loaded)
    if choices.keep_grains and loaded.grains is None:
        # They are there by then.
        pace *= _GRAINS
    loudness = pace * STREAMS * STREAM_SECONDS
    if choices.time:
        least = pace * LEAST_STREAMS * STREAM_SECONDS
        loudness = min(loudness, max(least, _LOUDNESS_SHARE * choices.time.seconds))
    return loudness + (pace * _REPORT_SECONDS if reports else 0.0)


def _untrained(codec: VQVAEConfig, prior: PriorShape, device: torch.device) -> LoadedVQModel:
    """A model that has learned nothing, for measuring how fast one of this shape plays."""
    config = SpectrogramConfig(n_mels=codec.n_mels, image_groups=codec.image_groups)
    spectrogram = AudioSpectrogram(config).to(device)
    with torch.random.fork_rng(devices=[]):
        network = ConvVQVAE(codec).to(device).eval().requires_grad_(False)
    vocoder, player = default_vocoder(network, spectrogram), untrained_prior(prior, device)
    return LoadedVQModel(network, player, vocoder, spectrogram, device, metadata={})


def untrained_prior(shape: PriorShape, device: torch.device) -> Prior:
    """A prior that has learned nothing, for measuring how fast one of this shape plays. The random
    numbers of the training itself are not affected."""
    # Weights are drawn on the CPU.
    with torch.random.fork_rng(devices=[]):
        return make_prior(shape).to(device).eval().requires_grad_(False)


def vocoder_expected(choices: Choices, column_frames: int, processes: Processes) -> Expected:
    """What a vocoder will take for a codec with such columns."""
    config = get_adaptive_vocoder_training_config(column_frames, processes.device)
    return expected_vocoder(choices.of_vocoder(config), SpectrogramConfig(), processes.device)

"""How long `train` would take on recordings, with the usual settings."""

from __future__ import annotations

from dataclasses import dataclass

from distill_live.audio.dataset import Recordings
from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.commands.training_steps.choices import Choices
from distill_live.commands.training_steps.codec import new_codec_config
from distill_live.commands.training_steps.material import Material
from distill_live.commands.training_steps.prior import prior_config
from distill_live.commands.training_steps.progress import in_words
from distill_live.training.codec.pace import expected_codec_seconds
from distill_live.training.prior.pace import expected_prior_seconds
from distill_live.training.run.processes import Processes
from distill_live.training.run.threads import share_cores


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
    config = choices.of_codec(new_codec_config(recordings, choices))
    codec = expected_codec_seconds(recordings, config, processes)
    hop_length = SpectrogramConfig().hop_length
    prior = prior_config(choices, Material(recordings), config.codec, hop_length)
    return Estimate(round(codec, 1), round(expected_prior_seconds(prior, processes.device), 1))

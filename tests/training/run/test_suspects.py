"""Which recording is blamed for a loss that is stopped being a number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.audio.dataset import Recording, Recordings
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.codes.training_codes import TrainingCodes
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec import trainer
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.trainer import train_codec
from distill_live.training.data.coding import recording_mel
from distill_live.training.data.rehearsal import Rehearsal
from distill_live.training.run.suspects import bad_loss, find_suspect
from distill_live.training.vocoder.pairs import SoundPair, SoundPairs
from distill_live.training.vocoder.trainer import VocoderTrainingConfig, train_vocoder

NAMES = ["quiet", "loud", "louder", "unread"]
LEVELS = [-40.0, -3.0, 20.0, 90.0]


def losses(*values: float) -> list[Tensor]:
    return [torch.tensor(value) for value in values]


def suspect(*values: float, levels: list[float] = LEVELS) -> tuple[int, str, float] | None:
    drawn = [np.array(numbers) for numbers in ([3, 0], [0, 2], [1, 0], [0, 0])]
    return find_suspect(losses(*values), drawn, NAMES, levels.__getitem__)


def test_as_long_as_every_loss_is_a_number_nobody_is_suspected() -> None:
    assert suspect(1.0, 1e30, 2.0, 3.0) is None


def test_the_loudest_of_the_first_bad_step_and_the_one_before_is_suspected() -> None:
    assert suspect(1.0, 2.0, float("nan"), float("nan")) == (2, "louder", 20.0)
    assert suspect(1.0, 2.0, 3.0, float("inf")) == (3, "loud", -3.0)


def test_what_has_no_level_is_suspected_first() -> None:
    found = suspect(1.0, 2.0, 3.0, float("nan"), levels=[-40.0, float("nan"), 20.0, 90.0])
    assert found is not None and found[1] == "loud"


def test_of_several_processes_the_one_that_met_it_first_knows() -> None:
    told = bad_loss("codec", 4, [None, (7, "late.wav", 3.0), (2, "first.wav", 12.4)])
    assert told.startswith("the codec's loss stopped being a number at step 3 of epoch 4")
    assert "first.wav, at up to +12 dB of full scale" in told
    assert bad_loss("prior", 2, []) == "the prior's loss stopped being a number in epoch 2"


def noises(**peaks: float) -> Recordings:
    random = np.random.default_rng(0)
    made = [
        Recording(name, random.uniform(-peak, peak, 48_000).astype(np.float32))
        for name, peak in peaks.items()
    ]
    return Recordings(made, 48_000, [])


CONFIG = CodecTrainingConfig(
    codec=VQVAEConfig(codebook_size=16, code_width=8, width=24, encoder_blocks=1,
                      decoder_blocks=1, fine_width=12),
    epochs=2, steps_per_epoch=6, batch_crops=8, crop_columns=8,
)  # fmt: skip


def test_a_recording_without_a_level_is_refused_by_name_before_the_first_step() -> None:
    recordings = noises(good=0.3, absurd=1e29)
    with pytest.raises(TrainingError, match=r"cannot train on absurd: .* reach 1e\+29"):
        train_codec(recordings, CONFIG)
    with pytest.raises(TrainingError, match="cannot train on absurd"):
        recording_mel(recordings.recordings[1], AudioSpectrogram(), 8)


def test_a_codec_that_meets_a_bad_loss_names_the_recording(tiny_model: LoadedVQModel) -> None:
    codes = tuple(TrainingCodes(n, np.zeros((12, 8, 3), np.int16)) for n in ("fine", "spoiled"))
    rehearsal = Rehearsal.of(replace(tiny_model, training_codes=codes))
    rehearsal.mels[1].fill_(1e30)
    config = replace(CONFIG, codec=tiny_model.model.config)
    with pytest.raises(TrainingError, match="loudest recording in that step is spoiled, at up to"):
        train_codec(noises(good=0.3), config, rehearsal=rehearsal)


def test_an_epoch_that_cannot_be_judged_is_never_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last step left weights that are not numbers."""
    plain, judged = trainer.judge_codec, 0

    def judge(*arguments: Any) -> Any:
        nonlocal judged
        judged += 1
        training, validation, health = plain(*arguments)
        return training, validation if judged < 2 else float("nan"), health

    monkeypatch.setattr(trainer, "judge_codec", judge)
    trained = train_codec(noises(good=0.3), CONFIG)
    assert (len(trained.history), trained.best_epoch) == (1, 1)
    assert trained.warning == "the codec's loss stopped being a number in epoch 2"
    with pytest.raises(TrainingError, match="stopped being a number in epoch 1"):
        train_codec(noises(good=0.3), CONFIG)


def test_a_vocoder_that_meets_a_bad_loss_names_the_recording() -> None:
    mel, hop = torch.zeros(128, 16), 512
    sounds = {"fine": torch.zeros(16 * hop), "spoiled": torch.full((16 * hop,), 1e38)}
    pairs = [SoundPair(mel, sound, 16, name) for name, sound in sounds.items()]
    config = VocoderTrainingConfig(epochs=1, steps_per_epoch=4, crop_frames=8)
    config = replace(config, vocoder=replace(config.vocoder, width=8, blocks=1))
    with pytest.raises(
        TrainingError, match=r"loudest recording in that step is spoiled, at up to \+760"
    ):
        train_vocoder(SoundPairs(pairs, pairs[:1]), AudioSpectrogram(), config)

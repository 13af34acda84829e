"""Training a vocoder: small networks, a second of tones, seconds of time."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from distill_live.errors import TrainingError
from distill_live.models.vocoder.network import NeuralVocoderConfig
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.training.vocoder import trainer as training_module
from distill_live.training.vocoder.discriminators import DiscriminatorConfig
from distill_live.training.vocoder.judging import compare_vocoders, held_out_loss
from distill_live.training.vocoder.losses import SoundLoss
from distill_live.training.vocoder.pairs import SoundCrops, SoundPairs
from distill_live.training.vocoder.trainer import (
    TrainedVocoder,
    VocoderEpoch,
    VocoderTrainingConfig,
    get_adaptive_vocoder_training_config,
    train_vocoder,
)
from tests.training.vocoder.tones import FIRST, HOP, SPECTROGRAM

TINY = VocoderTrainingConfig(
    NeuralVocoderConfig(width=24, blocks=1, kernel=3),
    epochs=4, steps_per_epoch=40, batch_crops=2, crop_frames=16, rate=1e-2, averaging=0.9,
    discriminators=DiscriminatorConfig(periods=(2, 3), sizes=(512,), width=2), alone=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(pairs: SoundPairs) -> TrainedVocoder:
    return train_vocoder(pairs, SPECTROGRAM, TINY)


def judged(pairs: SoundPairs) -> list[tuple[Tensor, Tensor]]:
    mel, sound, *_ = pairs.validation[0]
    return [(mel[:, FIRST - 64 :], sound[FIRST * HOP :])]


def untrained() -> NeuralVocoder:
    torch.manual_seed(0)
    vocoder = NeuralVocoder.untrained(TINY.vocoder, SPECTROGRAM)
    vocoder.network.requires_grad_(False)
    return vocoder


def test_training_brings_the_sound_nearer(pairs: SoundPairs, trained: TrainedVocoder) -> None:
    losses = [epoch.training for epoch in trained.history]
    assert losses[-1] < 0.9 * losses[0]
    found = compare_vocoders({"before": untrained(), "after": trained.vocoder}, pairs, 48_000)
    assert found["after"].nearer_than(found["before"])
    assert found["after"].mel_db < 0.8 * found["before"].mel_db


def test_each_epoch_is_reported_as_it_ends(pairs: SoundPairs, trained: TrainedVocoder) -> None:
    heard: list[VocoderEpoch] = []
    torch.manual_seed(99)
    again = train_vocoder(pairs, SPECTROGRAM, TINY, heard.append)
    assert [(one.epoch, one.epochs) for one in heard] == [(n, 4) for n in range(1, 5)]
    # And the same seed trains the same vocoder.
    assert heard == trained.history == again.history
    networks = (again.vocoder.network, trained.vocoder.network)
    for one, other in zip(*(each.parameters() for each in networks), strict=True):
        assert torch.equal(one, other)


def test_the_kept_vocoder_is_the_one_of_the_best_epoch(
    pairs: SoundPairs, trained: TrainedVocoder
) -> None:
    best = min(one.validation for one in trained.history)
    assert trained.history[trained.best_epoch - 1].validation == best
    loss = SoundLoss(48_000, torch.device("cpu"))
    assert held_out_loss(trained.vocoder, judged(pairs), loss) == pytest.approx(best)
    assert not any(weight.requires_grad for weight in trained.vocoder.network.parameters())


def test_what_is_judged_and_kept_is_the_average_of_the_weights(pairs: SoundPairs) -> None:
    config = dataclasses.replace(TINY, epochs=1, steps_per_epoch=4)
    averaged, last = (
        train_vocoder(pairs, SPECTROGRAM, dataclasses.replace(config, averaging=averaging))
        for averaging in (0.99, 0.0)
    )
    assert averaged.history[0].training == last.history[0].training
    assert averaged.history[0].validation != last.history[0].validation


def test_the_rate_follows_its_schedule_from_the_first_step_to_the_last(
    pairs: SoundPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def stand_still(part: float, warmup: float, start: float) -> float:
        done.append(part)
        return 0.0

    monkeypatch.setattr(training_module, "rate_factor", stand_still)
    config = dataclasses.replace(TINY, epochs=2, steps_per_epoch=3)
    history = train_vocoder(pairs, SPECTROGRAM, config).history
    assert done == pytest.approx([step / 6 for step in range(6)])
    assert history[0].validation == history[1].validation


def test_training_leaves_other_random_numbers_alone(pairs: SoundPairs) -> None:
    before = torch.get_rng_state()
    train_vocoder(pairs, SPECTROGRAM, dataclasses.replace(TINY, epochs=1, steps_per_epoch=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_against_discriminators_both_sides_learn(pairs: SoundPairs) -> None:
    config = dataclasses.replace(TINY, steps_per_epoch=12)
    alone = train_vocoder(pairs, SPECTROGRAM, config)
    against = train_vocoder(pairs, SPECTROGRAM, dataclasses.replace(config, adversarial=True))
    told = [epoch.discriminators for epoch in against.history]
    assert told[0] is not None and told[-1] is not None
    # Whoever guesses is at 2.
    assert told[-1] < min(told[0], 1.9)
    losses = [epoch.training for epoch in against.history]
    assert losses[-1] < losses[0]
    # They were heard: without them another vocoder comes out.
    assert losses != [epoch.training for epoch in alone.history]
    assert {epoch.discriminators for epoch in alone.history} == {None}


def test_discriminators_join_when_the_vocoder_has_been_alone_for_a_while(
    pairs: SoundPairs,
) -> None:
    config = dataclasses.replace(TINY, adversarial=True, alone=0.5, steps_per_epoch=2)
    history = train_vocoder(pairs, SPECTROGRAM, config).history
    assert [epoch.discriminators is None for epoch in history] == [True, True, False, False]


def test_an_interrupt_keeps_the_best_so_far(pairs: SoundPairs) -> None:
    def interrupt(epoch: VocoderEpoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    config = dataclasses.replace(TINY, steps_per_epoch=2)
    kept = train_vocoder(pairs, SPECTROGRAM, config, interrupt)
    assert kept.ending.interrupted
    assert len(kept.history) == 2


def test_an_interrupt_before_the_first_epochs_end_goes_through(
    pairs: SoundPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_crops: SoundCrops, _count: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SoundCrops, "draw", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_vocoder(pairs, SPECTROGRAM, TINY)


def test_a_loss_that_is_no_number_keeps_the_best_before_it(
    pairs: SoundPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([(1.0, None), (math.nan, None)])
    monkeypatch.setattr(training_module._VocoderTrainer, "_train_epoch", lambda _: next(losses))
    assert len(train_vocoder(pairs, SPECTROGRAM, TINY).history) == 1


def test_a_loss_that_is_no_number_from_the_start_is_an_error(pairs: SoundPairs) -> None:
    with pytest.raises(TrainingError, match="stopped being a number"):
        train_vocoder(pairs, SPECTROGRAM, dataclasses.replace(TINY, rate=math.inf))


def test_without_a_gpu_nothing_is_trained_against_discriminators() -> None:
    cpu, gpu = (get_adaptive_vocoder_training_config(4, torch.device(d)) for d in ("cpu", "cuda"))
    assert (cpu.adversarial, gpu.adversarial) == (False, True)
    assert cpu.vocoder.block_frames == gpu.vocoder.block_frames == 4

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings, training_columns
from distill_live.errors import TrainingError
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.training.codec import trainer
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.trainer import CodecEpoch, train_codec

CONFIG = CodecTrainingConfig(
    codec=VQVAEConfig(codebook_size=16, code_width=8, width=24, encoder_blocks=1,
                      decoder_blocks=1, fine_width=12),
    epochs=3, steps_per_epoch=6, batch_crops=4, crop_columns=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def recordings() -> Recordings:
    random = np.random.default_rng(0)
    time = np.arange(96_000) / 48_000
    sounds = []
    for hertz in (110, 880, 3520):
        pulse = np.exp(-8 * (time % 0.25)) * np.sin(2 * np.pi * hertz * time)
        noise = 0.01 * random.standard_normal(len(time))
        sounds.append(Recording(f"{hertz}.wav", (0.5 * pulse + noise).astype(np.float32)))
    return Recordings(sounds, 48_000, [])


def interrupt_after(epochs: int) -> Callable[[CodecEpoch], None]:
    def on_epoch(epoch: CodecEpoch) -> None:
        if epoch.epoch == epochs:
            raise KeyboardInterrupt

    return on_epoch


def test_training_lowers_the_error_and_keeps_codes_alive(recordings: Recordings) -> None:
    heard: list[CodecEpoch] = []
    trained = train_codec(
        recordings, replace(CONFIG, epochs=4, steps_per_epoch=20), on_epoch=heard.append
    )
    assert heard == trained.history
    assert [epoch.epoch for epoch in heard] == [1, 2, 3, 4]
    assert heard[-1].loss < 0.8 * heard[0].loss
    assert heard[-1].training_db < 0.92 * heard[0].training_db
    assert len(trained.health) == 3
    assert all(level.utilisation >= 0.6 for level in trained.health)
    assert not trained.ending.interrupted


def test_the_model_kept_is_the_one_with_the_smallest_validation_error(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A rate that destroys what was learned, from the second epoch on.
    plain = trainer._set_rates

    def destroy(optimizers: list, config: CodecTrainingConfig, step: int) -> None:
        plain(optimizers, config, step)
        if step >= config.steps_per_epoch:
            optimizers[1].param_groups[0]["lr"] = 1.0

    monkeypatch.setattr(trainer, "_set_rates", destroy)
    trained = train_codec(recordings, CONFIG)
    assert trained.best_epoch == 1
    assert trained.health == trained.history[0].health
    error = measured_db(trained, recordings)
    assert error == pytest.approx(trained.history[0].training_db, rel=0.2)


def measured_db(trained: trainer.TrainedCodec, recordings: Recordings) -> float:
    errors = []
    for one in recordings.recordings:
        mel = trained.spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], 8)
        codes, shape = trained.model.encode(mel)
        vectors = trained.model.codes_to_embeddings(codes, shape)
        errors.append((trained.model.decode(vectors) - mel).abs().mean())
    return float(torch.stack(errors).mean()) * trained.spectrogram.config.deviation * 10 / 2.302585


def test_the_trained_model_is_ready_to_save_and_play(recordings: Recordings) -> None:
    trained = train_codec(recordings, replace(CONFIG, epochs=1))
    assert not trained.model.training
    assert not any(weight.requires_grad for weight in trained.model.parameters())
    assert not any("learner" in name for name in trained.model.state_dict())
    config = trained.spectrogram.config
    assert config.mean != 0.0 and config.deviation != 1.0
    mels = [
        trained.spectrogram.waveform_to_mel(torch.from_numpy(one.samples)[None, None], 8)
        for one in recordings.recordings
    ]
    together = torch.cat([mel[..., : training_columns(24) * 8] for mel in mels], dim=-1)
    assert float(together.mean()) == pytest.approx(0.0, abs=1e-3)
    assert float(together.std()) == pytest.approx(1.0, abs=1e-3)


def test_both_rates_rise_and_fall_over_the_whole_training() -> None:
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizers: list[torch.optim.Optimizer] = [torch.optim.SGD([weight], lr=1.0) for _ in range(2)]
    config = replace(CONFIG, epochs=10, steps_per_epoch=10)
    rates = []
    for step in range(100):
        trainer._set_rates(optimizers, config, step)
        rates.append([optimizer.param_groups[0]["lr"] for optimizer in optimizers])
    factors = np.array(rates) / [config.hidden_rate, config.rate]
    assert np.allclose(factors[:, 0], factors[:, 1])
    assert factors[0, 0] == pytest.approx(0.01)
    assert factors.max() == pytest.approx(1.0, abs=0.02)
    assert factors[-1, 0] == pytest.approx(0.02, abs=0.01)


def test_ctrl_c_keeps_the_best_so_far(recordings: Recordings) -> None:
    trained = train_codec(recordings, CONFIG, on_epoch=interrupt_after(2))
    assert trained.ending.interrupted
    assert len(trained.history) == 2
    whole = train_codec(recordings, CONFIG)
    assert trained.history == whole.history[:2]


def test_ctrl_c_before_anything_was_learned_goes_through(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "_set_rates", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_codec(recordings, CONFIG)


def test_ctrl_c_while_the_best_is_copied_leaves_no_epoch_without_weights(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: trainer._CodecTrainer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer._CodecTrainer, "_weights", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_codec(recordings, replace(CONFIG, epochs=1))


def test_the_same_seed_gives_the_same_model_and_disturbs_no_one_elses_random_numbers(
    recordings: Recordings,
) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = train_codec(recordings, replace(CONFIG, epochs=1))
    assert torch.equal(torch.rand(1), expected)
    second = train_codec(recordings, replace(CONFIG, epochs=1))
    assert first.history == second.history
    for name, weight in first.model.state_dict().items():
        assert torch.equal(weight, second.model.state_dict()[name]), name


def test_clips_too_short_to_hold_anything_out_can_be_trained_on(recordings: Recordings) -> None:
    short = [Recording(one.name, one.samples[:14_400]) for one in recordings.recordings]
    trained = train_codec(Recordings(short, 48_000, []), replace(CONFIG, epochs=1))
    (epoch,) = trained.history
    assert epoch.validation_db == epoch.training_db


def test_a_loss_that_is_no_number_is_an_error_unless_something_was_kept(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = trainer.reconstruction_loss
    calls = 0

    def broken(*arguments: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return plain(*arguments) * (1.0 if calls <= good else float("nan"))

    monkeypatch.setattr(trainer, "reconstruction_loss", broken)
    good = 0
    with pytest.raises(TrainingError, match="stopped being a number"):
        train_codec(recordings, CONFIG)
    good, calls = CONFIG.steps_per_epoch, 0
    assert len(train_codec(recordings, CONFIG).history) == 1

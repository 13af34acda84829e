"""What a codec loses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from distill_live.audio.spectrogram import SpectrogramConfig
from distill_live.models.codec.vqvae import ConvVQVAE
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.training.codec import judging
from distill_live.training.codec.judging import judge_codec
from distill_live.training.run.precision import Precision

SOUND = SpectrogramConfig(deviation=2.0)


def mel(columns: int) -> Tensor:
    return torch.randn(128, 8 * columns, generator=torch.Generator().manual_seed(columns))


def losses(model: ConvVQVAE, of: Tensor) -> Tensor:
    """The error of each frame in dB."""
    with torch.no_grad():
        decoded, _, _ = model(of[None, None])
    return (decoded[0, 0].float() - of).abs().mean(dim=0) * SOUND.deviation * 10 / 2.302585


def test_both_parts_are_measured_in_db_and_every_frame_counts_alike(
    tiny_model: LoadedVQModel,
) -> None:
    one, other = mel(20), mel(7)
    found = judge_codec(tiny_model.model, [(one, 136), (other, 56)], SOUND, Precision())
    in_db = losses(tiny_model.model, one), losses(tiny_model.model, other)
    training = torch.cat([in_db[0][:136], in_db[1]]).mean()
    assert found.training_db == pytest.approx(float(training), rel=1e-2)
    assert found.validation_db == pytest.approx(float(in_db[0][136:].mean()), rel=1e-2)
    assert len(found.health) == 3


def test_without_anything_held_out_the_training_part_is_all(tiny_model: LoadedVQModel) -> None:
    found = judge_codec(tiny_model.model, [(mel(9), 72)], SOUND, Precision())
    assert found.validation_db == found.training_db


def test_a_long_recording_is_judged_in_pieces_that_do_not_show(
    tiny_model: LoadedVQModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = [(mel(150), 1080)]
    whole = judge_codec(tiny_model.model, judged, SOUND, Precision())
    monkeypatch.setattr(judging, "_PIECE_COLUMNS", 20)
    pieces = judge_codec(tiny_model.model, judged, SOUND, Precision())
    assert pieces.training_db == pytest.approx(whole.training_db, rel=1e-3)
    assert pieces.validation_db == pytest.approx(whole.validation_db, rel=1e-3)
    for one, other in zip(pieces.health, whole.health, strict=True):
        assert one == replace(other, perplexity=pytest.approx(other.perplexity, rel=1e-2))

"""A vocoder of a model's own, through the command line, in seconds."""

import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from distill_live.audio.distances import Distances
from distill_live.commands import vocoder_training
from distill_live.commands.training_report import Report
from distill_live.models.header import read_header
from distill_live.models.neural_vocoder import NeuralVocoder
from distill_live.models.persistence import load_model_v2
from distill_live.models.vocoder import PhaseVocoder
from distill_live.models.vocoder_network import NeuralVocoderConfig
from distill_live.training.discriminators import DiscriminatorConfig
from distill_live.training.sound_pairs import SoundPairs
from distill_live.training.vocoder import VocoderEpoch, VocoderTrainingConfig
from tests.commands.tiny_training import make_tiny
from tests.conftest import RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    def tiny(column_frames: int, _device: torch.device) -> VocoderTrainingConfig:
        return VocoderTrainingConfig(
            NeuralVocoderConfig(column_frames, width=8, blocks=1),
            epochs=2, steps_per_epoch=2, batch_crops=2, crop_frames=8, alone=0.0,
            discriminators=DiscriminatorConfig(periods=(2,), sizes=(256,), width=2),
        )  # fmt: skip

    monkeypatch.setattr(vocoder_training, "get_adaptive_vocoder_training_config", tiny)


def test_a_neural_vocoder_is_trained_stored_and_told_of(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    before = read_header(tiny_in_library).metadata
    result = run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    assert (result.code, result.err) == (0, "")
    loaded = load_model_v2(tiny_in_library)
    assert isinstance(loaded.vocoder, NeuralVocoder)
    after = loaded.metadata
    for kept in ("codec_sha256", "prior", "codec", "spectrogram", "created"):
        assert after[kept] == before[kept]
    assert (after["vocoder"]["kind"], after["vocoder"]["width"]) == ("neural", 8)
    assert after["training"]["vocoder"]["adversarial"] is False
    assert len(after["loss_curves"]["vocoder"]["validation"]) == 2
    for name, one in after["training"]["vocoder_distances"].items():
        assert f"held-out sound, {name} vocoder: {Distances(**one)}" in result.out
    assert "the model plays by the neural vocoder, as asked" in result.out


def test_what_was_trained_is_played(run_cli: RunCli, tiny_in_library: Path, sounds: Path) -> None:
    arguments = ("generate", "tiny", "--duration", 0.3, "--seed", 1, "--output")
    assert run_cli(*arguments, "phase").code == 0
    run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    for folder in ("neural", "again"):
        assert run_cli(*arguments, folder).code == 0
    phase, neural, again = (
        Path(folder, "tiny_1.wav").read_bytes() for folder in ("phase", "neural", "again")
    )
    assert neural == again != phase


@pytest.mark.parametrize(("bad", "kept"), [("neural", "phase"), ("phase", "neural")])
def test_auto_plays_the_vocoder_that_is_nearer(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch,
    bad: str, kept: str,
) -> None:  # fmt: skip
    """Beside one that plays nothing but noise, very loudly."""
    before = read_header(tiny_in_library).metadata["vocoder"]
    compare = vocoder_training.compare_vocoders

    def noise(mel: torch.Tensor) -> torch.Tensor:
        return 1e6 * torch.randn(mel.shape[-1] * 512)

    def beside_noise(
        vocoders: dict[str, Any], pairs: SoundPairs, sample_rate: int
    ) -> dict[str, Distances]:
        return compare(vocoders | {bad: noise}, pairs, sample_rate)

    monkeypatch.setattr(vocoder_training, "compare_vocoders", beside_noise)
    result = run_cli("train-vocoder", "tiny", sounds)
    assert result.code == 0
    assert f"the model plays by the {kept} vocoder, the nearer one by two of the" in result.out
    loaded = load_model_v2(tiny_in_library)
    told = loaded.metadata["training"]["vocoder_distances"]
    assert Distances(**told[kept]).nearer_than(Distances(**told[bad]))
    assert loaded.metadata["vocoder"]["kind"] == kept
    if kept == "phase":
        assert loaded.metadata["vocoder"] == before
        assert isinstance(loaded.vocoder, PhaseVocoder)


def test_the_phase_vocoder_can_be_had_back(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    before = read_header(tiny_in_library)
    run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    result = run_cli("train-vocoder", "tiny", sounds, "--vocoder", "phase")
    assert result.code == 0 and "epoch" not in result.out
    after = read_header(tiny_in_library)
    assert after.metadata["vocoder"]["kind"] == before.metadata["vocoder"]["kind"] == "phase"
    assert after.weights_bytes == before.weights_bytes
    assert not [key for key in after.metadata["training"] if key.startswith("vocoder")]


def test_discriminators_can_be_asked_for_without_a_gpu(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
    result = run_cli(
        "train-vocoder", "tiny", sounds, "--vocoder", "neural", "--adversarial", "--epochs", 1
    )
    assert "1 epochs of 2 steps, against discriminators" in result.out
    metadata = read_header(tiny_in_library).metadata
    assert metadata["training"]["vocoder"]["adversarial"] is True
    assert len(metadata["loss_curves"]["vocoder"]["discriminators"]) == 1


def test_a_new_prior_keeps_the_neural_vocoder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tiny(monkeypatch.setattr)
    run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    before = load_model_v2(tiny_in_library)
    assert run_cli("train-prior", "tiny", sounds, "--epochs", 1).code == 0
    after = load_model_v2(tiny_in_library)
    assert after.metadata["vocoder"] == before.metadata["vocoder"]
    mel = torch.randn(128, 16)
    assert torch.equal(after.vocoder(mel), before.vocoder(mel))


def test_ctrl_c_keeps_the_best_vocoder_so_far(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_report: Report, _epoch: VocoderEpoch) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Report, "vocoder_epoch", interrupt)
    result = run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    assert result.code == 130
    curves = read_header(tiny_in_library).metadata["loss_curves"]
    assert len(curves["vocoder"]["training"]) == 1


def test_ctrl_c_before_the_first_epoch_leaves_the_file_alone(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tiny_in_library.read_bytes()
    monkeypatch.setattr(Report, "begin_vocoder", lambda *_: signal.raise_signal(signal.SIGINT))
    assert run_cli("train-vocoder", "tiny", sounds).code == 130
    assert tiny_in_library.read_bytes() == before

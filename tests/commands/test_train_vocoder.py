"""A vocoder of a model's own, through the command line, in seconds."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from distill_live.audio.distances.reconstruction import Distances
from distill_live.commands.training_steps import vocoder
from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.inference.loudness import playing_loudness
from distill_live.models.codec.clarity import Clarity
from distill_live.models.file.header import read_header, rewrite_metadata
from distill_live.models.file.persistence import load_model_v2
from distill_live.models.sound_settings import USUAL_SOUND
from distill_live.models.vocoder.neural import NeuralVocoder
from distill_live.models.vocoder.vocoder import PhaseVocoder
from distill_live.training.vocoder.pairs import SoundPairs
from tests.commands.tiny_training import make_tiny
from tests.commands.training_process import epochs, files_of, press_ctrl_c, run, weights
from tests.conftest import Folders, RunCli


@pytest.fixture(autouse=True)
def seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch.setattr)


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
    assert "the model now plays through the neural vocoder, as requested" in result.out


def test_clarity_is_kept_and_the_vocoder_learns_what_it_will_play(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[SoundPairs] = []
    train, compare = vocoder.train_vocoder, vocoder.compare_vocoders
    judged: list[SoundPairs] = []

    def train_on(pairs: SoundPairs, *others: Any, **named: Any) -> Any:
        learned.append(pairs)
        return train(pairs, *others, **named)

    def compare_on(vocoders: Any, pairs: SoundPairs, rate: int) -> Any:
        judged.append(pairs)
        return compare(vocoders, pairs, rate)

    monkeypatch.setattr(vocoder, "train_vocoder", train_on)
    monkeypatch.setattr(vocoder, "compare_vocoders", compare_on)
    for gains in ([1.0] * 128, [2.0] * 128):
        rewrite_metadata(tiny_in_library, clarity=gains)
        for choice in ("auto", "phase"):
            assert run_cli("train-vocoder", "tiny", sounds, "--vocoder", choice).code == 0
            assert read_header(tiny_in_library).metadata["clarity"] == gains
    plain, clear = (one.validation[0].mel for one in learned)
    assert torch.equal(clear, Clarity((2.0,) * 128).apply(plain, USUAL_SOUND.clarity))
    assert judged == learned


@pytest.mark.parametrize("choice", ["neural", "phase"])
def test_the_loudness_with_the_new_vocoder_is_measured(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, choice: str
) -> None:
    rewrite_metadata(tiny_in_library, loudness_lufs=-99.0)
    assert run_cli("train-vocoder", "tiny", sounds, "--vocoder", choice).code == 0
    lufs = read_header(tiny_in_library).metadata["loudness_lufs"]
    assert lufs == playing_loudness(load_model_v2(tiny_in_library)) > -60.0


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
    compare = vocoder.compare_vocoders

    def noise(mel: torch.Tensor) -> torch.Tensor:
        return 1e6 * torch.randn(mel.shape[-1] * 512)

    def beside_noise(
        vocoders: dict[str, Any], pairs: SoundPairs, sample_rate: int
    ) -> dict[str, Distances]:
        return compare(vocoders | {bad: noise}, pairs, sample_rate)

    monkeypatch.setattr(vocoder, "compare_vocoders", beside_noise)
    result = run_cli("train-vocoder", "tiny", sounds)
    assert result.code == 0
    assert f"the model now plays through the {kept} vocoder, which is closer by" in result.out
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
    assert "1 epoch of 2 steps, against discriminators" in result.out
    metadata = read_header(tiny_in_library).metadata
    assert metadata["training"]["vocoder"]["adversarial"] is True
    assert len(metadata["loss_curves"]["vocoder"]["discriminators"]) == 1


def test_a_new_prior_keeps_the_neural_vocoder(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path
) -> None:
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
    monkeypatch.setattr(TrainingProgress, "vocoder_epoch", press_ctrl_c)
    result = run_cli("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    assert result.code == 130
    curves = read_header(tiny_in_library).metadata["loss_curves"]
    assert len(curves["vocoder"]["training"]) == 1


def test_ctrl_c_before_the_first_epoch_leaves_the_file_alone(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tiny_in_library.read_bytes()
    monkeypatch.setattr(TrainingProgress, "begin_vocoder", press_ctrl_c)
    assert run_cli("train-vocoder", "tiny", sounds).code == 130
    assert tiny_in_library.read_bytes() == before


def test_a_run_that_is_killed_at_any_moment_continues_to_the_same_bytes(
    warm: None,
    folders: Folders,
    tiny_in_library: Path,
    tiny_model_path: Path,
    sounds: Path,
) -> None:
    """With discriminators, so that every part of a vocoder's training is covered."""
    command = ("train-vocoder", "tiny", sounds, "--vocoder", "neural", "--adversarial")
    whole = run(folders, "never:0", *command)
    assert (whole.returncode, whole.stderr) == (0, "")
    expected = weights(tiny_in_library)
    shutil.copy(tiny_model_path, tiny_in_library)
    for end in (
        "draw-sounds:2",  # in the first epoch
        "replaced:1",  # behind its checkpoint
        "write:1",  # halfway through that of the second
        "replaced:1",  # behind that
        "replaced:1",  # when the model is saved
    ):
        begun = (folders.user / "tiny.resume-vocoder").exists()
        killed = run(folders, end, *command, *(["--resume"] if begun else []))
        assert killed.returncode == -signal.SIGKILL, (end, killed.stdout, killed.stderr)
    last = run(folders, "never:0", *command, "--resume")
    assert (last.returncode, last.stderr) == (0, "")
    assert epochs(last.stdout) == []
    assert weights(tiny_in_library) == expected
    assert files_of(folders, ".resume") == []


def test_an_interrupted_run_is_not_begun_again_unasked(
    run_cli: RunCli, tiny_in_library: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("train-vocoder", "tiny", sounds, "--vocoder", "neural")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "vocoder_epoch", press_ctrl_c)
        stopped = run_cli(*command)
    assert "stopped; to resume: distill-live train-vocoder tiny" in stopped.out
    refused = run_cli(*command)
    assert (refused.code, refused.out) == (1, "")
    assert "add --resume to continue it, or --force to start over" in refused.err
    other = run_cli(*command, "--epochs", 7, "--resume")
    assert "epochs was 2, is 7." in other.err
    assert run_cli(*command, "--force").code == 0
    assert run_cli("train-vocoder", "tiny", sounds, "--vocoder", "phase", "--resume").code == 2


def without_times(path: Path) -> str:
    """A model's header as text, checksums of its weights included, without what a clock says."""
    metadata = read_header(path).metadata
    del metadata["created"]
    for phase in ("codec", "prior", "vocoder"):
        del metadata["training"][f"{phase}_seconds"]
    return json.dumps(metadata)


@pytest.fixture
def whole(
    run_cli: RunCli, folders: Folders, sounds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A model "mine" of all three phases; trained once."""
    kept = tmp_path_factory.getbasetemp() / "three-phases.distill"
    if not kept.exists():
        assert run_cli("train", sounds, "--name", "mine", "--vocoder", "neural").code == 0
        (folders.user / "mine.distill").replace(kept)
        for path in folders.user.iterdir():
            path.unlink()
    return kept


def test_train_gives_the_same_file_as_its_phases_one_by_one(
    run_cli: RunCli, folders: Folders, whole: Path, sounds: Path
) -> None:
    for command in (
        ("train", sounds, "--name", "mine", "--no-prior"),
        ("train-prior", "mine", sounds),
        ("train-vocoder", "mine", sounds, "--vocoder", "neural"),
    ):
        assert run_cli(*command).code == 0
    assert without_times(folders.user / "mine.distill") == without_times(whole)


def test_train_continues_in_its_vocoder(
    run_cli: RunCli, folders: Folders, whole: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("train", sounds, "--name", "mine", "--vocoder", "neural")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "vocoder_epoch", press_ctrl_c)
        assert run_cli(*command).code == 130
    resumed = run_cli(*command, "--resume")
    assert (resumed.code, resumed.err, epochs(resumed.out)) == (0, "", ["2/2"])
    assert weights(folders.user / "mine.distill") == weights(whole)

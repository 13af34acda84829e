"""The file in which an unfinished training is kept."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from distill_live.audio.dataset import Recording, Recordings
from distill_live.errors import CheckpointError, TrainingError
from distill_live.models.codec.vqvae import VQVAEConfig
from distill_live.models.file.library import TrainingCommand, found_checkpoints
from distill_live.training.codec import trainer
from distill_live.training.codec.config import CodecTrainingConfig
from distill_live.training.codec.trainer import CodecEpoch, TrainedCodec, train_codec
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint
from tests.disks import disk_full_after, read_only, small_disk

CONFIG = CodecTrainingConfig(
    codec=VQVAEConfig(codebook_size=16, code_width=8, width=24, encoder_blocks=1,
                      decoder_blocks=1, fine_width=12),
    epochs=4, steps_per_epoch=3, batch_crops=4, crop_columns=8,
)  # fmt: skip


def noises(*names: str, seed: int = 0) -> Recordings:
    random = np.random.default_rng(seed)
    made = [Recording(n, random.uniform(-0.3, 0.3, 48_000).astype(np.float32)) for n in names]
    return Recordings(made, 48_000, [])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "mine.distill"


def begun(model: Path, *, resume: bool = False, epochs: int = 4) -> Checkpoints:
    checkpoints = Checkpoints(model, resume=resume)
    config = replace(CONFIG, epochs=epochs)
    checkpoints.begin("codec", Fingerprint.of(noises("a.wav"), config, processes=1))
    return checkpoints


def test_what_was_saved_is_what_is_resumed(model: Path) -> None:
    begun(model).save({"weights": torch.arange(3.0), "epoch": 2, "history": [{"loss": 0.5}]})
    state = begun(model, resume=True).state
    assert state is not None
    assert torch.equal(state.pop("weights"), torch.arange(3.0))
    assert state == {"epoch": 2, "history": [{"loss": 0.5}]}


def test_a_run_that_does_not_resume_begins_from_nothing(model: Path) -> None:
    begun(model).save({"epoch": 2})
    assert begun(model).state is None


def test_seconds_continue_where_they_stood(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("distill_live.training.run.checkpoint.time.monotonic", lambda: now)
    first = begun(model)
    now += 30
    first.save({})
    resumed = begun(model, resume=True)
    now += 12
    assert resumed.seconds == 42


def test_discarding_takes_what_a_killed_save_has_left_behind_along(model: Path) -> None:
    checkpoints = begun(model)
    checkpoints.save({})
    left = model.with_name(".4711.mine.resume")
    others = [model.with_name(name) for name in (".4711.other.resume", "other.resume", ".x.resume")]
    for path in (left, *others):
        path.touch()
    checkpoints.discard()
    assert sorted(model.parent.iterdir()) == sorted(others)
    checkpoints.discard()


def test_nothing_to_resume_is_an_error(model: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to resume: there is no"):
        begun(model, resume=True)


@pytest.mark.parametrize("damage", [
    lambda content: content[: len(content) // 2],
    lambda content: b"",
    lambda content: b"no checkpoint at all",
    lambda content: content.replace(b"distill-checkpoint 2", b"distill-checkpoint 9"),
])  # fmt: skip
def test_a_damaged_file_is_one_line(model: Path, damage: Callable[[bytes], bytes]) -> None:
    checkpoints = begun(model)
    checkpoints.save({"weights": torch.zeros(100)})
    checkpoints.path.write_bytes(damage(checkpoints.path.read_bytes()))
    with pytest.raises(TrainingError, match="damaged or of another version") as refused:
        begun(model, resume=True)
    assert "\n" not in str(refused.value)


class Evil:
    """What makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._folder),)


def test_no_code_in_the_file_runs(model: Path, tmp_path: Path) -> None:
    content = {"format": "distill-checkpoint 2", "state": Evil(tmp_path / "evil")}
    torch.save(content, begun(model).path)
    with pytest.raises(TrainingError, match="damaged"):
        begun(model, resume=True)
    assert not (tmp_path / "evil").exists()
    torch.load(begun(model).path, weights_only=False)
    assert (tmp_path / "evil").exists()


def test_what_does_not_fit_is_reported_by_name() -> None:
    earlier = Fingerprint.of(noises("a", "b", "c", "d", "e"), CONFIG, processes=1)
    later = Fingerprint.of(
        noises("e", "x", seed=1),
        replace(CONFIG, codec=replace(CONFIG.codec, codebook_size=32), rate=0.5),
        processes=2,
    )
    assert later.misfits(earlier) == [
        "new: x", "gone: a, b, c and 1 more", "changed: e",
        "--codebook-size was 16, is 32", "processes was 1, is 2", "rate was 0.001, is 0.5",
    ]  # fmt: skip
    assert earlier.misfits(earlier) == []


def test_other_settings_are_refused(model: Path) -> None:
    begun(model).save({})
    with pytest.raises(TrainingError, match=r"--codec-epochs was 4, is 5\. .* with --force"):
        begun(model, resume=True, epochs=5)


def test_another_number_of_threads_is_reported(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = torch.get_num_threads()
    begun(model).save({})
    assert begun(model, resume=True).other_ground == []
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads + 1)
    told = begun(model, resume=True).other_ground
    assert told == [f"threads was {threads}, is {threads + 1}"]


def test_the_run_of_one_command_is_not_resumed_by_another(model: Path) -> None:
    begun(model).save({})
    prior = Checkpoints(model, resume=True)
    with pytest.raises(TrainingError, match="it is from a run of another command, in its codec"):
        prior.begin("prior", Fingerprint({}, {}))


def test_behind_the_codec_the_run_continues_with_its_prior(model: Path) -> None:
    first = begun(model)
    first.save({"of": "codec"})
    first.begin("prior", Fingerprint({"rate": 1}, {}))
    first.save({"of": "prior"})
    resumed = begun(model, resume=True)
    assert (resumed.passed("codec"), resumed.passed("prior"), resumed.state) == (True, False, None)
    resumed.begin("prior", Fingerprint({"rate": 1}, {}))
    assert resumed.state == {"of": "prior"}


def trained_in_parts(model: Path, monkeypatch: pytest.MonkeyPatch, *, cut: bool) -> TrainedCodec:
    """A training whose first epoch is its best: later rates destroy what was learned. When it is
    `cut`, that is after the second epoch, and it goes on."""
    plain = trainer._set_rates

    def destroy(
        optimizers: list[torch.optim.Optimizer], config: CodecTrainingConfig, step: int
    ) -> None:
        plain(optimizers, config, step)
        if step >= config.steps_per_epoch:
            optimizers[1].param_groups[0]["lr"] = 1.0

    def interrupt(epoch: CodecEpoch) -> None:
        if cut and epoch.epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "_set_rates", destroy)
    recordings = noises("a.wav")
    trained = train_codec(recordings, CONFIG, on_epoch=interrupt, checkpoints=begun(model))
    if not cut:
        return trained
    assert trained.ending.interrupted
    return train_codec(recordings, CONFIG, checkpoints=begun(model, resume=True))


def test_the_best_before_an_interruption_is_still_the_best_behind_it(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained_in_parts(model, monkeypatch, cut=False)
    parts = trained_in_parts(model, monkeypatch, cut=True)
    assert (parts.best_epoch, parts.history) == (1, whole.history)
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, parts.model.state_dict()[name]), name


def test_a_checkpoint_is_as_large_however_much_sound_there_is(model: Path) -> None:
    sizes = []
    for names in (["a.wav"], [f"{number}.wav" for number in range(9)]):
        recordings, config = noises(*names), replace(CONFIG, epochs=1)
        checkpoints = Checkpoints(model)
        checkpoints.begin("codec", Fingerprint.of(recordings, config, processes=1))
        train_codec(recordings, config, checkpoints=checkpoints)
        sizes.append(checkpoints.path.stat().st_size)
    # A line for each recording says which they are.
    assert sizes[1] - sizes[0] < 8 * 200


def test_only_the_first_of_several_processes_writes(model: Path) -> None:
    checkpoints = begun(model)
    checkpoints.processes.number = 1
    checkpoints.save({})
    assert not checkpoints.path.exists()
    checkpoints.path.touch()
    checkpoints.discard()
    assert checkpoints.path.exists()


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_that_cannot_be_written_is_noticed_before_anything_is_begun(
    model: Path, resume: bool
) -> None:
    begun(model).save({})
    with (
        read_only(model.parent),
        pytest.raises(CheckpointError, match=f"cannot write in {model.parent}: ") as refused,
    ):
        Checkpoints(model, resume=resume)
    assert "\n" not in str(refused.value)


def test_a_file_in_the_place_of_the_folder_is_noticed_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="cannot write in"):
        Checkpoints(tmp_path / "file" / "mine.distill")


WEIGHTS = torch.arange(100_000)


def test_a_full_disk_is_one_line_and_leaves_the_epoch_before(model: Path) -> None:
    model = model.parent / "disk" / model.name
    model.parent.mkdir()
    with small_disk(model.parent, 1_200_000):
        checkpoints = begun(model)
        checkpoints.save({"weights": WEIGHTS})
        with pytest.raises(CheckpointError, match=f"cannot save {checkpoints.path}: No space") as e:
            checkpoints.save({"weights": WEIGHTS.clone(), "more": WEIGHTS})
        assert "\n" not in str(e.value)
        assert "free some space, then continue with --resume from the previous epoch" in str(
            e.value
        )
        assert list(model.parent.iterdir()) == [checkpoints.path]
        state = begun(model, resume=True).state
        assert state is not None and torch.equal(state["weights"], WEIGHTS)


def test_a_file_that_may_not_grow_is_one_line_too(model: Path) -> None:
    checkpoints = begun(model)
    with disk_full_after(100_000), pytest.raises(CheckpointError, match="File too large") as error:
        checkpoints.save({"weights": WEIGHTS})
    assert "free some space, then start over" in str(error.value)
    assert list(model.parent.iterdir()) == []


def test_what_cannot_be_saved_by_a_mistake_of_ours_is_no_full_disk(model: Path) -> None:
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        begun(model).save({"a function": lambda: None})


@pytest.mark.parametrize("command", ["train-prior", "train-vocoder"])
def test_each_command_has_a_file_of_its_own(model: Path, command: TrainingCommand) -> None:
    begun(model).save({"of": "train"})
    other = Checkpoints(model, command)
    other.begin("vocoder", Fingerprint({}, {}))
    other.save({"of": command})
    first, second = begun(model, resume=True), Checkpoints(model, command, resume=True)
    second.begin("vocoder", Fingerprint({}, {}))
    assert (first.state, second.state) == ({"of": "train"}, {"of": command})
    second.discard()
    assert found_checkpoints(model) == [first.path]


def test_a_recording_whose_sides_have_changed_is_another_one() -> None:
    (mono,) = noises("a.wav").recordings
    told = []
    for side in (None, mono.samples / 2, mono.samples / 3):
        changed = Recordings([replace(mono, side=side)], 48_000, [])
        told.append(Fingerprint.of(changed, CONFIG).recordings["a.wav"])
    assert len(set(told)) == 3

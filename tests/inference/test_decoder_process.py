import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from distill_live.codes.grid import CodeGrid
from distill_live.inference import codes, decoder_process
from distill_live.inference.codes import decode
from distill_live.inference.decoder_process import column_mels, mels_made_beside
from distill_live.models.file.loaded import LoadedVQModel
from distill_live.models.sound_settings import USUAL_SOUND, SoundSettings


@pytest.fixture(scope="module")
def grid(tiny_model: LoadedVQModel) -> CodeGrid:
    return tiny_model.grid_of(np.random.default_rng(0).integers(0, 16, (40, 8, 3)))


@pytest.fixture(scope="module")
def mels(tiny_model: LoadedVQModel, grid: CodeGrid) -> list[Tensor]:
    return list(column_mels(tiny_model, grid.codes, USUAL_SOUND))


def run_instead(monkeypatch: pytest.MonkeyPatch, code: str, content: Path) -> None:
    """Let the process be one that writes the content and then does something else."""
    write = f"import sys; sys.stdout.buffer.write(open({str(content)!r}, 'rb').read())"
    command = (sys.executable, "-c", f"{write}; sys.stdout.flush(); {code}")
    monkeypatch.setattr(decoder_process, "_COMMAND", command)


def written(mel: Tensor) -> bytes:
    return mel.shape[1].to_bytes(4, "little") + mel.numpy().tobytes()


def test_a_long_grid_is_decoded_beside_to_the_same_bytes(
    tiny_clear: LoadedVQModel, grid: CodeGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = decode(tiny_clear, grid, sound=SoundSettings(0.7))
    monkeypatch.setattr(codes, "_WORTH_A_PROCESS_SECONDS", 0.0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for module in (codes, decoder_process):
        monkeypatch.setattr(module, "column_mels", lambda *_: pytest.fail("made here"))
    assert decode(tiny_clear, grid, sound=SoundSettings(0.7)).tobytes() == alone.tobytes()


def test_without_a_process_the_mels_are_made_here(
    tiny_model: LoadedVQModel,
    grid: CodeGrid,
    mels: list[Tensor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder_process, "_COMMAND", ("no such program",))
    assert all(map(torch.equal, mels_made_beside(tiny_model, grid, USUAL_SOUND), mels))


def test_what_a_process_that_ends_early_did_not_make_is_made_here(
    tiny_model: LoadedVQModel,
    grid: CodeGrid,
    mels: list[Tensor],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    content = tmp_path / "mels"
    content.write_bytes(written(torch.zeros_like(mels[0])) + written(mels[1])[:-1])
    run_instead(monkeypatch, "pass", content)
    first, *others = mels_made_beside(tiny_model, grid, USUAL_SOUND)
    assert not first.any()
    assert len(others) == len(mels) - 1 and all(map(torch.equal, others, mels[1:]))


def test_the_process_is_ended_when_the_mels_are_dropped(
    tiny_model: LoadedVQModel,
    grid: CodeGrid,
    mels: list[Tensor],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    content = tmp_path / "mels"
    content.write_bytes(written(mels[0]))
    run_instead(monkeypatch, "import time; time.sleep(3600)", content)
    made = mels_made_beside(tiny_model, grid, USUAL_SOUND)
    assert torch.equal(next(made), mels[0])
    made.close()

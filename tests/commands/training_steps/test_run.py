"""What a run says when it is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.commands.training_steps.choices import Choices
from distill_live.commands.training_steps.run import TrainingRun
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint
from distill_live.training.run.processes import Processes


@pytest.mark.parametrize("kind", ["cpu", "cuda", "mps"])
def test_only_the_cpu_promises_the_same_bytes(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, processes = tmp_path / "mine.distill", Processes(kind)
    first = Checkpoints(model, processes=processes)
    first.begin("codec", Fingerprint({}, {}))
    first.save({})
    with TrainingRun.open("train", model, tmp_path, Choices(), processes, resume=True) as run:
        run.begin()
    told = capsys.readouterr().out
    assert f"resuming from {first.path}" in told
    promised = "the last digits may differ" not in told
    assert promised == (kind == "cpu")

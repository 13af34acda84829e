"""What a run says when it is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from distill_live.commands.training_steps.progress import Report
from distill_live.commands.training_steps.run import begin_run
from distill_live.training.run.checkpoint import Checkpoints, Fingerprint
from distill_live.training.run.processes import Ranks


@pytest.mark.parametrize("kind", ["cpu", "cuda", "mps"])
def test_only_the_cpu_promises_the_same_bytes(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, ranks = tmp_path / "mine.distill", Ranks(kind)
    first = Checkpoints(model, ranks=ranks)
    first.begin("codec", Fingerprint({}, {}))
    first.save({})
    with Report() as report:
        begin_run(report, Checkpoints(model, resume=True, ranks=ranks))
    told = capsys.readouterr().out
    assert f"goes on from {first.path}" in told
    promised = "the last digits may differ" not in told
    assert promised == (kind == "cpu")

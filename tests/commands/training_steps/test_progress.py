from __future__ import annotations

import pytest

from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.training.prior.baselines import Baselines
from distill_live.training.prior.judging import PriorPerplexity


def test_a_prior_that_only_counts_is_told_to_train_for_longer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TrainingProgress() as progress:
        progress.end_prior(PriorPerplexity(10.0, 25.0, Baselines(30.0, 20.0)))
    warning = " ".join(capsys.readouterr().out.split()).partition("warning: ")[2]
    assert warning == (
        "the prior has learned no more than which codes follow which most often; train it "
        "for more epochs, or add recordings"
    )

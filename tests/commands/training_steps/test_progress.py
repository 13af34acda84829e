from __future__ import annotations

import pytest

from distill_live.commands.training_steps.progress import TrainingProgress
from distill_live.training.prior.baselines import Baselines
from distill_live.training.prior.judging import PriorPerplexity


@pytest.mark.parametrize(
    ("has_peaked", "advice"),
    [
        (False, "train it for more epochs, or add recordings"),
        (True, "add recordings: with more epochs it only got worse"),
    ],
)
def test_what_to_do_about_a_prior_that_only_counts(
    capsys: pytest.CaptureFixture[str], has_peaked: bool, advice: str
) -> None:
    perplexity = PriorPerplexity(10.0, 25.0, Baselines(30.0, 20.0))
    with TrainingProgress() as progress:
        progress.end_prior(perplexity, has_peaked=has_peaked)
    warning = " ".join(capsys.readouterr().out.split()).partition("warning: ")[2]
    assert warning == (
        f"the prior has learned no more than which codes follow which most often; {advice}"
    )

from dataclasses import asdict

import numpy as np
import pytest

from distill_live.codes.codebook_health import (
    LevelHealth,
    Verdict,
    codebook_health,
    count_codes,
    overall,
    read_health,
)


def test_each_level_is_measured_on_its_own_codes() -> None:
    codes = np.array([[[0, 3], [1, 3]], [[2, 3], [3, 3]]])
    first, second = codebook_health(codes, codebook_size=8)
    assert first == LevelHealth(utilisation=0.5, perplexity=pytest.approx(4.0), dead_codes=4)
    assert second == LevelHealth(utilisation=0.125, perplexity=pytest.approx(1.0), dead_codes=7)


def test_perplexity_counts_uneven_use_less() -> None:
    (level,) = codebook_health(np.array([[0], [0], [0], [1]]), codebook_size=2)
    assert level.utilisation == 1.0
    assert level.perplexity == pytest.approx(4 / 3**0.75)


@pytest.mark.parametrize(
    ("utilisation", "even", "verdict", "words"),
    [
        (1.0, 0.8, Verdict.GREEN, "Healthy"),
        (0.5, 0.15, Verdict.GREEN, "Healthy"),
        (0.49, 0.4, Verdict.YELLOW, "Some codes underused"),
        (1.0, 0.14, Verdict.YELLOW, "Some codes underused"),
        (0.1, 0.04, Verdict.YELLOW, "Some codes underused"),
        (0.09, 0.08, Verdict.RED, "Codebook collapse detected"),
        (1.0, 0.03, Verdict.RED, "Codebook collapse detected"),
    ],
)
def test_health_is_said_in_words(
    utilisation: float, even: float, verdict: Verdict, words: str
) -> None:
    found = LevelHealth(utilisation, even * 100, 0).verdict(100)
    assert (found, found.words) == (verdict, words)
    assert bool(found.advice) == (verdict is not Verdict.GREEN)


def test_a_model_is_as_healthy_as_its_worst_level() -> None:
    assert overall([Verdict.GREEN, Verdict.RED, Verdict.YELLOW]) is Verdict.RED
    assert overall([]) is Verdict.GREEN


def test_every_code_is_counted_in_its_level() -> None:
    counts = count_codes(np.array([[[0, 3], [1, 3]], [[0, 2], [3, 3]]]), 4)
    assert counts.tolist() == [[2, 1, 0, 1], [0, 0, 1, 3]]


def test_health_comes_back_from_a_header() -> None:
    level = LevelHealth(0.5, 4.0, 4)
    assert read_health([asdict(level)]) == [level]

import pytest

from distill_live.training.schedule import rate_factor


def test_a_rate_rises_from_its_start_and_falls_to_a_fiftieth() -> None:
    assert rate_factor(0.0, warmup=0.05, start=0.1) == pytest.approx(0.1)
    assert rate_factor(0.05, warmup=0.05, start=0.1) == pytest.approx(0.994, abs=1e-3)
    assert rate_factor(0.5, warmup=0.05, start=0.1) == pytest.approx(0.51)
    assert rate_factor(1.0, warmup=0.05, start=0.1) == pytest.approx(0.02)


def test_a_rate_has_one_summit() -> None:
    factors = [rate_factor(step / 1000, warmup=0.03, start=0.01) for step in range(1001)]
    summit = factors.index(max(factors))
    assert factors[: summit + 1] == sorted(factors[: summit + 1])
    assert factors[summit:] == sorted(factors[summit:], reverse=True)

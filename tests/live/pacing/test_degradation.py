"""What is given up when drawing falls behind, in which order, and when it is taken back."""

from dataclasses import replace

import pytest

from distill_live.live.ipc.status import EngineStatus
from distill_live.live.pacing.degradation import HALVINGS, PATIENCE, Degradation, Supply

GOOD = Supply(0.3, 36_000, 36_000, 6, 6)
#: No lookahead left; the ring still is well filled.
SHORT = Supply(1.2, 30_000, 36_000, 0, 6)
#: The ring empties too.
LOW = Supply(1.2, 15_000, 36_000, 0, 6)


class Steps:
    def __init__(self, context: int = 48) -> None:
        self.status = EngineStatus()
        self.degradation = Degradation(context, self.status)

    def note(self, supply: Supply, times: int = 1) -> int:
        for _ in range(times):
            self.degradation.note(supply)
        return self.degradation.context_columns

    @property
    def counts(self) -> tuple[float, float]:
        return self.status["short_lookahead"], self.status["short_context"]


def test_while_all_is_well_nothing_is_given_up() -> None:
    steps = Steps()
    assert steps.note(GOOD, 500) == 48
    assert steps.counts == (0, 0)


def test_a_spent_lookahead_is_counted_once_until_it_is_there_again() -> None:
    steps = Steps()
    assert steps.note(SHORT, 100) == 48
    assert steps.counts == (1, 0)
    steps.note(GOOD), steps.note(SHORT, 100)
    assert steps.counts == (2, 0)


def test_a_lookahead_that_is_not_full_yet_counts_as_no_new_fall() -> None:
    steps = Steps()
    for _ in range(10):
        steps.note(SHORT), steps.note(replace(SHORT, lookahead=3))
    assert steps.counts == (1, 0)


def test_an_empty_lookahead_is_no_fault_of_a_machine_that_is_fast_enough() -> None:
    steps = Steps()
    steps.note(replace(LOW, load=0.5), 100)
    assert steps.counts == (0, 0)


def test_the_context_is_halved_when_the_ring_empties_and_not_at_every_column() -> None:
    steps = Steps()
    contexts = [steps.note(LOW) for _ in range(200)]
    assert sorted(set(contexts), reverse=True) == [48, 24, 12]
    assert contexts.index(12) - contexts.index(24) == PATIENCE // 4
    assert steps.counts == (1, HALVINGS)


def test_a_step_is_taken_back_after_a_long_time_of_full_lookahead() -> None:
    steps = Steps()
    steps.note(LOW, 200)
    contexts = [steps.note(GOOD) for _ in range(3 * PATIENCE)]
    assert contexts.index(24) == PATIENCE - 1
    assert contexts.index(48) == 2 * PATIENCE - 1
    assert steps.counts == (1, HALVINGS)


def test_one_column_without_full_lookahead_begins_the_wait_again() -> None:
    steps = Steps()
    steps.note(LOW, 200)
    for _ in range(5):
        steps.note(GOOD, PATIENCE - 1)
        assert steps.note(replace(GOOD, lookahead=5)) == 12


@pytest.mark.parametrize(
    ("full", "contexts"),
    [(48, [24, 12]), (10, [4, 4]), (8, [4, 4]), (30, [14, 6]), (4, [4, 4]), (2, [2, 2])],
)
def test_a_shorter_context_is_one_that_a_session_takes(full: int, contexts: list[int]) -> None:
    steps = Steps(full)
    first = PATIENCE // 4
    assert [steps.note(LOW, first), steps.note(LOW, first)] == contexts

import numpy as np
from numpy.typing import NDArray

from distill_live.outputs.clock import ClockOutput
from distill_live.outputs.options import OutputOptions


class Counter:
    def __init__(self) -> None:
        self.blocks: list[int] = []

    def render(self, out: NDArray[np.float32]) -> None:
        self.blocks.append(len(out))

    def can_fill(self, count: int) -> bool:
        return True

    def count_fault(self) -> None:
        pass

    def note_latency(self, seconds: float) -> None:
        pass


def test_it_takes_blocks_until_it_is_stopped() -> None:
    source = Counter()
    ClockOutput(OutputOptions(block=480)).run(source, lambda: len(source.blocks) >= 20)
    assert source.blocks == [480] * 20


def test_it_takes_no_more_than_real_time_allows() -> None:
    source = Counter()
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    ClockOutput(OutputOptions(block=480)).run(source, stopped)
    assert len(source.blocks) == 5

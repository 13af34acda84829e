"""Training that ends early and keeps its best epoch so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from distill_live.errors import (
    OUT_OF_MEMORY,
    CheckpointError,
    TrainingError,
    is_out_of_memory,
)


@dataclass
class Ending:
    """Why a training ended early: `interrupted` by Ctrl-C, or by a `failure`, whose message it is
    ("" if there was none). After either, the training can be resumed."""

    interrupted: bool = False
    failure: str = ""


@contextmanager
def keeping_the_best(epochs: Callable[[], int]) -> Iterator[Ending]:
    """Run a training; `epochs` says how many of its epochs have ended so far. Once the block is
    left, the ending is filled in.

    Until the first epoch has ended there is nothing to keep, so KeyboardInterrupt and
    CheckpointError pass through, and full memory raises TrainingError.
    """
    ending = Ending()
    try:
        yield ending
    except KeyboardInterrupt:
        if not epochs():
            raise
        ending.interrupted = True
    except CheckpointError as error:
        if not epochs():
            raise
        ending.failure = str(error)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        if not epochs():
            raise TrainingError(OUT_OF_MEMORY) from error
        ending.failure = f"{OUT_OF_MEMORY}; then continue with --resume"

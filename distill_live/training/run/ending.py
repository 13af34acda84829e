"""How a training ends before its last epoch with the best epoch so far."""

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
    """`interrupted`: Ctrl-C ended a training early. `failure`: the message about another reason,
    or "". After either, the training can be resumed."""

    interrupted: bool = False
    failure: str = ""


@contextmanager
def keeping_the_best(epochs: Callable[[], int]) -> Iterator[Ending]:
    """Run a training of which `epochs` have ended so far; after the block the ending is known.

    Before the first epoch has ended there is nothing to keep: KeyboardInterrupt and CheckpointError
    are raised, and TrainingError when the memory is full.
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

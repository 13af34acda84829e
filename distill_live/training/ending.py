"""How a training ends before its last epoch, and what is kept then: the best so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from distill_live.errors import CheckpointError, TrainingError, is_out_of_memory


@dataclass
class Ending:
    """`interrupted` says that Ctrl-C ended a training early, `failure` in words what else did;
    after either, it can be resumed."""

    interrupted: bool = False
    failure: str = ""


@contextmanager
def keeping_the_best(epochs: Callable[[], int]) -> Iterator[Ending]:
    """Run a training of which `epochs` have ended so far; the ending is known behind the block.

    While there are none, there is nothing to keep: Ctrl-C goes through, and so does a disk that is
    full; when memory is, TrainingError is raised.
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
        mend = "end other programs, or train on a machine with more"
        if not epochs():
            raise TrainingError(f"out of memory: {mend}") from error
        ending.failure = f"out of memory: {mend}; then go on with --resume"

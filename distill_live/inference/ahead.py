"""Makes the items of one step of a computation while the next step works on earlier ones."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


class _End:
    """Follows the last item; `error` is what ended them, if that was an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


def made_ahead(items: Iterable[_Item], depth: int) -> Iterator[_Item]:
    """The items in their order, made by a thread of their own up to `depth` (1 or more) ahead of
    their use.

    An error of theirs is raised here. When this generator is closed, the thread ends as soon as it
    has made the item that it is working on.
    """
    ready: queue.Queue[_Item | _End] = queue.Queue(depth)
    closed = threading.Event()
    maker = threading.Thread(
        target=_make, args=(items, ready, closed), name="made-ahead", daemon=True
    )
    maker.start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        closed.set()
        # The thread may be waiting for room; it puts at most one more thing here.
        with contextlib.suppress(queue.Empty):
            while True:
                ready.get_nowait()
        maker.join()


def _make(
    items: Iterable[_Item], ready: queue.Queue[_Item | _End], closed: threading.Event
) -> None:
    end = _End()
    try:
        for item in items:
            ready.put(item)
            if closed.is_set():
                break
    except Exception as error:
        end = _End(error)
    if not closed.is_set():
        ready.put(end)

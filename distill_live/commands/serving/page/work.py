"""The HTTP API of a server, and its jobs as the page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from distill_live.live.ipc.process_source import FRESH, ProcessSource
from distill_live.web.api.codes import Codes
from distill_live.web.api.routes import Api
from distill_live.web.work.workplace import MEGABYTE, Workplace
from distill_live.workbench.client import WorkbenchClient

if TYPE_CHECKING:
    from distill_live.web.api.operations import Operation
    from distill_live.web.socket.documents import Documents

#: How often the jobs are looked at, in seconds, and how many are told: the newest ones.
LOOK_S, MAX_JOBS = 1.0, 50


def open_api(
    work: Path,
    upload_limit: int,
    recordings: Path,
    playing: Callable[[], Path | None],
    more: Iterable[Operation] = (),
    processes: ProcessSource = FRESH,
) -> Api:
    """The API on a work folder; uploads may have `upload_limit` megabytes. `playing` gives the file
    of the model in play, and `more` are operations besides those on the work folder. The process
    that works on codes comes from `processes`."""
    workplace = Workplace(
        work.absolute(),
        recordings.absolute(),
        playing,
        most_file_bytes=upload_limit * MEGABYTE,
        most_bytes=max(20_000, upload_limit) * MEGABYTE,
    )
    bench = WorkbenchClient(workplace.codes, processes=processes)
    return Api(workplace, [*Codes(workplace, bench).operations(), *more], bench.close)


class JobDocuments:
    """Publishes the jobs of an API; `tick` it on the main thread. While no page is open, nothing is
    looked up."""

    def __init__(self, documents: Documents, api: Api) -> None:
        self._documents, self._api = documents, api
        self._due = float("-inf")

    def tick(self, now: float) -> None:
        """Publish what has changed, if it is time to look; `now` is in seconds."""
        if now < self._due or not self._documents.is_read:
            return
        self._due = now + LOOK_S
        self._documents.publish("jobs", self._api.jobs_document(MAX_JOBS))

"""The HTTP API as a whole: every operation, and the routes that a server mounts under /api."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from distill_live import __version__
from distill_live.errors import RequestError
from distill_live.web.api.files import Files
from distill_live.web.api.jobs import JobRoutes
from distill_live.web.api.models import Models
from distill_live.web.api.openapi import describe
from distill_live.web.api.operations import Asked, Operation, refusal, routes_of
from distill_live.web.api.sets import Sets
from distill_live.web.api.trash import TrashRoutes
from distill_live.web.work.cli import Commands
from distill_live.web.work.jobs import Jobs
from distill_live.web.work.sound_files import MEDIA_TYPES
from distill_live.web.work.workplace import Workplace


class Api:
    """The API of a workplace: `routes` are mounted under /api.

    `more` are operations that others bring, such as those on codes; `close` ends what they have
    started.
    """

    def __init__(
        self,
        workplace: Workplace,
        more: Iterable[Operation] = (),
        close: Callable[[], None] = lambda: None,
    ) -> None:
        #: To be called when the API is no longer served.
        self.close = close
        commands = Commands(workplace.program)
        self._workplace, self._jobs = workplace, Jobs(workplace)
        self.operations: list[Operation] = [
            Operation("GET", "/", "Describes this server and its limits.", self._about),
            Operation("GET", "/openapi.json", "This API as an OpenAPI document.", self._openapi),
            *Models(workplace, commands).operations(),
            *Sets(workplace, commands).operations(),
            *JobRoutes(workplace, self._jobs).operations(),
            *Files(workplace, commands).operations(),
            *TrashRoutes(workplace).operations(),
            *more,
        ]
        self.routes: list[BaseRoute] = [
            *routes_of(self.operations),
            Route("/{path:path}", _unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    def jobs_document(self, most: int) -> list[dict[str, Any]]:
        """The newest jobs, for clients that follow them; from any thread."""
        return self._jobs.describe_all(most)

    def _about(self, asked: Asked) -> dict[str, Any]:
        place = self._workplace
        return {
            "server": f"distill-live {__version__}",
            "mostFileBytes": place.most_file_bytes,
            "mostBytes": place.most_bytes,
            "suffixes": list(MEDIA_TYPES),
        }

    def _openapi(self, asked: Asked) -> dict[str, Any]:
        return describe(self.operations)


async def _unknown(request: Request) -> Response:
    error = RequestError(404, f"there is no {request.url.path}; see /api/openapi.json")
    return refusal(error.status, str(error))

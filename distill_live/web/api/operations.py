"""The operations of the HTTP API: one declaration from which checks, routes and docs derive."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from distill_live.errors import DistillError, ModelNotFoundError, RequestError
from distill_live.web.fields import Field, check_fields, parse_fields
from distill_live.web.packing import answer_json

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON, BYTES = "application/json", "application/octet-stream"
#: The largest JSON body, in bytes.
MOST_JSON_BYTES = 256 * 1024

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Asked:
    """A request that has been checked: `path` has the parts of its path by name, `values` the
    fields of its query and its body, missing ones with their defaults."""

    request: Request
    path: Mapping[str, str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """What one method of one path does.

    `path` is below /api; its parts in braces are names, as Starlette writes them. `call` carries
    the operation out: a plain function runs on a thread, a coroutine function in the event loop. It
    returns a response, or what the JSON of the answer is made of, and may raise DistillError.
    `body` has the fields of a JSON body; with `upload`, the body is a file's bytes instead, which
    `call` receives itself. `answers` is the media type of the answer, and `status` its status.
    """

    method: Method
    path: str
    doc: str
    call: Callable[[Asked], Any]
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    upload: bool = False
    answers: str = JSON
    status: int = 200

    @property
    def plain_path(self) -> str:
        """The path without Starlette's converters: "/files/{path}"."""
        return re.sub(r":\w+}", "}", self.path)

    async def answer(self, request: Request) -> Response:
        """Check a request and carry it out; errors are answered as JSON."""
        try:
            asked = Asked(request, dict(request.path_params), await self._values(request))
            if inspect.iscoroutinefunction(self.call):
                made = await self.call(asked)
            else:
                made = await run_in_threadpool(self.call, asked)
        except (DistillError, OSError) as error:
            refused = refusal(_status(error), str(error))
            if self.upload:
                # Else the server would read the rest of the file, only to throw it away.
                refused.headers["connection"] = "close"
            return refused
        if isinstance(made, Response):
            return made
        return await answer_json(request, made, self.status)

    async def _values(self, request: Request) -> dict[str, Any]:
        values = parse_fields(request.query_params, self.query)
        if self.upload:
            _require_type(request, BYTES)
        elif self.method in ("POST", "PATCH", "PUT"):
            _require_type(request, JSON)
            values |= check_fields(await _read_json(request), self.body)
        return values


def refusal(status: int, text: str) -> JSONResponse:
    """An answer that says what was wrong; after a body that is too large the connection ends."""
    headers = {"connection": "close"} if status == 413 else None
    return JSONResponse({"error": text}, status, headers)


def routes_of(operations: Iterable[Operation]) -> list[Route]:
    """A route for each path of the operations, in their order. Raises ValueError when two have one
    method and path."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        if operation.method in methods:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        methods[operation.method] = operation
    return [Route(path, _answer_by(methods), methods=_METHODS) for path, methods in paths.items()]


def _answer_by(methods: Mapping[str, Operation]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        wanted = "GET" if request.method == "HEAD" else request.method
        if wanted in methods:
            return await methods[wanted].answer(request)
        legal = ", ".join(methods)
        refused = refusal(405, f"{request.method} does nothing here; legal: {legal}")
        refused.headers["allow"] = legal
        return refused

    return answer


def _require_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        shown = given or "nothing"
        raise RequestError(415, f"the content type is {shown}; send Content-Type: {wanted}")


async def _read_json(request: Request) -> dict[str, object]:
    """The object in the body of a request; an empty body is an empty object."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_JSON_BYTES:
            raise RequestError(413, f"the body is larger than {MOST_JSON_BYTES // 1024} KiB")
    if not body:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise RequestError(400, 'the body is not a JSON object, such as {"name": "drums"}')
    return value


def _status(error: DistillError | OSError) -> int:
    if isinstance(error, RequestError):
        return error.status
    if isinstance(error, ModelNotFoundError | FileNotFoundError):
        return 404
    return 409 if isinstance(error, DistillError) else 500

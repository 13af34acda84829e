"""The patch in use over HTTP: its text, what the checker says about it, and saving it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from distill_live.control.patch.editing import PatchEditor
from distill_live.errors import PatchError
from distill_live.yaml_file import MAX_BYTES, Problem

#: A text in JSON can be six times as long as in UTF-8: \u0001 stands for one byte.
_MAX_BODY = 6 * MAX_BYTES + 1_000
_NONE = "no patch is in use here; start with: distill-live serve --patch NAME"


def patch_routes(editor: Callable[[], PatchEditor | None]) -> list[Route]:
    """The routes of the patch in use; `editor` gives None if there is none, which is answered by
    404.

    `GET /api/patch` answers {name, path, savesTo, revision, text, problems}, and `PUT /api/patch`
    with {text, revision} answers {saved, path, savesTo, backup, revision,
    problems}; a text that has
    problems is not saved. `PUT /api/patch/check` with {text} answers {problems} alone. Each of the
    problems is {line, message}.
    """
    routes = _PatchRoutes(editor)
    return [
        Route("/api/patch", routes.read, methods=["GET"]),
        Route("/api/patch", routes.save, methods=["PUT"]),
        Route("/api/patch/check", routes.check, methods=["PUT"]),
    ]


class _PatchRoutes:
    def __init__(self, editor: Callable[[], PatchEditor | None]) -> None:
        self._editor = editor

    async def read(self, request: Request) -> Response:
        editor = self._editor()
        if editor is None:
            return _refusal(404, _NONE)
        try:
            return JSONResponse(await run_in_threadpool(_described, editor))
        except PatchError as error:
            return _refusal(409, str(error))

    async def save(self, request: Request) -> Response:
        editor, given = self._editor(), await _read_texts(request, "text", "revision")
        if editor is None:
            return _refusal(404, _NONE)
        if given is None:
            return _refusal(400, 'send {"text": TEXT, "revision": TEXT}, as GET answers them')
        try:
            problems = await run_in_threadpool(editor.save, given["text"], given["revision"])
            now = await run_in_threadpool(editor.read)
        except PatchError as error:
            return _refusal(409, str(error))
        return JSONResponse(
            {
                "saved": not problems,
                "path": str(now.path),
                "savesTo": str(now.saves_to),
                "backup": str(now.backup) if now.backup else None,
                "revision": now.revision,
                "problems": _listed(problems),
            }
        )

    async def check(self, request: Request) -> Response:
        editor, given = self._editor(), await _read_texts(request, "text")
        if editor is None:
            return _refusal(404, _NONE)
        if given is None:
            return _refusal(400, 'send {"text": TEXT}')
        return JSONResponse(
            {"problems": _listed(await run_in_threadpool(editor.check, given["text"]))}
        )


def _described(editor: PatchEditor) -> dict[str, Any]:
    patch = editor.read()
    return {
        "name": patch.path.stem,
        "path": str(patch.path),
        "savesTo": str(patch.saves_to),
        "revision": patch.revision,
        "text": patch.text,
        "problems": _listed(editor.check(patch.text)),
    }


async def _read_texts(request: Request, *names: str) -> dict[str, str] | None:
    """The texts of these names in the JSON object that was sent; None if it is anything else."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BODY:
            return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or not all(isinstance(given.get(one), str) for one in names):
        return None
    return {name: given[name] for name in names}


def _listed(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{"line": line, "message": message} for line, message in problems]


def _refusal(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)

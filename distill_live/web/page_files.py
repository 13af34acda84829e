"""The page's files: what a browser loads from `/` and from `/page/`."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response

from distill_live.web.packing import VARY, takes_gzip

#: Where the page's files are.
FOLDER = Path(__file__).with_name("page")
#: The content type of each kind of file; others are not served.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
#: A browser asks each time whether its copy is still the newest one.
_KEPT = {"cache-control": "no-cache"}
#: The policy of files that are part of the page, and no page themselves: the shortest there is,
#: because it comes with each of them.
_PART = {"content-security-policy": "default-src 'none'"}
#: The policy of workers, by the end of their names: of all parts of the page, these alone have one
#: of their own. They load scripts and talk to the server, and do nothing else.
_WORKER = {"content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'"}
_WORKERS = "_worker.js"
#: Where our own scripts are, and the comments in them that have lines of their own.
_OWN_SCRIPTS = "js"
_COMMENT = re.compile(rb"(?ms)^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)$")


@dataclass(frozen=True)
class _File:
    """A file's content, plain and packed by gzip, and when it was read: its time and its length."""

    mark: tuple[int, int]
    body: bytes
    packed: bytes
    tag: str


class PageFiles:
    """Serves the files of a folder, and nothing outside it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()
        self._read: dict[Path, _File] = {}

    async def answer_http(self, request: Request) -> Response:
        """The file that the path names, below /page/."""
        return self.answer(request, request.path_params["path"])

    def answer(self, request: Request, name: str) -> Response:
        """The file with a name such as "js/main.js"; 304 for a browser that has it, or 404."""
        path = self._find(name)
        if path is None:
            return PlainTextResponse(f"the page has no file {name[:200]!r}\n", 404)
        file = self._load(path)
        # Weak, because the packed content has the same tag.
        headers = {"etag": f"W/{file.tag}", **VARY, **_KEPT}
        if path.suffix != ".html":
            headers |= _WORKER if path.name.endswith(_WORKERS) else _PART
        asked = request.headers.get("if-none-match", "").split(",")
        if {file.tag, "*"} & {one.strip().removeprefix("W/") for one in asked}:
            return Response(status_code=304, headers=headers)
        body = file.body
        if takes_gzip(request) and len(file.packed) < len(body):
            body, headers["content-encoding"] = file.packed, "gzip"
        return Response(body, media_type=TYPES[path.suffix], headers=headers)

    def _find(self, name: str) -> Path | None:
        """The file of that name, if it lies in the folder and is of a kind that is served."""
        try:
            path = (self._folder / name).resolve()
            if path.is_relative_to(self._folder) and path.is_file() and path.suffix in TYPES:
                return path
        except (OSError, ValueError):
            # A name that no file can have.
            return None
        return None

    def _load(self, path: Path) -> _File:
        found = path.stat()
        mark = (found.st_mtime_ns, found.st_size)
        known = self._read.get(path)
        if known is None or known.mark != mark:
            body = path.read_bytes()
            if path.suffix == ".js" and path.is_relative_to(self._folder / _OWN_SCRIPTS):
                body = without_comments(body)
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            known = _File(mark, body, gzip.compress(body, mtime=0), tag)
            self._read[path] = known
        return known


def without_comments(script: bytes) -> bytes:
    """A script without the comments that have lines of their own; each line keeps its number.

    They are a fifth of what the page would be, and say nothing to a browser.
    """
    return _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), script)


def wants_page(connection: HTTPConnection) -> bool:
    """Whether a request for `/` is a browser's, which gets the page, and not an OSCQuery client's.

    A query, such as `/?HOST_INFO`, is for OSCQuery; but `/?token=...` is the link to the page.
    """
    asked = connection.url.query.partition("=")[0]
    return asked in ("", "token") and "text/html" in connection.headers.get("accept", "")

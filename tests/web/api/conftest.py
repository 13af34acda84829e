"""The HTTP API on a real server, with our real command line behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from distill_live.web.api.operations import Operation
from distill_live.web.api.routes import Api
from distill_live.web.server import WebServer
from distill_live.web.work.workplace import Workplace
from tests.conftest import Folders
from tests.tools import wait_until


@dataclass
class Office:
    """A workplace, its API and the server that answers for it."""

    place: Workplace
    api: Api
    server: WebServer
    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(f"/api{path}", **options)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(f"/api{path}", json=body)

    def patch(self, path: str, **body: Any) -> httpx.Response:
        return self.client.patch(f"/api{path}", json=body)

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(f"/api{path}")

    def put(self, path: str, content: Any, **headers: str) -> httpx.Response:
        kind = {"content-type": "application/octet-stream"}
        return self.client.put(f"/api{path}", content=content, headers=kind | headers)

    def fill_set(self, name: str, sounds: Path) -> None:
        """Make a set of all files in a folder."""
        assert self.post("/sets", name=name).status_code == 201
        for path in sorted(sounds.iterdir()):
            answered = self.put(f"/sets/{name}/files/{path.name}", path.read_bytes())
            assert answered.status_code == 201, answered.text

    def wait_for(self, job: str, *states: str, seconds: float = 300.0) -> dict[str, Any]:
        """The job, once it is in one of these states."""
        found: dict[str, Any] = {}

        def there() -> bool:
            found.update(self.get(f"/jobs/{job}").json())
            return found["state"] in states

        wait_until(there, f"a job that is {' or '.join(states)}", seconds)
        return found


def open_office(place: Workplace, more: Iterable[Operation] = ()) -> Iterator[Office]:
    api = Api(place, more)
    lines: list[str] = []
    app = Starlette(routes=[Mount("/api", routes=api.routes)])
    server = WebServer(app, "127.0.0.1", 0, lines.append)
    server.start()
    with httpx.Client(base_url=server.address, timeout=120.0) as client:
        yield Office(place, api, server, client)
    server.stop()
    assert lines == []


@pytest.fixture
def place(folders: Folders, tmp_path: Path) -> Workplace:
    """An empty workplace beside an empty library."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    return Workplace(tmp_path / "work", recordings)


@pytest.fixture
def office(place: Workplace) -> Iterator[Office]:
    yield from open_office(place)

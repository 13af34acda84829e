from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from distill_live.control.patch.editing import PatchEditor
from distill_live.web.api.operations import routes_of
from distill_live.web.api.patch import PatchRoutes
from distill_live.web.server import WebServer
from tests.control.conftest import TABLE

TEXT = "# mine\nversion: 1\nmap:\n  - {from: {cc: 1}, to: gain}\n"


def serve(editor: PatchEditor | None) -> Iterator[httpx.Client]:
    app = Starlette(routes=routes_of(PatchRoutes(editor).operations()))
    server = WebServer(app, "127.0.0.1", 0, print)
    server.start()
    with httpx.Client(base_url=server.address) as client:
        yield client
    server.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "set.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def served(path: Path) -> Iterator[httpx.Client]:
    yield from serve(PatchEditor(path, TABLE, lambda copy: None))


@pytest.fixture
def without_patch() -> Iterator[httpx.Client]:
    yield from serve(None)


def test_the_text_comes_with_its_problems_and_where_it_is_saved(
    served: httpx.Client, path: Path
) -> None:
    path.write_text(TEXT.replace("gain", "gian"))
    found = served.get("/patch").json()
    assert (found["name"], found["path"], found["savesTo"]) == ("set", str(path), str(path))
    assert found["text"] == TEXT.replace("gain", "gian")
    assert [one["line"] for one in found["problems"]] == [4]


def test_a_text_is_saved_and_the_next_one_needs_the_new_revision(
    served: httpx.Client, path: Path
) -> None:
    old = served.get("/patch").json()["revision"]
    first = served.put("/patch", json={"text": TEXT + "# 1\n", "revision": old}).json()
    assert (first["saved"], first["backup"]) == (True, f"{path}.bak")
    late = served.put("/patch", json={"text": TEXT + "# 2\n", "revision": old})
    assert (late.status_code, "read it again" in late.json()["error"]) == (409, True)
    second = {"text": TEXT + "# 2\n", "revision": first["revision"]}
    assert served.put("/patch", json=second).json()["saved"]
    assert path.read_text() == TEXT + "# 2\n"


def test_a_text_with_problems_is_answered_with_them_and_not_saved(
    served: httpx.Client, path: Path
) -> None:
    wrong = {"text": "version: 2\n", "revision": served.get("/patch").json()["revision"]}
    answer = served.put("/patch", json=wrong)
    assert answer.status_code == 200
    assert not answer.json()["saved"]
    assert answer.json()["problems"][0]["line"] == 1
    assert path.read_text() == TEXT


def test_checking_saves_nothing(served: httpx.Client, path: Path) -> None:
    assert served.put("/patch/check", json={"text": TEXT + "map: 1\n"}).json()["problems"]
    assert served.put("/patch/check", json={"text": TEXT + "# 1\n"}).json() == {"problems": []}
    assert path.read_text() == TEXT


def test_without_a_patch_there_is_nothing_to_edit(without_patch: httpx.Client) -> None:
    answer = without_patch.get("/patch")
    assert (answer.status_code, "no patch is in use" in answer.json()["error"]) == (404, True)

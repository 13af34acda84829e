from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from distill_live.control.patch.editing import PatchEditor
from distill_live.web.api.operations import routes_of
from distill_live.web.api.patch import PatchRoutes
from tests.control.conftest import TABLE

TEXT = "# mine\nversion: 1\nmap:\n  - {from: {cc: 1}, to: gain}\n"


def client(editor: PatchEditor | None) -> TestClient:
    return TestClient(Starlette(routes=routes_of(PatchRoutes(editor).operations())))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "set.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def served(path: Path) -> TestClient:
    return client(PatchEditor(path, TABLE, lambda copy: None))


def test_the_text_comes_with_its_problems_and_where_it_is_saved(
    served: TestClient, path: Path
) -> None:
    path.write_text(TEXT.replace("gain", "gian"))
    found = served.get("/patch").json()
    assert (found["name"], found["path"], found["savesTo"]) == ("set", str(path), str(path))
    assert found["text"] == TEXT.replace("gain", "gian")
    assert [one["line"] for one in found["problems"]] == [4]


def test_a_text_is_saved_and_the_next_one_needs_the_new_revision(
    served: TestClient, path: Path
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
    served: TestClient, path: Path
) -> None:
    wrong = {"text": "version: 2\n", "revision": served.get("/patch").json()["revision"]}
    answer = served.put("/patch", json=wrong)
    assert answer.status_code == 200
    assert not answer.json()["saved"]
    assert answer.json()["problems"][0]["line"] == 1
    assert path.read_text() == TEXT


def test_checking_saves_nothing(served: TestClient, path: Path) -> None:
    assert served.put("/patch/check", json={"text": TEXT + "map: 1\n"}).json()["problems"]
    assert served.put("/patch/check", json={"text": TEXT + "# 1\n"}).json() == {"problems": []}
    assert path.read_text() == TEXT


def test_without_a_patch_there_is_nothing_to_edit() -> None:
    answer = client(None).get("/patch")
    assert (answer.status_code, "no patch is in use" in answer.json()["error"]) == (404, True)

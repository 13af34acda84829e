"""What holds for every operation of the API."""

from __future__ import annotations

import json

import pytest

from distill_live.web.api.openapi import describe
from distill_live.web.api.operations import MOST_JSON_BYTES, Operation, routes_of
from distill_live.web.api.routes import Api
from distill_live.web.work.workplace import Workplace
from tests.web.api.conftest import Office


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_write_that_a_form_of_any_page_could_send_is_refused(office: Office, kind: str) -> None:
    answered = office.client.post(
        "/api/sets", content=b'{"name": "drums"}', headers={"content-type": kind}
    )
    assert answered.status_code == 415
    assert "send Content-Type: application/json" in answered.json()["error"]
    assert office.get("/sets").json() == {"sets": []}


@pytest.mark.parametrize("body", ["{", "[1]", "3", '"name"', '{"name": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(office: Office, body: str) -> None:
    answered = office.client.post(
        "/api/sets", content=body.encode(), headers={"content-type": "application/json"}
    )
    assert answered.status_code == 400
    assert answered.json()["error"]


def test_a_body_that_is_too_large_is_refused(office: Office) -> None:
    answered = office.post("/sets", name="x" * MOST_JSON_BYTES)
    assert answered.status_code == 413


def test_an_unknown_field_is_refused_by_name(office: Office) -> None:
    answered = office.post("/sets", nam="drums")
    assert answered.status_code == 400
    assert "did you mean 'name'" in answered.json()["error"]
    assert "kinds" in office.get("/files", params={"kinds": "x"}).json()["error"]


def test_what_a_path_does_not_do_is_refused_with_what_it_does(office: Office) -> None:
    answered = office.delete("/sets")
    assert answered.status_code == 405
    assert answered.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("path", ["/nothing", "/sets/a/b/c/d", "/openapi"])
def test_an_unknown_path_is_refused_in_json(office: Office, path: str) -> None:
    answered = office.get(path)
    assert answered.status_code == 404
    assert "openapi.json" in answered.json()["error"]


def test_long_answers_are_packed_and_short_ones_are_not(office: Office) -> None:
    long, short = office.get("/openapi.json"), office.get("/sets")
    assert long.headers["content-encoding"] == "gzip"
    assert int(long.headers["content-length"]) < len(long.content) / 4
    assert "content-encoding" not in short.headers


def test_the_openapi_document_has_every_operation(office: Office) -> None:
    document = office.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    found = {(m.upper(), path) for path, ms in document["paths"].items() for m in ms}
    assert found == {(one.method, f"/api{one.plain_path}") for one in office.api.operations}
    assert json.dumps(describe(office.api.operations)) == json.dumps(document)


def test_the_openapi_document_has_the_fields_of_a_body(office: Office) -> None:
    paths = office.get("/openapi.json").json()["paths"]
    schema = paths["/api/jobs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["kind"]
    assert schema["properties"]["codebook_size"]["minimum"] == 8


def test_no_operation_is_declared_twice(place: Workplace) -> None:
    again = Operation("GET", "/sets", "Again.", lambda asked: {})
    with pytest.raises(ValueError, match="GET /sets is declared twice"):
        Api(place, [again])


def test_others_bring_operations_of_their_own() -> None:
    more = Operation("GET", "/codes/{id}", "Codes.", lambda asked: {})
    [route] = routes_of([more])
    assert route.path == "/codes/{id}"


def test_the_server_says_its_limits(office: Office) -> None:
    told = office.get("/").json()
    assert told["mostFileBytes"] == office.place.most_file_bytes
    assert ".wav" in told["suffixes"]

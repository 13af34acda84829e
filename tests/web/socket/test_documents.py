from __future__ import annotations

import json

from distill_live.web.socket.documents import Documents
from tests.web.conftest import Page, Studio


def test_all_are_told_to_a_new_reader_and_changes_to_every_one() -> None:
    documents = Documents()
    told: list[tuple[str, object]] = []
    documents.publish("clips", [])
    documents.follow("a", lambda name, message: told.append((name, json.loads(message)["value"])))
    documents.publish("clips", [])
    documents.publish("clips", [{"name": "rain"}])
    documents.leave("a")
    documents.publish("clips", ["later"])
    assert told == [("clips", []), ("clips", [{"name": "rain"}])]


def test_it_says_whether_anybody_reads() -> None:
    documents = Documents()
    assert not documents.is_read
    documents.follow("a", lambda name, message: None)
    assert documents.is_read
    documents.leave("a")
    assert not documents.is_read


def test_a_page_is_sent_documents_first_and_then_what_changes(studio: Studio) -> None:
    studio.documents.publish("model", {"name": "rain"})
    with Page(studio.server.address) as page:
        assert page.receive() == {"type": "document", "name": "model", "value": {"name": "rain"}}
        assert page.receive()["type"] == "values"
        studio.documents.publish("model", {"name": "wind"})
        assert page.await_type("document")["value"] == {"name": "wind"}

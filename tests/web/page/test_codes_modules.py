"""What the Codes tab makes of selections and names: the texts of edits, and what is heard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from distill_live.codes.edit import load_edits
from distill_live.codes.edit_lists.edit_step import EditStep
from tests.web.page.test_core_modules import run

SHAPE = {"columns": 24, "bands": 8, "levels": 3, "columnSeconds": 0.085, "id": "1a",
         "labels": ["Structure", "Timbre", "Fine Dust"]}  # fmt: skip
REGION = {"first": 2, "count": 4, "bands": {"begin": 1, "end": 3}, "levels": [0, 2]}


def edit_text(page: Page, **given: Any) -> str:
    """The text of an edit, checked by the parser that reads it."""
    script = "return (await load('codes/parts.js')).editText({ document: given.shape, ...given })"
    text: str = run(page, script, {"shape": SHAPE, **given})
    EditStep.parse(text, {one.name: one for one in load_edits(lambda line: None)})
    return text


def test_a_region_becomes_columns_bands_and_levels(blank: Page) -> None:
    text = edit_text(blank, edit="mutate", region=REGION, values={"share": "0.5"}, seed="7")
    assert text == "mutate 2:6 share=0.5 --band 2-3 --levels structure,fine_dust --seed 7"


def test_an_edit_without_a_region_is_for_the_whole_document(blank: Page) -> None:
    assert edit_text(blank, edit="reverse", values={"columns": ""}) == "reverse"


def test_a_second_document_stands_before_the_columns(blank: Page) -> None:
    text = edit_text(
        blank, edit="swap", partner="my loop", partnerColumns="8:12", region={**REGION, "count": 4}
    )
    assert text == 'swap "my loop" 2:6 8:12 --band 2-3 --levels structure,fine_dust'


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('swap "my loop" 0:4 8:12', "swap 1b 0:4 8:12"),
        ("blend kick amount=0.5", "blend 1c amount=0.5"),
        ("swap . 0:4 8:12", "swap . 0:4 8:12"),
        ("reverse kick", "reverse kick"),
    ],
)
def test_names_of_documents_are_sent_as_ids(blank: Page, text: str, sent: str) -> None:
    script = """
      const partner = true
      const edits = new Map([['swap', { partner }], ['blend', { partner }], ['reverse', {}]])
      const documents = [{ id: '1b', name: 'my loop' }, { id: '1c', name: 'kick' }]
      return (await load('codes/parts.js')).withIds(given, edits, documents)
    """
    assert run(blank, script, text) == sent


def test_the_recording_is_heard_only_as_a_whole(blank: Page) -> None:
    script = """
      const { partOf, soundOf } = await load('codes/parts.js')
      const sheet = { document: given.shape, version: 1, side: 'original' }
      return [soundOf(sheet, { columns: [2, 6] }).url, soundOf(sheet, partOf(given.region)).url]
    """
    assert run(blank, script, {"shape": SHAPE, "region": REGION}) == [
        "/api/codes/1a/original?columns=2%3A6",
        "/api/codes/1a/sound?columns=2%3A6&bands=1%3A3&levels=0%2C2",
    ]


def test_a_code_that_is_in_no_column_has_no_playhead(blank: Page) -> None:
    heads = run(blank, """
      const { Desk } = await load('codes/desk.js')
      const desk = new Desk(), heads = []
      desk.of = () => ({ document: given, version: 1, cursor: { column: 9 }, side: 'decode' })
      desk.hearing.play = (sound) => { desk.hearing.state = { sound, playing: true } }
      for (const part of [{ level: 0, code: 3 }, { level: 0, code: 3, band: 1, column: 5 }]) {
        desk.hear(given.id, part)
        heads.push(desk.hearing.head(given.id))
      }
      return heads
    """, SHAPE)  # fmt: skip
    assert heads == [None, 5.5]

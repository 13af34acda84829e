"""What the server says becomes plain words, made from the tables that the page gets."""

from __future__ import annotations

from typing import Protocol, cast

import pytest
from playwright.sync_api import Page

from distill_live.codes.edit import Edit, EditContext, load_edits
from distill_live.codes.edit_lists.resample_edit import ResampleEdit
from distill_live.codes.edit_parameters import parameter_table
from distill_live.codes.timeline import Codes
from distill_live.control.namespace.requests import REQUESTS
from distill_live.parameters import Parameter
from distill_live.web.socket.hello import describe_edit, describe_parameter, describe_request
from tests.web.page.test_core_modules import run


class Crush:
    """An edit of a plugin."""

    name = "crush"
    doc = "Fewer codes."
    window = 1
    parameters = (Parameter("depth", "int", 1, 16, 4, "codes", "How few."),)

    def __call__(self, codes: Codes, context: EditContext) -> Codes:
        return codes


class Say(Protocol):
    def __call__(
        self, function: str, text: str, now: dict[str, float] | None = None, short: bool = False
    ) -> str: ...


@pytest.fixture(scope="module")
def say(empty: Page) -> Say:
    """Calls a function of the page with the tables of a server that has a plugin."""
    edits: list[Edit] = [*load_edits(print), Crush(), cast(Edit, ResampleEdit())]
    table = parameter_table(edits)
    tables = {
        "parameters": [describe_parameter(one) for one in table.values()],
        "requests": [describe_request(one) for one in REQUESTS.values()],
        "edits": [describe_edit(one, list(table)) for one in edits],
    }
    run(empty, """
      const { levelsOf } = await load('core/store.js')
      const said = await load('core/sentences.js')
      const levels = levelsOf({ levels: ['Structure', 'Timbre', 'Fine Dust'] })
      const tables = Object.fromEntries(Object.entries(given).map(([kind, list]) =>
        [kind, new Map(list.map((one) => [one.name, one]))]))
      window.say = ([name, text, now, short]) =>
        said[name](text, { ...tables, levels: () => levels, now, short })
    """, tables)  # fmt: skip

    def call(
        function: str, text: str, now: dict[str, float] | None = None, short: bool = False
    ) -> str:
        said: str = empty.evaluate("(given) => window.say(given)", [function, text, now, short])
        return said

    return call


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("", "Start"),
        ("edit/mask/on/fine_dust 1", "Mask on for Fine Dust"),
        ("edit/mask/on/fine_dust off", "Mask as for all for Fine Dust"),
        ("edit/freeze/on 1, edit/echo/columns 4 and 2 more",
         "Freeze on, echo columns 4 and 2 more"),
        ("edit/crush/depth 1", "Crush depth 1 code"),
        ("edit/crush/on 0", "Crush off"),
        ("blend/timbre 0.25", "Blend 0.25 for Timbre"),
        ("cell 1203 3 timbre 40", "Painted: Timbre, band 3, code 40"),
        ("paint 12 cells", "Painted: 12 cells"),
        ("cell/ahead 4 1 3 40", "Painted: Fine Dust, band 1, code 40"),
        ("region/ahead: mutate share=0.3", "Mutate, share 0.3"),
        ("mutate 0:16 share=0.3 --bands 0:2 --levels timbre",
         "Mutate (Timbre, bands 1 to 2), share 0.3, columns 0 to 15"),
        ("mutate 0:16 share=0.3 --band 1-2", "Mutate (bands 1 to 2), share 0.3, columns 0 to 15"),
        ("mutate --band 1-2,4-6", "Mutate (bands 1 to 2, 4 to 6)"),
        ("mutate --band 3 --levels timbre", "Mutate (Timbre, band 3)"),
        ("mutate --band low", "Mutate (bands low)"),
        ("swap low tide 0:4 8:12", "Swap with low tide, columns 0 to 3"),
        ("interleave . --seed 9", "Interleave with itself, seed 9"),
        ("interleave .", "Interleave with itself"),
        ("swap . 0:4 8:12", "Swap with itself columns 8 to 11, columns 0 to 3"),
        ("resample 3:4 takes=8 --seed 5", "Resample, takes 8, seed 5, column 3"),
        ("preset dark room", "Preset dark room"),
        ("reset edit", "Edits reset"),
        ("reset edit/freeze", "Freeze reset"),
        ("reset top_k", "Choices reset"),
        ("edit/order freeze mask", "Order of edits: freeze, mask"),
        ("blend/clip rain", "Clip to blend: rain"),
        ("edit/clip off", "Clip for edits: none"),
        ("panic", "Panic"),
        ("back to verse", "Back to verse"),
        ("blend/timbre 0.25, named verse", "Blend 0.25 for Timbre, named verse"),
        ("echo of a dream", "echo of a dream"),
        ("Before the drop, 2nd try", "Before the drop, 2nd try"),
    ],
)  # fmt: skip
def test_a_state_of_the_history_has_a_title(say: Say, name: str, title: str) -> None:
    assert say("stateTitle", name) == title


def test_a_list_of_states_leaves_out_seeds(say: Say) -> None:
    name = "region: mutate 0:16 share=0.3 --seed 4"
    assert say("stateTitle", name).endswith("share 0.3, seed 4, columns 0 to 15")
    assert say("stateTitle", name, short=True) == "Mutate, share 0.3, columns 0 to 15"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("undone: edit/mask/on/timbre 1 (now at 3 of 7)", "Undone: mask on for Timbre"),
        ("undone: cell 12 3 timbre 40, which was not made yet (now at 0 of 1)",
         "Undone: painted: Timbre, band 3, code 40, which was not made yet"),
        ("undone: region: freeze 12:16 --seed 4, which was not made yet (now at 0 of 1)",
         "Undone: freeze, seed 4, columns 12 to 15, which was not made yet"),
        ("now at state 2 of 7: panic", "Back to: panic"),
        ("refused /distill/region/ahead: count 0 is out of range; legal: 1..64",
         "Region ahead: Count 0 is out of range; legal: 1 to 64"),
        ("temperature/structure 2.4 is outside 0.1..2; set to 2",
         "Temperature of Structure 2.4 is outside 0.1 to 2; set to 2"),
        ("CC 21 moves /distill/steer/loudness now", "CC 21 moves “Steer loudness” now"),
        ("now playing demo", "Now playing demo"),
        ("cannot read recordings/drums.wav: not a sound file",
         "Cannot read recordings/drums.wav: not a sound file"),
        ("/1/fader9 leads nowhere", "/1/fader9 leads nowhere"),
        ("blend has no parameter 'amonut' (did you mean 'amount'?); it has: amount=0..1",
         "Blend has no parameter 'amonut' (did you mean 'amount'?); it has: amount=0 to 1"),
        ("blend needs a second grid", "Blend needs a second grid"),
    ],
)  # fmt: skip
def test_what_the_server_says_has_no_addresses_of_ours(say: Say, text: str, said: str) -> None:
    assert say("sentence", text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("freeze 115:127 --seed 10", "Freeze, from 1.5 s to 2.7 s ahead"),
        ("mutate 80:90 share=0.3 --levels timbre --seed 4",
         "Mutate (Timbre), share 0.3, from 2.0 s to 1.0 s ago"),
        ("reverse 95:105", "Reverse, from 0.5 s ago to 0.5 s ahead"),
        ("interleave . --seed 9", "Interleave with itself"),
        ("swap . 95:97 80:82 --seed 9",
         "Swap with itself from 2.0 s to 1.8 s ago, from 0.5 s to 0.3 s ago"),
        ("copy 95:105 to=120", "Copy, to 2.0 s ahead, from 0.5 s ago to 0.5 s ahead"),
        ("crush 115:127 seed_share=0.5 --seed 10",
         "Crush, seed share 0.5, from 1.5 s to 2.7 s ahead"),
        ("undone: freeze 115:127 --seed 10 (now at 1 of 2)",
         "Undone: freeze, from 1.5 s to 2.7 s ahead"),
    ],
)  # fmt: skip
def test_while_it_plays_columns_are_seconds_from_now(say: Say, text: str, said: str) -> None:
    assert say("sentence", text, {"column": 100, "columnSeconds": 0.1}) == said

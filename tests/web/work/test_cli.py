from __future__ import annotations

import asyncio
import sys

import pytest

from distill_live.errors import RequestError
from distill_live.web.work.cli import Commands, complaint

FRAME = """Usage: distill-live train [OPTIONS] FOLDER
╭─ Error ────────────────╮
│ a model keeps its name │
│ with --continue        │
╰────────────────────────╯
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("note: one\nerror: no model 'x'\n", "no model 'x'"),
        (FRAME, "a model keeps its name with --continue"),
        ("Traceback\n  File\nValueError: x\n\n", "ValueError: x"),
        ("", ""),
    ],
)
def test_a_command_complains_at_its_end(text: str, told: str) -> None:
    assert complaint(text) == told


def test_what_a_command_prints_is_read_as_json() -> None:
    commands = Commands()
    assert asyncio.run(commands.run("models", "list", "--json"))


def test_a_command_that_fails_is_a_refusal_with_its_words() -> None:
    with pytest.raises(RequestError, match="no model 'nothing'") as caught:
        asyncio.run(Commands().run("models", "info", "nothing", "--json"))
    assert caught.value.status == 409


def test_a_command_that_takes_too_long_is_ended() -> None:
    commands = Commands((sys.executable, "-c", "import time; time.sleep(600)"))
    with pytest.raises(RequestError, match=r"longer than 0\.2 seconds") as caught:
        asyncio.run(commands.run("inspect", seconds=0.2))
    assert caught.value.status == 504

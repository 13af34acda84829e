"""What a client can choose for a job is what our command line takes."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from distill_live.cli import app
from distill_live.web.fields import Field
from distill_live.web.work.kinds import KINDS, all_fields

OPTIONS = [(kind, field) for kind in KINDS.values() for field in kind.options]


def option_of(command: str, field: Field) -> Any:
    loaded = typer.main.get_command(app).commands[command]._load()  # type: ignore[attr-defined]
    name = f"--{field.name.replace('_', '-')}"
    [found] = [one for one in loaded.params if name in one.opts]
    return found


@pytest.mark.parametrize(
    ("kind", "field"), OPTIONS, ids=[f"{kind.command}-{field.name}" for kind, field in OPTIONS]
)
def test_an_option_has_the_range_that_the_command_has(kind: Any, field: Field) -> None:
    option = option_of(kind.command, field)
    if field.choices:
        assert set(field.choices) == set(option.type.choices)
    elif field.kind == "flag":
        assert option.is_flag
    elif field.kind in ("integer", "number") and hasattr(option.type, "min"):
        assert field.minimum == option.type.min
        assert field.maximum == option.type.max or option.type.max is None


def test_choices_become_options() -> None:
    chosen = {"epochs": 3, "adversarial": False, "force": True, "vocoder": None}
    words = KINDS["train-vocoder"].option_words(chosen)
    assert words == ["--epochs=3", "--no-adversarial", "--force"]


def test_one_number_for_each_level_is_a_list_with_commas() -> None:
    assert KINDS["generate"].option_words({"temperature": [1.0, 0.5], "top_k": 8}) == [
        "--temperature=1.0,0.5",
        "--top-k=8",
    ]


def test_kinds_agree_about_a_field_that_several_have() -> None:
    for field in all_fields():
        same = [one for kind in KINDS.values() for one in kind.fields if one.name == field.name]
        ranges = {(one.kind, one.minimum, one.maximum, one.choices) for one in same}
        assert len(ranges) == 1, field.name

"""What a client can choose for a job is what our command line takes."""

from __future__ import annotations

import importlib
from typing import Any, get_args, get_type_hints

import pytest

from distill_live.web.fields import Field
from distill_live.web.work.kinds import KINDS, all_fields

OPTIONS = [(kind, field) for kind in KINDS.values() for field in kind.options]


def option_of(command: str, field: Field) -> tuple[Any, Any]:
    """The type of an option of a command, and what is declared of it."""
    name = command.replace("-", "_")
    function = getattr(importlib.import_module(f"distill_live.commands.{name}"), name)
    wanted = f"--{field.name.replace('_', '-')}"
    for hint in get_type_hints(function, include_extras=True).values():
        for declared in getattr(hint, "__metadata__", ()):
            others = getattr(declared, "param_decls", None) or ()
            names = [str(getattr(declared, "default", "")), *others]
            if wanted in "/".join(names).split("/"):
                return get_args(hint)[0], declared
    raise AssertionError(f"{command} has no {wanted}")


@pytest.mark.parametrize(
    ("kind", "field"), OPTIONS, ids=[f"{kind.command}-{field.name}" for kind, field in OPTIONS]
)
def test_an_option_has_the_range_that_the_command_has(kind: Any, field: Field) -> None:
    declared_type, declared = option_of(kind.command, field)
    types = [one for one in get_args(declared_type) or [declared_type] if one is not type(None)]
    if field.choices:
        words = {word for one in types for word in (get_args(one) or [one])}
        assert words == set(field.choices)
    elif field.kind == "flag":
        assert types == [bool]
    else:
        assert declared.min in (None, field.minimum)
        assert declared.max in (None, field.maximum)


def test_choices_become_options() -> None:
    chosen = {"epochs": 3, "adversarial": False, "force": True, "vocoder": None}
    words = KINDS["train-vocoder"].option_words(chosen)
    assert words == ["--epochs=3", "--no-adversarial", "--force"]


def test_what_training_keeps_can_be_left_out() -> None:
    words = KINDS["train"].option_words({"training_codes": False, "grains": False})
    assert words == ["--no-training-codes", "--no-grains"]


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

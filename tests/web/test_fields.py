from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from distill_live.errors import RequestError
from distill_live.web.fields import Field, check_fields, parse_fields

NUMBER = Field("gain", "number", "Gain.", minimum=0, maximum=2)
LEVELS = Field("top_p", "numbers", "Top-p.", minimum=0, maximum=1)
COUNT = Field("count", "integer", "How many.", minimum=1)
WORD = Field("size", "text", "Size.", choices=("small", "large"))
TAGS = Field("tags", "texts", "Tags.", longest=5)
FLAG = Field("keep", "flag", "Keep.")


@pytest.mark.parametrize(
    ("field", "value"),
    [(NUMBER, 0), (NUMBER, 1.5), (LEVELS, 0.5), (LEVELS, [0.5, 1, 0]), (COUNT, 3),
     (WORD, "small"), (TAGS, []), (TAGS, ["a", "b"]), (FLAG, False)],
)  # fmt: skip
def test_a_legal_value_passes_as_it_is(field: Field, value: Any) -> None:
    assert field.check(value) == value
    jsonschema.validate(value, field.schema())


@pytest.mark.parametrize(
    ("field", "value"),
    [(NUMBER, 2.1), (NUMBER, "1"), (NUMBER, True), (NUMBER, [1]), (LEVELS, []), (LEVELS, [2]),
     (LEVELS, [0] * 5), (COUNT, 0), (COUNT, 1.5), (WORD, "medium"), (WORD, 1),
     (TAGS, ["too long"]), (TAGS, "a"), (TAGS, ["a"] * 101), (FLAG, 1), (FLAG, "true")],
)  # fmt: skip
def test_an_illegal_value_is_refused_with_what_is_legal(field: Field, value: Any) -> None:
    with pytest.raises(RequestError, match=rf"^{field.name} takes .+, not ") as caught:
        field.check(value)
    assert caught.value.status == 400
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, field.schema())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_is_finite(value: float) -> None:
    with pytest.raises(RequestError):
        Field("any", "number", "Any.").check(value)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [(COUNT, "3", 3), (NUMBER, "1.5", 1.5), (FLAG, "true", True), (FLAG, "0", False),
     (WORD, "large", "large")],
)  # fmt: skip
def test_texts_of_a_query_become_values(field: Field, text: str, value: object) -> None:
    assert parse_fields({field.name: text}, [field]) == {field.name: value}


@pytest.mark.parametrize(("field", "text"), [(COUNT, "x"), (COUNT, "1.5"), (FLAG, "yes")])
def test_a_text_that_is_no_such_value_is_refused(field: Field, text: str) -> None:
    with pytest.raises(RequestError, match="takes"):
        parse_fields({field.name: text}, [field])


def test_what_is_missing_has_its_default() -> None:
    field = Field("keep", "flag", "Keep.", default=True)
    assert check_fields({}, [field, WORD]) == {"keep": True, "size": None}
    assert check_fields({"keep": None}, [field]) == {"keep": True}


def test_what_is_required_must_be_there() -> None:
    with pytest.raises(RequestError, match="name is missing"):
        check_fields({}, [Field("name", "text", "Name.", required=True)])


def test_an_unknown_field_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RequestError, match=r"did you mean 'count'"):
        check_fields({"cont": 3}, [COUNT, WORD])

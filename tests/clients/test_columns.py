"""The layout: each thing has its own place, and the columns have about the same length."""

import pytest

from distill_live.clients.columns import Place, arrange, column_count, row_count
from distill_live.clients.surface import Button, Section, Surface
from tests.clients.shipped import SURFACE


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_everything_has_a_place_of_its_own(columns: int) -> None:
    places = arrange(SURFACE, columns, 3)
    things = [section.title for section in SURFACE.sections]
    things += [*SURFACE.controls, *SURFACE.buttons, *SURFACE.typed]  # type: ignore[list-item]
    assert len(places) == len(things)
    assert {place.thing for place in places} == set(things)
    assert len({(place.column, place.row, place.slot) for place in places}) == len(places)
    assert {place.column for place in places} <= set(range(2 * columns))


def test_the_longest_column_is_as_short_as_whole_sections_allow() -> None:
    buttons = tuple(Button(str(number), "play") for number in range(9))
    sections = tuple(Section(str(count), buttons=buttons[:count]) for count in (3, 1, 1, 2))
    places = arrange(Surface(sections), 2, 1)
    assert [place.column for place in places if place.thing in ("3", "1", "2")] == [0, 0, 1, 1][:4]
    assert max(place.row for place in places) == 5


def test_each_page_has_columns_of_its_own() -> None:
    button = Button("a", "play")
    sections = [Section(title, buttons=(button,)) for title in ("edit a", "b", "c", "edit d")]
    places = [place for place in arrange(Surface(tuple(sections)), 2, 1) if place.thing != button]
    assert {place.thing: place.column for place in places} == {
        "b": 0, "c": 1, "edit a": 2, "edit d": 3,
    }  # fmt: skip
    assert (row_count(places), column_count(places)) == (1, 4)


def test_buttons_stand_side_by_side() -> None:
    section = Section("a", buttons=tuple(Button(name, name) for name in ("b", "c", "d")))
    assert arrange(Surface((section,)), 1, 2) == [
        Place(0, 0, "a"),
        *(Place(0, 1 + n // 2, one, n % 2) for n, one in enumerate(section.buttons)),
    ]


def test_without_fields_to_type_in_their_section_is_left_out() -> None:
    places = arrange(SURFACE, 3, 3, typed=False)
    assert "by name" not in [place.thing for place in places]
    assert not [place for place in places if place.typed]

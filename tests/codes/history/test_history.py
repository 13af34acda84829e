from __future__ import annotations

import pytest

from distill_live.codes.history.history import History
from distill_live.errors import CodesError


def names(history: History[int]) -> list[str]:
    return [entry.name for entry in history.entries]


def test_states_can_be_undone_and_redone_to_both_ends() -> None:
    history = History(0)
    history.do("one", 1)
    history.do("two", 2)
    assert [history.undo(), history.undo(), history.redo(), history.redo()] == [1, 0, 1, 2]
    assert (history.state, history.position) == (2, 2)


def test_at_the_ends_there_is_nothing_more() -> None:
    history = History(0)
    with pytest.raises(CodesError, match="there is nothing to undo"):
        history.undo()
    with pytest.raises(CodesError, match="there is nothing to redo"):
        history.redo()
    assert history.state == 0


def test_after_undo_a_new_state_takes_the_place_of_those_undone() -> None:
    history = History(0)
    for number in (1, 2, 3):
        history.do(str(number), number)
    history.undo()
    history.undo()
    history.do("other", 9)
    assert names(history) == ["start", "1", "other"]
    assert [history.undo(), history.undo()] == [1, 0]


def test_any_state_can_be_gone_to_and_others_are_refused() -> None:
    history = History(0, "the beginning")
    for number in (1, 2, 3):
        history.do(str(number), number)
    assert [history.go_to(0), history.go_to(3), history.go_to(1)] == [0, 3, 1]
    for number in (-1, 4):
        with pytest.raises(CodesError, match=rf"the history has states 0\.\.3, not {number}"):
            history.go_to(number)
    assert history.state == 1
    assert names(history) == ["the beginning", "1", "2", "3"]


def test_the_present_state_can_be_named() -> None:
    history = History(0)
    history.do("swap", 1)
    history.rename("chorus")
    history.undo()
    assert [entry.shown for entry in history.entries] == ["start", "chorus"]
    assert history[1].described == "swap, named chorus"
    history.amend(1, "swap 0:2", 2)
    assert history[1].described == "swap 0:2, named chorus"
    history.rename("", 1)
    assert history[1].described == "swap 0:2"
    assert history.state == 0


def test_the_oldest_states_are_dropped_beyond_the_limit() -> None:
    history = History(0, limit=3)
    for number in range(1, 6):
        history.do(str(number), number)
    assert names(history) == ["3", "4", "5"]
    assert [history.undo(), history.undo()] == [4, 3]
    with pytest.raises(CodesError, match="nothing to undo"):
        history.undo()

from __future__ import annotations

from collections.abc import Sequence

from distill_live.control.feedback.feedback import Feedback
from distill_live.control.feedback.outcomes import MAX_ASKERS, Outcomes
from distill_live.control.namespace.address import Reply, Sender
from distill_live.parameters import ParameterStore

ASKER: Sender = ("osc", "127.0.0.1", 9001)


class Stage:
    def __init__(self) -> None:
        self.answered: list[tuple[Sender, Reply]] = []
        self.heard: list[Reply] = []
        self.feedback = Feedback(ParameterStore(), lambda: (), lambda: 0.0)
        self.outcomes = Outcomes(self.feedback, {"osc": self.answer})

    def answer(self, sender: Sender, messages: Sequence[Reply]) -> None:
        self.answered += [(sender, message) for message in messages]

    def listen(self, key: Sender) -> None:
        self.feedback.subscribe(key, self.heard.extend, pattern=["/distill/done", "/distill/error"])


def test_who_asked_is_told_what_came_of_it_once() -> None:
    stage = Stage()
    stage.outcomes.asked("prime", ASKER)
    stage.outcomes.asked("model", ASKER)
    stage.outcomes.tell("prime", "continuing from a.wav")
    stage.outcomes.tell("prime", "again")
    stage.outcomes.tell("model", "no model 'x'", failed=True)
    assert stage.answered == [
        (ASKER, ("/distill/done", ("prime", "continuing from a.wav"))),
        (ASKER, ("/distill/error", ("/distill/model", "no model 'x'"))),
    ]


def test_of_two_requests_of_one_kind_each_is_answered_by_its_arguments() -> None:
    stage = Stage()
    for name in ("kick", "snare"):
        stage.outcomes.asked("clip/load", ASKER, (name, "a.wav"))
    stage.outcomes.tell("clip/load", "snare", arguments=("snare", "a.wav"))
    stage.outcomes.tell("clip/load", "kick", arguments=("kick", "a.wav"))
    stage.outcomes.tell("clip/load", "again", arguments=("kick", "a.wav"))
    assert [told for _, (_, (_, told)) in stage.answered] == ["snare", "kick"]


def test_who_listens_is_told_and_not_twice() -> None:
    stage = Stage()
    stage.listen(ASKER)
    stage.outcomes.asked("prime", ASKER)
    stage.outcomes.tell("prime", "done")
    stage.feedback.tick(1.0)
    assert stage.heard == [("/distill/done", ("prime", "done"))]
    assert stage.answered == []


def test_nobody_and_who_cannot_be_answered_are_left_out() -> None:
    stage = Stage()
    for sender in (None, ("midi", "keyboard"), "somebody", ()):
        stage.outcomes.asked("prime", sender)
    stage.outcomes.tell("prime", "done")
    assert stage.answered == []


def test_of_a_flood_of_askers_the_last_ones_are_remembered() -> None:
    stage = Stage()
    for port in range(MAX_ASKERS + 100):
        stage.outcomes.asked("prime", ("osc", "127.0.0.1", port))
    stage.outcomes.tell("prime", "done")
    expected = [("osc", "127.0.0.1", port) for port in range(100, MAX_ASKERS + 100)]
    assert [sender for sender, _ in stage.answered] == expected


def test_a_request_that_is_let_go_is_not_answered() -> None:
    stage = Stage()
    for number in (1, 2):
        stage.outcomes.asked("cell", ASKER, (number,))
    stage.outcomes.forget("cell", (1,))
    stage.outcomes.tell("cell", "first", arguments=(1,))
    stage.outcomes.tell("cell", "second", arguments=(2,))
    assert [told for _, (_, (_, told)) in stage.answered] == ["second"]

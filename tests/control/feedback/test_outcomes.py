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


def test_what_fails_after_it_was_done_is_told_once_to_who_asked_for_it() -> None:
    stage = Stage()
    stage.outcomes.asked("record", ASKER, (True,))
    stage.outcomes.tell("record", "recording to a.wav")
    for _ in range(2):
        stage.outcomes.tell("record", "the disk is full", failed=True)
    error = ("/distill/error", ("/distill/record", "the disk is full"))
    assert stage.answered[1:] == [(ASKER, error)]


def test_a_failure_of_other_arguments_is_not_that_of_what_was_done_last() -> None:
    stage = Stage()
    stage.outcomes.asked("clip/prime", ASKER, ("kick",))
    stage.outcomes.tell("clip/prime", "continuing from clip kick", arguments=("kick",))
    stage.outcomes.tell("clip/prime", "no clip 'snare'", True, ("snare",))
    assert len(stage.answered) == 1
    stage.outcomes.tell("clip/prime", "it does not fit", True, ("kick",))
    assert len(stage.answered) == 2


def test_who_moved_a_parameter_last_is_told_why_it_has_no_effect() -> None:
    stage = Stage()
    for port in (9002, 9001):
        stage.outcomes.moved("edit/swap/on", ("osc", "127.0.0.1", port))
    stage.outcomes.tell("edit/swap/on", "it failed", failed=True)
    assert stage.answered == [(ASKER, ("/distill/error", ("/distill/edit/swap/on", "it failed")))]


def test_all_requests_that_wait_can_fail_together() -> None:
    stage = Stage()
    for number in (1, 2):
        stage.outcomes.asked("loop", ASKER, (number,))
    assert stage.outcomes.fail_pending(["rewind", "loop"], "lost")
    assert not stage.outcomes.fail_pending(["rewind", "loop"], "lost")
    assert stage.answered == [(ASKER, ("/distill/error", ("/distill/loop", "lost")))]

"""What became of a request is reported to whoever asked for it."""

import numpy as np

from distill_live.live.ipc.messages import Asked, RequestDone
from distill_live.models.file.loaded import LoadedVQModel
from tests.live.engine.conftest import SECOND
from tests.live.player import Player


def test_what_came_of_a_request_is_reported_as_what_was_asked_for(
    tiny_model: LoadedVQModel,
) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    asked: list[Asked] = [
        ("loop/columns", (100_000, 4)), ("loop/beats", (60.0,)), ("rewind", (60.0, "same")),
        ("hold/beats", (0.5,)), ("release", ()),
    ]  # fmt: skip
    requests = ("loop_columns", (100_000, 4)), ("loop", (30.0,)), ("rewind", (60.0, "same"))
    for (name, arguments), one in zip(
        (*requests, ("hold", (0.25,)), ("release", ())), asked, strict=True
    ):
        player.engine.carry_out(name, arguments, one)
        player.hear(SECOND // 2)
    assert [one.asked for one in player.done] == asked
    reasons = [one.reason for one in player.done]
    assert "columns 100000..100003 cannot be looped; legal: 0.." in reasons[0]
    assert reasons[1].startswith("the loop lasts only ")
    assert reasons[2].startswith("rewind went back only ")
    assert reasons[3:] == ["", ""]
    assert player.said == []


def test_a_panic_lets_go_of_what_it_drops(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    player.hear(SECOND)
    for name, arguments in (("loop", (0.5,)), ("panic", ())):
        player.engine.carry_out(name, arguments, (name, arguments))
    player.hear(SECOND)
    assert player.done == [RequestDone(("loop", (0.5,))), RequestDone(("panic", ()))]


def test_a_clip_that_does_not_fit_is_refused_to_whoever_chose_it(tiny_model: LoadedVQModel) -> None:
    player = Player(tiny_model)
    for name in ("partner", "prime"):
        given = ("edit", "kick") if name == "partner" else ()
        player.engine.carry_out(name, (*given, np.zeros((3, 2, 9), np.int64)), (name, ()))
        player.hear(SECOND)
    assert [one.asked[0] for one in player.done] == ["partner", "prime"]
    assert all("the model's columns are [8, 3] codes" in one.reason for one in player.done)
    player.engine.carry_out("prime", (np.zeros((3, 8, 3), np.int64),), ("prime", ()))
    player.hear(SECOND)
    # It was confirmed before it was asked of the engine.
    assert len(player.done) == 2

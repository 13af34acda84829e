"""Random edits at 20 a second, undo among them, every sample checked.

    python -m tests.benchmarks.edit_soak [MODEL] [--seconds 600] [--rate 20] [--seed 0]

Cells are painted, regions are edited, in a loop too, edits are switched and moved, all of it is
undone and done again, and the prior follows what is played or not. The recording is compared with
the session log, and everything is reported, as in live_soak; `states` is the length of the history.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable

from tests.benchmarks.live_rig import LiveRig
from tests.benchmarks.live_soak import compare, play_under
from tests.commands.server_process import OscClient
from tests.sound_card import SoundCard

LEVELS = ("structure", "timbre", "detail")
EDITS = ("freeze", "mask", "reverse", "echo", "stutter", "transpose", "mutate", "shuffle")
ONCE = ("reverse", "mask", "mutate share=0.5", "transpose steps=3", "shuffle", "fill code=7")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="demo")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with SoundCard() as card, LiveRig(card, options.model, seconds=options.seconds) as rig:
        chance = random.Random(options.seed)  # noqa: S311
        played = play_under(rig, options.seconds, options.rate, lambda _: edit(rig, chance))
        result = played | {"states": states_of(rig)} | compare(rig)
    print(json.dumps(result))


def edit(rig: LiveRig, chance: random.Random) -> None:
    """The next of a performer's edits."""
    send = rig.server.osc.send
    level = chance.choice(LEVELS)
    doings: list[tuple[int, Callable[[], None]]] = [
        (30, lambda: send("/distill/cell/ahead", chance.randrange(12), chance.randint(1, 8),
                          level, chance.randrange(64))),
        (12, lambda: send("/distill/region/ahead", chance.randrange(8), chance.randint(1, 12),
                          f"{chance.choice(ONCE)} --levels {level}")),
        (20, lambda: send(f"/distill/edit/{chance.choice(EDITS)}/on/{level}",
                          chance.choice((0.0, 1.0)))),
        (10, lambda: send("/distill/edit/echo/columns", chance.randint(1, 16))),
        (14, lambda: send("/distill/undo")),
        (6, lambda: send("/distill/redo")),
        (2, lambda: send("/distill/reset", "edit")),
        (2, lambda: send("/distill/edit/order", *chance.sample(EDITS, 3))),
        (1, lambda: send("/distill/loop", 0.5)),
        (2, lambda: send("/distill/release")),
        (1, lambda: send("/distill/follow", chance.choice((0.0, 1.0)))),
    ]  # fmt: skip
    weights, actions = zip(*doings, strict=True)
    (action,) = chance.choices(actions, weights)
    action()


def states_of(rig: LiveRig) -> int:
    """How many states the history has."""
    # The performer's client has not read the answers to its edits, so it has no room for more.
    listener = OscClient(rig.server.osc.port)
    try:
        return int(str(listener.ask("/distill/history", 1)[0])) + 1
    finally:
        listener.close()


if __name__ == "__main__":
    main()

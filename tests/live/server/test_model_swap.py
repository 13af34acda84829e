"""Swaps between real processes that pretend to be engines; the test is the mixer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from distill_live.live.engine.settings import EngineSettings
from distill_live.live.playback.deck_mixer import DeckControl
from distill_live.live.server.deck import Deck
from distill_live.live.server.model_swap import ModelSwap
from distill_live.live.server.supervisor import Supervisor
from distill_live.parameters import ParameterStore
from tests.conftest import save_empty_model
from tests.live.server import workers
from tests.live.server.test_supervisor import is_running
from tests.tools import wait_until


class Rig:
    """Model "zero" plays on deck 0; what is told of swaps is in `told`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parameters, self.control = ParameterStore(), DeckControl()
        self.source = workers.LateSource(imported=True)
        self.decks = (
            Deck(0, parameters, False, processes=self.source),
            Deck(1, parameters, False, processes=self.source),
        )
        zero = self.model("zero", loudness_lufs=-18.0)
        self.decks[0].put(zero, "cpu", EngineSettings())
        self.supervisor = Supervisor(
            self.decks[0].worker,
            on_message=lambda worker, message: None,
            on_failure=lambda worker, why: None,
            on_hopeless=lambda worker: None,
        )
        self.told: list[tuple[str, int]] = []
        self.said: list[str] = []
        self.swap = ModelSwap(
            self.decks, self.control, self.supervisor, parameters, self.said.append
        )
        self.swap.on_begin = lambda deck: self.told.append(("begin", deck.number))
        self.swap.on_end = lambda deck: self.told.append(("end", deck.number))
        self.pids: list[int] = []

    def model(self, name: str, **metadata: object) -> Path:
        return save_empty_model(self.folder, name, prior={"layers": 1}, **metadata)

    def poll(self) -> None:
        self.supervisor.poll()
        self.swap.poll("cpu", EngineSettings())
        self.pids += {d.worker.pid for d in self.decks if d.worker.pid} - {*self.pids}

    def poll_until(self, condition: Callable[[], object], what: str) -> None:
        def look() -> bool:
            self.poll()
            return bool(condition())

        wait_until(look, what)

    def bring(self, name: str, **metadata: object) -> None:
        """Ask for a model, until the mixer is to fade to it."""
        self.swap.ask(str(self.model(name, **metadata)))
        self.poll_until(lambda: self.control.busy, name)

    def fade(self) -> None:
        """The whole fade that was asked for, as the mixer does it."""
        self.control.begin(self.control.wanted, 0)
        self.control.finish()

    def end(self) -> None:
        """As the server ends."""
        self.supervisor.end()
        self.swap.end()


@contextmanager
def playing(folder: Path) -> Iterator[Rig]:
    rig = Rig(folder)
    rig.supervisor.start()
    try:
        yield rig
    finally:
        rig.end()
    assert not any(map(is_running, rig.pids))


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., None]], None]:
    """Lets the decks use other engines from now on."""
    return lambda target: monkeypatch.setattr("distill_live.live.server.deck.run_engine", target)


Use = Callable[[Callable[..., None]], None]


def test_nobody_waits_for_the_old_engine_but_its_deck_is_not_used_before_it_is_gone(
    use: Use, tmp_path: Path
) -> None:
    use(workers.deaf_engine)
    with playing(tmp_path) as rig:
        rig.poll_until(lambda: rig.decks[0].ready_seconds, "sound")
        old = rig.decks[0].worker.pid
        assert old is not None
        use(workers.engine)
        rig.bring("one")
        rig.fade()
        rig.poll()
        assert rig.told == [("begin", 1), ("end", 1)]
        assert is_running(old)
        rig.swap.ask(str(rig.model("two")))
        rig.poll()
        assert is_running(old)
        assert rig.decks[0].name == "zero"
        rig.poll_until(lambda: rig.decks[0].name == "two", "the next model")
        assert not is_running(old)
        rig.poll_until(lambda: rig.control.busy, "its sound")
        rig.fade()
        rig.poll()
        assert rig.told[2:] == [("begin", 0), ("end", 0)]
    assert rig.said == ["loading one", "loading two"]


def test_every_model_plays_as_loud_as_the_first_one(use: Use, tmp_path: Path) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        gains = []
        for number, (name, lufs) in enumerate((("soft", -40.8), ("loud", -9.0), ("same", -18.0))):
            rig.bring(name, loudness_lufs=lufs)
            gains.append(20.0 * np.log10(rig.control.gain(1 - number % 2)))
            rig.fade()
            rig.poll()
            rig.poll_until(lambda: not rig.swap.loading, "the end of the fade")
    assert gains == pytest.approx([22.8, -9.0, 0.0])


def test_a_model_that_another_one_overtakes_is_told_to_whoever_asked(
    use: Use, tmp_path: Path
) -> None:
    use(workers.engine)
    told: list[tuple[object, ...]] = []
    with playing(tmp_path) as rig:
        rig.swap.on_overtaken = lambda *outcome: told.append(outcome)
        rig.bring("one")
        for name in ("two", "two", "three"):
            rig.swap.ask(name)
        assert rig.swap.asked == str(tmp_path / "one.distill")
    text = "two was not loaded: three was asked for instead"
    assert told == [(text, True, ("two",))]
    assert rig.said[-1] == text


def test_a_model_that_fails_to_load_is_not_waited_for_either(use: Use, tmp_path: Path) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        use(workers.fail)
        rig.swap.ask(str(rig.model("one")))
        rig.poll_until(lambda: len(rig.said) == 2, "the failure")
        assert rig.said == [
            "loading one",
            "zero keeps playing: cannot load one: ended with exit code 7",
        ]
        use(workers.engine)
        rig.bring("two")
        assert rig.decks[1].name == "two"


@pytest.mark.parametrize("over", [False, True])
def test_a_fade_that_began_after_the_last_poll_is_told_at_the_end(
    use: Use, tmp_path: Path, over: bool
) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        rig.bring("one")
        rig.control.begin(1, 100)
        if over:
            rig.control.finish()
        rig.end()
        assert rig.told == [("begin", 1), ("end", 1)]
        assert rig.swap.deck.number == 1


def test_a_fade_that_never_began_is_not_told(use: Use, tmp_path: Path) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        rig.bring("one")
        rig.end()
        assert rig.told == []
        assert rig.swap.deck.number == 0


def test_at_the_end_an_engine_that_is_still_loading_is_ended_too(use: Use, tmp_path: Path) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        use(workers.deaf_engine)
        rig.swap.ask(str(rig.model("one")))
        rig.poll()
        assert len(rig.pids) == 2


def test_a_model_whose_process_cannot_start_yet_is_loaded_later_or_given_up(
    use: Use, tmp_path: Path
) -> None:
    use(workers.engine)
    with playing(tmp_path) as rig:
        rig.source.imported = False
        rig.swap.ask(str(rig.model("one")))
        rig.poll()
        assert rig.swap.loading
        assert rig.decks[1].worker.pid is None
        rig.source.imported = True
        rig.poll_until(lambda: rig.control.busy, "its sound")
        rig.fade()
        rig.poll()
        rig.source.imported = False
        rig.swap.ask(str(rig.model("two")))
        rig.poll_until(lambda: rig.decks[0].name == "two", "the next model")
    assert rig.decks[0].worker.is_gone(0.0)

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from distill_live.control.feedback.feedback import ECHO_SECONDS, MAX_SUBSCRIBERS, Feedback
from distill_live.control.feedback.subscriber import MAX_SAID
from distill_live.control.namespace.address import Reply
from distill_live.errors import ParameterError
from distill_live.parameters import PARAMETERS, ParameterStore

GAIN, SEED = "/distill/gain", "/distill/seed"
TEMPERATURE = "/distill/temperature"


class Stage:
    """A feedback at second `now`, and what each client was sent, as (second, messages)."""

    def __init__(self) -> None:
        self.now = 0.0
        self.labels = ["Structure", "Fine Detail"]
        self.store = ParameterStore()
        self.feedback = Feedback(self.store, lambda: self.labels, lambda: self.now)
        self.sent: dict[str, list[tuple[float, list[Reply]]]] = {}

    def subscribe(
        self,
        key: str,
        rate: float = 30.0,
        pattern: str | Sequence[str] | None = None,
        ttl: float | None = 60.0,
        echo: bool = False,
    ) -> None:
        sent = self.sent.setdefault(key, [])

        def send(messages: Sequence[Reply]) -> None:
            sent.append((self.now, list(messages)))

        self.feedback.subscribe(key, send, rate, pattern, ttl, echo)

    def tick(self, until: float, step: float = 0.01) -> None:
        """Let time pass, with a tick after each step."""
        while self.now < until - step / 2:
            self.now = round(self.now + step, 9)
            self.feedback.tick(self.now)

    def heard(self, key: str) -> list[Reply]:
        """All messages sent to a client since the last call."""
        found = [message for _, messages in self.sent[key] for message in messages]
        self.sent[key].clear()
        return found


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_subscriber_has_the_whole_state_at_once(stage: Stage) -> None:
    stage.store.set("gain", 0.25)
    stage.store.set("temperature", 0.5, 1)
    stage.subscribe("a")
    [(second, messages)] = stage.sent["a"]
    state = dict(messages)
    assert second == 0.0
    assert len(state) == len(messages)
    assert state[GAIN] == (0.25,)
    assert state[SEED] == (0,) and isinstance(state[SEED][0], int)
    assert state["/distill/steer/loudness"] == ("off",)
    assert state[f"{TEMPERATURE}/structure"] == (1.0,)
    assert state[f"{TEMPERATURE}/fine_detail"] == (0.5,)
    levels = sum(parameter.per_level for parameter in PARAMETERS.values())
    assert len(state) == len(PARAMETERS) + 2 * 2 * levels
    assert state[f"{TEMPERATURE}/structure/own"] == (0,)
    assert state[f"{TEMPERATURE}/fine_detail/own"] == (1,)


def test_what_changes_is_sent_and_nothing_else(stage: Stage) -> None:
    stage.subscribe("a")
    stage.heard("a")
    stage.tick(1.0)
    assert stage.sent["a"] == []
    stage.store.set("gain", 0.5)
    stage.store.set("seed", 3)
    stage.tick(2.0)
    assert [messages for _, messages in stage.sent["a"]] == [[(SEED, (3,)), (GAIN, (0.5,))]]


def test_a_level_that_follows_the_global_value_changes_with_it(stage: Stage) -> None:
    stage.subscribe("a")
    stage.store.set("temperature", 0.5, 1)
    stage.tick(0.5)
    stage.heard("a")
    stage.store.set("temperature", 0.75)
    stage.tick(1.0)
    assert stage.heard("a") == [(TEMPERATURE, (0.75,)), (f"{TEMPERATURE}/structure", (0.75,))]
    stage.store.follow("temperature", 1)
    stage.tick(1.5)
    assert dict(stage.heard("a")) == {
        f"{TEMPERATURE}/fine_detail": (0.75,), f"{TEMPERATURE}/fine_detail/own": (0,)
    }  # fmt: skip


def test_a_parameter_that_is_switched_off_says_so(stage: Stage) -> None:
    stage.subscribe("a")
    stage.store.set("steer/loudness", 0.5)
    stage.tick(0.5)
    stage.store.turn_off("steer/loudness")
    stage.heard("a")
    stage.tick(1.0)
    assert stage.heard("a") == [("/distill/steer/loudness", ("off",))]


def test_the_latest_value_wins_at_the_rate_that_was_asked_for(stage: Stage) -> None:
    stage.subscribe("fast", 30.0)
    stage.subscribe("slow", 5.0)
    for key in stage.sent:
        stage.heard(key)
    for step in range(200):
        stage.store.set("gain", step / 100)
        stage.tick((step + 1) / 100)
    stage.tick(3.0)
    assert len(stage.sent["slow"]) in (10, 11)
    assert 58 <= len(stage.sent["fast"]) <= 62
    for sent in stage.sent.values():
        values = [messages[0][1][0] for _, messages in sent]
        assert values == sorted(values)
        assert values[-1] == 1.99
        assert all(len(messages) == 1 for _, messages in sent)


def test_a_change_after_a_pause_is_told_at_the_next_tick(stage: Stage) -> None:
    stage.subscribe("a", 0.5, GAIN)
    stage.tick(5.0)
    stage.heard("a")
    stage.store.set("gain", 0.5)
    stage.tick(5.01)
    assert stage.heard("a") == [(GAIN, (0.5,))]


def test_after_a_pause_nothing_is_caught_up_on(stage: Stage) -> None:
    stage.subscribe("a", 10.0, GAIN)
    stage.tick(5.0)
    stage.heard("a")
    for step in range(20):
        stage.store.set("gain", step / 100)
        stage.tick(5.0 + (step + 1) / 100)
    assert len(stage.sent["a"]) <= 3


def test_who_moves_a_control_hears_it_when_it_has_rested(stage: Stage) -> None:
    stage.subscribe("mover", pattern=[GAIN, SEED])
    stage.subscribe("other", pattern=GAIN)
    stage.heard("mover"), stage.heard("other")
    for step in range(50):
        stage.store.set("gain", step / 100)
        stage.feedback.touched("mover", "gain")
        stage.tick((step + 1) / 100)
    assert stage.sent["mover"] == []
    assert len(stage.sent["other"]) > 10
    stage.store.set("seed", 9)
    stage.tick(1.0)
    [(first, seed), (second, gain)] = stage.sent["mover"]
    assert (seed, gain) == ([(SEED, (9,))], [(GAIN, (0.49,))])
    assert first < 0.49 + ECHO_SECONDS <= second + 1e-9


def test_who_moves_a_control_hears_the_true_value_even_if_it_is_as_before(stage: Stage) -> None:
    stage.store.set("gain", 2.0)
    stage.subscribe("a", pattern="/distill/gain")
    stage.heard("a")
    # A message of 7 was clipped to what it was.
    stage.feedback.touched("a", "gain")
    stage.tick(1.0)
    assert stage.heard("a") == [(GAIN, (2.0,))]


def test_with_echo_who_moves_a_control_hears_the_true_value_at_once(stage: Stage) -> None:
    stage.store.set("gain", 2.0)
    stage.subscribe("a", pattern=GAIN, echo=True)
    stage.heard("a")
    for step in range(20):
        stage.feedback.touched("a", "gain")
        stage.tick((step + 1) / 20)
    assert len(stage.heard("a")) >= 19


@pytest.mark.parametrize("name", ["temperature/fine_detail", "temperature/2"])
def test_a_level_is_held_back_from_who_moves_it_by_name_or_number(stage: Stage, name: str) -> None:
    stage.subscribe("a", pattern=f"{TEMPERATURE}/*")
    stage.heard("a")
    stage.store.set("temperature", 0.5, 1)
    stage.feedback.touched("a", name)
    stage.tick(0.15)
    assert stage.heard("a") == []
    stage.tick(0.3)
    assert stage.heard("a") == [(f"{TEMPERATURE}/fine_detail", (0.5,))]


def test_moving_what_is_not_known_or_by_nobody_does_no_harm(stage: Stage) -> None:
    stage.subscribe("a")
    stage.heard("a")
    for name in ("nothing", "gain/9", "temperature/99999999999", "temperature/²", ""):
        stage.feedback.touched("a", name)
        stage.feedback.touched(None, name)
        stage.feedback.touched("nobody", name)
    stage.tick(1.0)
    assert stage.heard("a") == []


def test_a_pattern_chooses_addresses_and_travel_is_among_them(stage: Stage) -> None:
    stage.subscribe("a", pattern="/distill/{gain,seed}")
    stage.subscribe("b", pattern=["/distill/gain/norm", "/distill/*/fine_detail/norm"])
    assert stage.heard("a") == [(SEED, (0,)), (GAIN, (1.0,))]
    assert dict(stage.heard("b"))["/distill/gain/norm"] == (0.5,)
    stage.store.set("gain", 2.0)
    stage.store.set("temperature", 0.1, 1)
    stage.tick(0.5)
    assert stage.heard("b") == [
        (f"{TEMPERATURE}/fine_detail/norm", (0.0,)), ("/distill/gain/norm", (1.0,)),
    ]  # fmt: skip
    assert stage.heard("a") == [(GAIN, (2.0,))]


def test_a_stream_goes_to_those_with_a_pattern_for_it_and_the_latest_wins(stage: Stage) -> None:
    stage.subscribe("all", pattern=None)
    stage.subscribe("visuals", pattern="/distill/stream/*")
    stage.heard("all")
    assert stage.heard("visuals") == []
    for number in range(5):
        stage.feedback.publish("/distill/stream/column", number)
    stage.feedback.publish("/distill/stream/codes", 1, 2, 3)
    stage.tick(0.5)
    assert stage.heard("all") == []
    assert stage.heard("visuals") == [
        ("/distill/stream/column", (4,)), ("/distill/stream/codes", (1, 2, 3)),
    ]  # fmt: skip
    stage.feedback.publish("/distill/stream/column", 4)
    stage.tick(1.0)
    assert stage.heard("visuals") == []
    stage.subscribe("late", pattern="/distill/stream/column")
    assert stage.heard("late") == [("/distill/stream/column", (4,))]


def test_every_announcement_is_heard_in_order(stage: Stage) -> None:
    stage.subscribe("all")
    stage.subscribe("gain", pattern=GAIN)
    stage.subscribe("done", pattern="/distill/done")
    for sent in stage.sent.values():
        sent.clear()
    told = [("/distill/done", ("prime", str(number))) for number in range(3)]
    for address, arguments in told:
        assert stage.feedback.announce(address, *arguments) == {"all", "done"}
    stage.tick(0.5)
    assert stage.heard("all") == stage.heard("done") == told
    assert stage.heard("gain") == []


def test_of_too_many_announcements_the_newest_are_heard(stage: Stage) -> None:
    stage.subscribe("a", pattern="/distill/done")
    for number in range(MAX_SAID + 10):
        stage.feedback.announce("/distill/done", number)
    stage.tick(0.5)
    assert stage.heard("a") == [("/distill/done", (n,)) for n in range(10, MAX_SAID + 10)]


def test_another_model_s_levels_are_reported(stage: Stage) -> None:
    stage.subscribe("a", pattern=f"{TEMPERATURE}/*")
    stage.heard("a")
    stage.labels[:] = ["Structure", "Timbre", "Detail"]
    stage.tick(0.5)
    assert [address for address, _ in stage.heard("a") if not address.endswith("/norm")] == [
        f"{TEMPERATURE}/structure", f"{TEMPERATURE}/timbre", f"{TEMPERATURE}/detail",
    ]  # fmt: skip


def test_a_subscription_ends_with_its_time_and_is_renewed_with_the_whole_state(
    stage: Stage,
) -> None:
    stage.subscribe("a", pattern=GAIN, ttl=10.0)
    stage.subscribe("static", pattern=GAIN, ttl=None)
    stage.tick(9.0, 1.0)
    stage.subscribe("a", pattern=GAIN, ttl=10.0)
    assert stage.heard("a") == [(GAIN, (1.0,)), (GAIN, (1.0,))]
    stage.tick(18.0, 1.0)
    assert stage.feedback.listens("a")
    stage.tick(1000.0, 1.0)
    assert not stage.feedback.listens("a")
    assert stage.feedback.listeners == 1
    stage.store.set("gain", 0.5)
    stage.tick(1001.0, 1.0)
    assert stage.heard("a") == []
    assert stage.heard("static")[-1] == (GAIN, (0.5,))


def test_a_renewal_does_not_echo_what_is_being_moved(stage: Stage) -> None:
    stage.subscribe("a", pattern=GAIN)
    stage.heard("a")
    stage.store.set("gain", 0.5)
    stage.feedback.touched("a", "gain")
    stage.subscribe("a", pattern=GAIN)
    assert stage.heard("a") == []
    stage.tick(0.5)
    assert stage.heard("a") == [(GAIN, (0.5,))]


def test_who_unsubscribes_hears_nothing_more(stage: Stage) -> None:
    stage.subscribe("a")
    stage.heard("a")
    stage.feedback.unsubscribe("a")
    stage.feedback.unsubscribe("nobody")
    stage.store.set("gain", 0.5)
    stage.tick(1.0)
    assert stage.heard("a") == []


def test_a_client_that_cannot_be_sent_to_is_forgotten_and_the_others_hear(stage: Stage) -> None:
    def fail(_: Sequence[Reply]) -> None:
        raise ConnectionError("gone")

    stage.feedback.subscribe("gone at once", fail)
    stage.feedback.subscribe("gone", fail, pattern="/distill/stream/level")
    stage.subscribe("a", pattern=GAIN)
    stage.feedback.publish("/distill/stream/level", 1.0)
    stage.store.set("gain", 0.5)
    stage.tick(0.5)
    assert stage.heard("a")[-1] == (GAIN, (0.5,))
    assert stage.feedback.listeners == 1


@pytest.mark.parametrize("rate", [0.0, -1.0, 101.0, float("nan")])
def test_a_rate_that_is_not_legal_is_refused(stage: Stage, rate: float) -> None:
    with pytest.raises(ParameterError, match=r"rate must be 0\.1\.\.100 Hz"):
        stage.subscribe("a", rate)
    assert not stage.feedback.listens("a")


def test_more_subscribers_than_there_may_be_are_refused_but_may_renew(stage: Stage) -> None:
    for number in range(MAX_SUBSCRIBERS):
        stage.subscribe(str(number))
    with pytest.raises(ParameterError, match="64 clients are already subscribed"):
        stage.subscribe("one more")
    stage.subscribe("0")


def test_no_change_is_lost_when_all_come_from_many_threads(stage: Stage) -> None:
    stage.subscribe("a", 100.0, ttl=None)
    ended = threading.Event()

    def move(name: str, values: Sequence[float]) -> None:
        for value in values:
            stage.store.set(name, value)
            stage.feedback.touched("nobody", name)
            stage.feedback.publish("/distill/stream/column", value)

    def tick() -> None:
        while not ended.is_set():
            stage.now += 0.01
            stage.feedback.tick(stage.now)

    ticker = threading.Thread(target=tick)
    ticker.start()
    steps = [step / 500 for step in range(1001)]
    movers = [threading.Thread(target=move, args=(name, steps)) for name in ("gain", "top_p")]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    ended.set()
    ticker.join()
    stage.tick(stage.now + 1.0)
    last = dict(stage.heard("a"))
    assert (last[GAIN], last["/distill/top_p"]) == ((2.0,), (1.0,))

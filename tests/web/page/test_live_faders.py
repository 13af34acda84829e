"""The faders of the Live tab, used as a performer uses them, in front of a real server."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.commands.server_process import OscClient
from tests.tools import wait_until
from tests.web.page.conftest import PRESS_SECONDS, OpenPage, Served
from tests.web.page.live_tab import control, drag, fader, place_of, show, value
from tests.web.page.opened import KeptPage

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def page(kept_page: KeptPage) -> Page:
    return show(kept_page)


def press_twice(page: Page, target: Locator) -> None:
    """Two clicks as a hand does them, a little apart."""
    box = place_of(target)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2):
        page.mouse.down(click_count=count)
        time.sleep(PRESS_SECONDS)
        page.mouse.up(click_count=count)


def test_an_osc_subscriber_hears_of_a_fader_that_is_dragged(page: Page, served: Served) -> None:
    expect(control(page, "gain")).to_be_visible()
    with Subscription(served.osc, "/distill/gain") as listener:
        drag(page, control(page, "gain"), 0.5, 0.25)
        assert listener.hears("/distill/gain") == pytest.approx(0.5, abs=0.05)


def test_a_fader_follows_what_osc_sends(page: Page, served: Served) -> None:
    fader = control(page, "gain")
    expect(fader).to_have_attribute("aria-valuetext", "1.00")
    served.osc.send("/distill/gain", 0.25)
    expect(fader).to_have_attribute("aria-valuetext", "0.25")


def test_one_level_is_moved_alone(page: Page, served: Served) -> None:
    drag(page, control(page, "temperature/structure"), 0.5, 0.9, vertical=True)
    wait_until(lambda: value(served.osc, "temperature/structure") > 1.5, "the level's own value")
    assert value(served.osc, "temperature") == 1.0


def test_a_double_click_resets(page: Page, served: Served) -> None:
    served.osc.send("/distill/gain", 0.25)
    fader = control(page, "gain")
    expect(fader).to_have_attribute("aria-valuetext", "0.25")
    press_twice(page, fader)
    expect(fader).to_have_attribute("aria-valuetext", "1.00")


def test_a_value_can_be_typed(page: Page, served: Served) -> None:
    page.get_by_role("button", name=re.compile("^Gain")).click()
    page.keyboard.type("0,4")
    page.keyboard.press("Enter")
    wait_until(lambda: value(served.osc, "gain") == pytest.approx(0.4), "the typed value")


def test_what_is_no_number_is_explained(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Gain")).click()
    page.keyboard.type("loud")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Gain takes a number")


def test_a_fader_is_moved_and_reset_by_keyboard(page: Page, served: Served) -> None:
    fader = control(page, "gain")
    fader.focus()
    page.keyboard.press("End")
    wait_until(lambda: value(served.osc, "gain") == 2.0, "the highest value")
    page.keyboard.press("Delete")
    expect(fader).to_have_attribute("aria-valuetext", "1.00")


def test_learning_is_begun_from_the_menu_of_a_control(page: Page) -> None:
    control(page, "gain").click(button="right")
    page.get_by_role("menuitem", name=re.compile("Learn")).click()
    # Either it waits for a control, or it says why it cannot.
    waiting = page.locator("[data-learning]").or_(page.get_by_role("alert"))
    expect(waiting.first).to_contain_text(re.compile("gain|MIDI", re.IGNORECASE))


def test_a_fader_says_what_moves_it(page: Page) -> None:
    expect(fader(page, "gain").locator(".fader-note")).to_have_text("cc 7, osc")
    expect(fader(page, "gain")).to_have_attribute("title", re.compile("Moved by cc 7"))
    expect(fader(page, "temperature/structure").locator(".fader-note")).to_have_count(0)


def test_a_fader_shows_that_a_control_is_being_learned_for_it(open_page: OpenPage) -> None:
    page = open_page()

    def learn(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            # As if somebody else had begun it: there may be no MIDI here.
            if isinstance(message, str) and '"name":"server"' in message.replace(" ", ""):
                found = json.loads(message)
                found["value"]["learning"] = "gain"
                message = json.dumps(found)
            route.send(message)

        server.on_message(pass_on)

    page.route_web_socket("**/page/socket", learn)
    page.reload()
    expect(fader(page, "gain")).to_have_class(re.compile("learning"))
    expect(fader(page, "gain")).to_contain_text("move a control")
    expect(page.locator("[data-learning]")).to_contain_text("Gain")


def test_without_a_clip_blend_says_what_it_needs_and_does_nothing(
    page: Page, served: Served
) -> None:
    blend = fader(page, "blend")
    expect(blend).to_contain_text("load or capture a clip first")
    drag(page, control(page, "blend"), 0.1, 0.9)
    served.osc.ask("/distill/ping")
    assert value(served.osc, "blend") == 0
    served.osc.send("/distill/blend", 0.5)
    expect(control(page, "blend")).to_have_attribute("aria-valuetext", "0.50")
    expect(control(page, "blend")).to_have_attribute("aria-disabled", "true")


class Subscription:
    """An OSC client that is told the changes of an address."""

    def __init__(self, osc: OscClient, address: str) -> None:
        self._client, self._address = OscClient(osc.port), address

    def __enter__(self) -> Subscription:
        self._client.send("/distill/subscribe", 0, 60.0, self._address)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def hears(self, address: str) -> Any:
        """The newest value once nothing more comes."""
        found: list[Any] = []
        with suppress(TimeoutError):
            while True:
                found += [values[0] for told, values in self._client.hear_all() if told == address]
        return found[-1]

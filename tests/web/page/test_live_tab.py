"""The controls of the Live tab, used as a performer uses them, in front of a real server."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, Route, WebSocketRoute, expect

from tests.commands.server_process import OscClient, ServerProcess
from tests.installed_plugin import install_plugin
from tests.tools import read_line, wait_until
from tests.web.page.conftest import PRESS_SECONDS, OpenPage, Served, hold
from tests.web.page.opened import KeptPage

_PLUGIN = """
from distill_live.parameters import Parameter


class Plugin:
    name = "sieve"
    doc = "Keep only some of the codes."
    window = 1
    parameters = (Parameter("keep", "float", 0.0, 1.0, 0.5, "", "How many codes to keep."),)

    def __call__(self, codes, context):
        return codes
"""


@pytest.fixture(autouse=True)
def defaults(served: Served) -> None:
    """Every test begins with the defaults."""
    served.osc.send("/distill/reset")
    served.osc.ask("/distill/ping")


@pytest.fixture
def page(kept_page: KeptPage) -> Page:
    """The page once everything is in its place."""
    page = kept_page.show("live")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the levels, the timeline and the transport are shown."""
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    expect(control(page, "temperature/structure")).to_be_visible()


def control(page: Page, name: str) -> Locator:
    """The control of an address, such as "temperature/structure"."""
    return page.locator(f'[data-name="{name}"]').first


def fader(page: Page, name: str) -> Locator:
    """The whole fader of an address, with its number."""
    return page.locator(".fader").filter(has=page.locator(f'[data-name="{name}"]')).first


def place_of(target: Locator) -> FloatRect:
    """Where something is on the screen; it is scrolled there first."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    return box


def drag(page: Page, fader: Locator, begin: float, end: float, vertical: bool = False) -> None:
    """Drag a fader from one share of its travel to another, 0..1."""
    box = place_of(fader)

    def place(share: float) -> tuple[float, float]:
        if vertical:
            return box["x"] + box["width"] / 2, box["y"] + box["height"] * (1 - share)
        return box["x"] + box["width"] * share, box["y"] + box["height"] / 2

    hold(page, *place(begin), to=place(end))


def value(osc: OscClient, name: str) -> Any:
    return osc.ask("/distill/get", name)[0]


def press(page: Page, target: Locator) -> None:
    box = place_of(target)
    hold(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


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


def test_what_the_server_refuses_is_shown_in_its_words(page: Page) -> None:
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_label("File").fill("nowhere.wav")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("nowhere.wav")


def test_a_preset_is_stored_and_recalled(page: Page, served: Served) -> None:
    served.osc.send("/distill/gain", 0.3)
    served.osc.ask("/distill/ping")
    press(page, page.get_by_role("button", name="Store"))
    page.get_by_label("Name of the preset").fill("quiet")
    page.keyboard.press("Enter")
    preset = page.locator('[data-preset="quiet"]')
    expect(preset).to_be_visible()
    served.osc.send("/distill/gain", 1.5)
    expect(control(page, "gain")).to_have_attribute("aria-valuetext", "1.50")
    press(page, preset)
    wait_until(lambda: value(served.osc, "gain") == pytest.approx(0.3), "the preset")


def test_play_and_stop_by_keyboard(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()


def test_space_plays_and_stops_after_a_click_but_presses_a_button_reached_by_keyboard(
    page: Page,
) -> None:
    press(page, page.get_by_role("tab", name="Edits"))
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    hold = page.get_by_role("button", name="Hold")
    page.get_by_role("button", name="Stop", exact=True).focus()
    page.keyboard.press("Tab")
    expect(hold).to_be_focused()
    page.keyboard.press("Space")
    expect(hold).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(hold).to_have_attribute("aria-pressed", "false")


def test_a_fader_is_moved_and_reset_by_keyboard(page: Page, served: Served) -> None:
    fader = control(page, "gain")
    fader.focus()
    page.keyboard.press("End")
    wait_until(lambda: value(served.osc, "gain") == 2.0, "the highest value")
    page.keyboard.press("Delete")
    expect(fader).to_have_attribute("aria-valuetext", "1.00")


def test_every_control_is_reached_with_the_tab_key(page: Page) -> None:
    expect(control(page, "gain")).to_be_visible()
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.name"))
    assert {"temperature", "temperature/structure", "gain", "steer/brightness"} <= reached


def test_a_question_mark_lists_the_keys_and_escape_closes(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Play or stop")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


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


def test_a_preset_is_no_longer_lit_once_something_has_changed(page: Page, served: Served) -> None:
    served.osc.send("/distill/preset/store", "lit")
    preset = page.locator('[data-preset="lit"]')
    expect(preset).to_have_attribute("aria-pressed", "true")
    expect(preset).not_to_contain_text("changed")
    served.osc.send("/distill/gain", 0.5)
    expect(preset).to_contain_text("changed")
    press(page, preset)
    expect(preset).not_to_contain_text("changed")
    served.osc.send("/distill/preset/delete", "lit")


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


def test_lengths_are_written_as_people_write_them(page: Page) -> None:
    page.get_by_role("button", name="Length of the loop").click()
    expect(page.get_by_role("menuitemradio", name="½ beat", exact=True)).to_be_visible()
    expect(page.get_by_role("menuitemradio", name="2 beats", exact=True)).to_be_visible()


def test_a_switch_that_is_on_for_some_levels_says_so(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Edits").click()
    switch = control(page, "edit/freeze/on")
    expect(switch).not_to_contain_text("some levels")
    served.osc.send("/distill/edit/freeze/on/timbre", 1)
    expect(switch).to_contain_text("some levels")
    expect(switch).to_have_attribute("aria-checked", "false")


def test_an_edit_is_switched_on_for_one_level(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Edits").click()
    switch = control(page, "edit/mask/on/detail")
    press(page, switch)
    expect(switch).to_have_attribute("aria-checked", "true")
    assert value(served.osc, "edit/mask/on/detail") == 1
    assert value(served.osc, "edit/mask/on") == 0


def test_an_edit_is_undone_by_keyboard(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Edits").click()
    switch = control(page, "edit/mask/on")
    press(page, switch)
    expect(switch).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Control+z")
    expect(switch).to_have_attribute("aria-checked", "false")


def test_every_parameter_has_a_control(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Controls").click()
    expect(control(page, "gain")).to_be_visible()
    shown = page.evaluate("[...document.querySelectorAll('[data-name]')].map(e => e.dataset.name)")
    replies = dict(all_values(served.osc))
    missing = set(replies) - set(shown)
    assert missing == set()


def test_the_search_finds_controls(page: Page) -> None:
    page.get_by_role("tab", name="Controls").click()
    expect(page.get_by_label("Search the controls")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("stutter")
    expect(control(page, "edit/stutter/beats")).to_be_visible()
    expect(page.locator('.controls-view [data-name="gain"]')).to_have_count(0)


def test_incoming_messages_are_shown_with_what_they_move(page: Page, served: Served) -> None:
    page.get_by_role("tab", name="Inputs").click()
    log = page.get_by_role("region", name="Incoming messages")
    expect(log).to_be_visible()
    wait_until(lambda: sent(served, log, "/distill/width", 0.5), "the message in the log")
    served.osc.send("/distill/wdith", 0.5)
    expect(log).to_contain_text("/distill/wdith")


def test_nothing_to_press_is_smaller_than_a_finger(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(control(page, "gain")).to_be_visible()
    small = page.evaluate(
        """[...document.querySelectorAll('button:not(.meter-clip), [role=slider]')]
        .map(e => [e.textContent, e.getBoundingClientRect()])
        .filter(([, b]) => b.width && (b.height < 36 || b.width < 30)).map(([text]) => text)"""
    )
    assert small == []


def test_a_phone_shows_no_part_beyond_its_edge(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(control(page, "gain")).to_be_visible()
    assert page.evaluate("document.querySelector('.main').scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_is_light(open_page: OpenPage) -> None:
    page = open_page(unused=True)
    settle(page)
    arrived = page.evaluate(
        "performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)"
    )
    assert 0 < arrived < 300_000


@pytest.fixture
def with_plugin(kept_page: KeptPage, calm_model_path: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server that has an edit of a plugin."""
    kept_page.close()
    environment = install_plugin(tmp_path, "edits", "sieve", _PLUGIN)
    arguments = (str(calm_model_path), "--output", "clock", "--web", "127.0.0.1:0")
    with ServerProcess(*arguments, environment=environment) as server:
        yield web_address(server)
        server.end()


def test_a_plugins_edit_has_controls(open_page: OpenPage, with_plugin: str) -> None:
    page = open_page(with_plugin)
    settle(page)
    page.get_by_role("tab", name="Edits").click()
    press(page, control(page, "edit/sieve/on"))
    expect(control(page, "edit/sieve/on")).to_have_attribute("aria-checked", "true")
    drag(page, control(page, "edit/sieve/keep"), 0.5, 0.8)
    expect(control(page, "edit/sieve/keep")).to_have_attribute("aria-valuetext", "0.80")


def test_a_tab_that_loads_late_does_not_replace_one_that_was_chosen_after_it(
    open_page: OpenPage,
) -> None:
    page = open_page()
    settle(page)
    late: list[Route] = []
    page.route("**/library/tab.js", lambda route: late.append(route))
    page.evaluate("location.hash = 'library'")
    timeline = page.get_by_role("application", name=re.compile("Timeline"))
    expect(timeline).to_be_hidden()
    page.evaluate("location.hash = 'live'")
    expect(timeline).to_be_visible()
    wait_until(lambda: page.wait_for_timeout(20) or late, "the request for the tab")
    with page.expect_response("**/library/tab.js"):
        late[0].continue_()
    page.wait_for_timeout(500)
    expect(timeline).to_be_visible()
    expect(page.get_by_role("region", name="Models")).to_be_hidden()


def test_a_capture_is_of_what_was_heard_before_its_dialog_was_opened(
    page: Page, served: Served
) -> None:
    # As if someone took a while to find a name.
    page.get_by_role("button", name="Capture", exact=True).click()
    dialog = page.get_by_role("dialog", name="Capture what was heard")
    name = dialog.get_by_label("Name of the clip")
    name.fill("slow")
    page.wait_for_timeout(1_500)
    sent = page.evaluate_handle("""() => {
      const sent = [], { send } = WebSocket.prototype
      WebSocket.prototype.send = function (text) {
        sent.push(text)
        return send.call(this, text)
      }
      return sent
    }""")
    dialog.get_by_role("button", name="Capture", exact=True).click()
    page.locator('[data-clip="slow"]').wait_for()
    [text] = [one for one in sent.json_value() if "/distill/capture" in one]
    [[_, seconds, given, ago]] = json.loads(text)["messages"]
    assert (seconds, given) == (4, "slow") and ago >= 1.5
    served.osc.send("/distill/clip/delete", "slow")


def test_a_lost_connection_is_shown_until_it_is_back(
    kept_page: KeptPage, open_page: OpenPage, calm_model_path: Path
) -> None:
    kept_page.close()
    with ServerProcess(str(calm_model_path), "--output", "clock", "--web", "127.0.0.1:0") as first:
        address = web_address(first)
        page = open_page(address)
        settle(page)
        first.end()
    lost = page.get_by_role("alert").filter(has_text="connection to the instrument is lost")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("Trying again … What you see", use_inner_text=True)
    expect(page.locator(".main")).to_have_css("opacity", "0.5")
    web = address.removeprefix("http://")
    with ServerProcess(str(calm_model_path), "--output", "clock", "--web", web) as second:
        expect(lost).to_be_hidden()
        expect(page.locator(".main")).to_have_css("opacity", "1")
        second.osc.send("/distill/gain", 0.25)
        expect(control(page, "gain")).to_have_attribute("aria-valuetext", "0.25")
        second.end()


def web_address(server: ServerProcess) -> str:
    """Where a server's page is."""
    assert server.process.stdout is not None
    found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
    assert found is not None
    return found[0]


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


def all_values(osc: OscClient) -> Iterator[tuple[str, Any]]:
    """Every parameter by its address without /distill/, with its value."""
    client = OscClient(osc.port)
    client.send("/distill/get")
    with suppress(TimeoutError):
        while True:
            for address, values in client.hear_all():
                name = address.removeprefix("/distill/")
                if not name.endswith(("/own", "/norm")) and not name.startswith("stream/"):
                    yield name, values[0]
    client.close()


def sent(served: Served, log: Locator, address: str, number: float) -> bool:
    """Send once more and see whether it is in the log: watching begins a moment after the view."""
    served.osc.send(address, number)
    return address in (log.text_content() or "")

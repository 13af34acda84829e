"""The page around the Live tab: its keys, its size on a phone, its tabs and its connection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.commands.server_process import ServerProcess
from tests.tools import wait_until
from tests.web.page.conftest import OpenPage
from tests.web.page.live_tab import control, press, settle, show, web_address
from tests.web.page.opened import KeptPage

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def page(kept_page: KeptPage) -> Page:
    return show(kept_page)


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

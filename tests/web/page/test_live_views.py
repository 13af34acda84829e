"""The views of the Live tab: presets, clips, edits, all controls, incoming messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.commands.server_process import OscClient, ServerProcess
from tests.installed_plugin import install_plugin
from tests.tools import wait_until
from tests.web.page.conftest import OpenPage, Served
from tests.web.page.live_tab import control, drag, press, settle, show, value, web_address
from tests.web.page.opened import KeptPage

pytestmark = pytest.mark.usefixtures("defaults")

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


@pytest.fixture
def page(kept_page: KeptPage) -> Page:
    return show(kept_page)


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

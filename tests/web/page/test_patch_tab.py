"""The Patch tab, as a user goes through it, with a real server and a real patch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.page.conftest import OpenPage, axe_faults, shot
from tests.web.page.workshop import PATCH, Stage, open_stage

PRESS_MS = 80


@pytest.fixture(scope="module")
def served(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("patch"), calm_model_path) as found:
        yield found


@pytest.fixture
def tab(served: Stage, open_page: OpenPage) -> Page:
    served.patch.write_text(PATCH)
    page = open_page("/#patch")
    expect(text_of(page)).to_have_value(PATCH)
    expect(page.locator(".mapping")).to_have_count(2)
    return page


def text_of(page: Page) -> Locator:
    return page.get_by_label("Patch, as YAML")


def test_a_value_runs_along_its_mapping(tab: Page, served: Stage) -> None:
    meter = tab.get_by_role("meter", name="temperature")
    served.osc.send("/1/fader1", 0.5)
    expect(meter).to_have_attribute("aria-valuetext", "1.00")
    served.osc.send("/1/fader1", 1.0)
    expect(meter).to_have_attribute("aria-valuetext", "1.80")
    expect(tab.get_by_label("Messages, newest first")).to_contain_text("/1/fader1")
    shot(tab, "patch")
    assert axe_faults(tab) == []


def test_a_message_that_leads_nowhere_is_seen(tab: Page, served: Stage) -> None:
    served.osc.send("/no/such/fader", 0.5)
    expect(tab.get_by_label("Messages, newest first")).to_contain_text("/no/such/fader")


def test_a_mistake_is_told_at_its_line_and_not_saved(tab: Page, served: Stage) -> None:
    text_of(tab).fill(PATCH.replace("to: gain", "to: gian"))
    button = tab.get_by_role("button", name="Line 6")
    expect(button).to_be_visible()
    expect(tab.get_by_role("status").filter(has=button)).to_contain_text("did you mean 'gain'")
    expect(tab.locator(".line-numbers .wrong")).to_have_text("6")
    tab.get_by_role("button", name="Save").click(delay=PRESS_MS)
    assert served.patch.read_text() == PATCH
    button.click(delay=PRESS_MS)
    expect(text_of(tab)).to_be_focused()


def test_a_change_is_saved_with_its_comments_and_in_use_at_once(tab: Page, served: Stage) -> None:
    new = PATCH + "  # The second fader.\n  - {from: {osc: /1/fader2}, to: width}\n"
    text_of(tab).fill(new)
    text_of(tab).press("Control+s")
    expect(tab.get_by_text(re.compile("^Saved to "))).to_be_visible()
    expect(tab.locator(".mapping")).to_have_count(3)
    assert served.patch.read_text() == new
    assert served.patch.with_name("workshop.yaml.bak").read_text() == PATCH
    served.osc.send("/1/fader2", 0.25)
    expect(tab.get_by_role("meter", name="width")).to_have_attribute("aria-valuetext", "0.25")


def test_a_patch_that_another_program_has_changed_is_not_overwritten(
    tab: Page, served: Stage
) -> None:
    text_of(tab).fill(PATCH + "# here\n")
    served.patch.write_text(PATCH + "# there\n")
    tab.get_by_role("button", name="Save").click(delay=PRESS_MS)
    expect(tab.get_by_text("was changed by another program")).to_be_visible()
    assert served.patch.read_text() == PATCH + "# there\n"


def test_the_button_of_a_long_message_is_as_wide_as_its_text(tab: Page) -> None:
    text_of(tab).fill(PATCH.replace("to: gain", "to: " + "gian_" * 60))
    button = tab.get_by_role("button", name="Line 6")
    expect(button).to_be_visible()
    assert button.evaluate("(one) => one.scrollWidth <= one.clientWidth")

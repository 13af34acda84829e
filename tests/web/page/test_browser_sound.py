"""The sound of the instrument in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

#: For how long there must be no gap, in seconds, and how often that is tried: on a busy machine the
#: browser may get nothing for longer than its buffer lasts.
SECONDS, TRIES = 10, 6


def hear_no_gap(report: Locator) -> None:
    """Listen until there has been no gap for a while."""
    for _ in range(TRIES):
        before = report.get_attribute("data-gaps")
        report.page.wait_for_timeout(1000 * SECONDS)
        if report.get_attribute("data-gaps") == before:
            return
    pytest.fail(f"{report.get_attribute('data-gaps')} gaps, at least one every {SECONDS} s")


def test_the_sound_in_the_browser_has_no_gap_and_goes_on_in_every_tab(page: Page) -> None:
    page.evaluate("localStorage.setItem('distill.sound.latency', '1000')")
    page.reload()
    notice = page.get_by_role("status").filter(has_text="No sound device is playing")
    notice.get_by_role("button", name="Listen here").click()
    expect(notice).to_be_hidden()
    page.evaluate("location.hash = 'library'")
    speaker = page.get_by_role("button", name="Stop the sound in this browser")
    expect(speaker).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Sound in this browser", exact=True).click()
    report = page.locator("[data-playing='true']")
    report.wait_for()
    hear_no_gap(report)
    page.get_by_role("dialog").get_by_role("button", name="Stop listening").click()
    page.get_by_text("Not playing here.").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Listen in this browser")).to_be_visible()
    notice.get_by_role("button", name="Hide").click()
    page.reload()
    expect(page.get_by_role("button", name="Listen in this browser")).to_be_visible()
    expect(notice).to_be_hidden()

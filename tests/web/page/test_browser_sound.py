"""The sound of the instrument in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

#: For how long there must be no gap, in seconds, and how often that is tried: on a busy machine the
#: browser may get nothing for longer than its buffer lasts.
SECONDS, TRIES = 10, 6
#: Keeps the page's thread busy for so many ms.
BUSY = "(ms) => { const ends = performance.now() + ms; while (performance.now() < ends); }"


def listen(page: Page, latency_ms: int) -> Locator:
    """Listen in the browser, from its dialog; what that says about the sound, once it plays."""
    page.evaluate(f"localStorage.setItem('distill.sound.latency', '{latency_ms}')")
    page.reload()
    page.get_by_role("button", name="Sound in this browser", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Listen here").click()
    report = page.locator("[data-playing='true']")
    report.wait_for()
    return report


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


def test_a_page_that_is_busy_for_longer_than_the_buffer_lasts_is_heard_all_the_same(
    page: Page,
) -> None:
    report = listen(page, latency_ms=500)
    gaps = []
    for _ in range(TRIES):
        before = report.get_attribute("data-gaps")
        page.evaluate(BUSY, 1500)
        # The next reports come from after that.
        page.wait_for_timeout(1000)
        gaps.append((before, report.get_attribute("data-gaps")))
        if gaps[-1][0] == gaps[-1][1]:
            return
    pytest.fail(f"gaps before and after: {gaps}")

"""The sound of the instrument in the browser."""

from __future__ import annotations

from playwright.sync_api import Page

#: How long it is listened to, in seconds.
SECONDS = 20


def test_the_sound_in_the_browser_has_no_gap(page: Page) -> None:
    page.evaluate("localStorage.setItem('distill.sound.latency', '1000')")
    page.reload()
    page.get_by_role("tab", name="Record").click()
    page.get_by_role("button", name="Listen here").click()
    report = page.locator("[data-playing='true']")
    report.wait_for()
    page.wait_for_timeout(1000 * SECONDS)
    assert report.get_attribute("data-gaps") == "0"
    # It goes on while something else is looked at.
    page.get_by_role("tab", name="Play", exact=True).click()
    page.wait_for_timeout(1000)
    page.get_by_role("tab", name="Record").click()
    page.get_by_role("button", name="Stop listening").click()
    page.get_by_text("Not playing here.").wait_for()

"""Where things are on the Live tab: what a performer needs is in sight, and nothing jumps."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.page.conftest import OpenPage, Served, hold
from tests.web.page.opened import until

#: The lines of faders, and the texts that they may not cross.
CROSSED = """() => {
  const box = (element) => element.getBoundingClientRect()
  const meets = (a, b) => a.width && b.width && a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1
  return [...document.querySelectorAll('.fader')].flatMap((fader) => {
    const texts = [...fader.querySelectorAll('.fader-name > *, .fader-value')].map((one) => {
      const range = document.createRange()
      range.selectNodeContents(one)
      return range.getBoundingClientRect()
    })
    const lines = [...fader.querySelectorAll('.fader-edge')].map(box)
    return lines.filter((line) => texts.some((text) => meets(line, text)))
      .map(() => fader.textContent)
  })
}"""


#: Whether the temperature has a value.
SHOWS = """(value) => Math.abs(
  document.querySelector('[data-name=temperature]').getAttribute('aria-valuenow') - value) < 0.01"""


@pytest.fixture
def low(open_page: OpenPage, served: Served) -> Iterator[Page]:
    """The page in the window of a small laptop, once everything is in its place."""
    served.osc.send("/distill/reset")
    yield ready(open_page(width=1366, height=768))


def ready(page: Page) -> Page:
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    expect(page.locator('[data-name="temperature/structure"]').first).to_be_visible()
    return page


def inside(page: Page, target: Locator) -> bool:
    """Whether all of something is in the window, above what announces the rest."""
    box, size = target.bounding_box(), page.viewport_size
    assert box is not None and size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] - 32


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (1440, 1000), (1920, 1100)])
def test_transport_timeline_levels_and_presets_are_seen_at_once(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = ready(open_page(width=size[0], height=size[1]))
    for target in (
        page.get_by_role("group", name="Transport"),
        page.get_by_role("region", name="Timeline"),
        page.get_by_role("group", name="Temperature"),
        page.get_by_role("button", name="Store"),
        page.locator(".chips"),
    ):
        assert inside(page, target), target


def test_a_phone_shows_transport_a_fader_and_the_way_to_the_keys_at_once(
    open_page: OpenPage,
) -> None:
    page = ready(open_page(width=390, height=844, touch=True))
    edge = page.get_by_role("navigation", name="Tabs").bounding_box()
    assert edge is not None
    for target in (
        page.get_by_role("group", name="Transport"),
        page.get_by_role("button", name="Keys"),
        page.locator('[data-name="temperature"]').first,
    ):
        box = target.bounding_box()
        assert box is not None
        # Above the tabs and what announces the rest.
        assert 0 <= box["y"] and box["y"] + box["height"] <= edge["y"] - 32, target
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("Double tap")


def test_the_sound_is_set_in_the_play_view(low: Page, served: Served) -> None:
    sound = low.get_by_role("region", name="Sound", exact=True)
    expect(sound.get_by_role("slider")).to_have_count(4)
    reach = sound.get_by_role("slider", name="Grain reach")
    expect(reach).to_have_attribute("aria-valuetext", "7.00 dB")
    assert reach.get_attribute("aria-valuemax") == "40"
    served.osc.send("/distill/grain_reach", 12.0)
    expect(reach).to_have_attribute("aria-valuetext", "12.00 dB")


def test_what_lies_below_is_announced_and_reached(low: Page) -> None:
    below = low.get_by_role("button", name=re.compile("^Below: Output"))
    below.click()
    expect(low.locator('[data-name="width"]').first).to_be_in_viewport()
    expect(below).to_be_hidden()


def test_what_appears_has_had_its_place_already(low: Page, served: Served) -> None:
    sampling = low.get_by_role("region", name="Sampling")
    clips = low.get_by_role("region", name="Clips")
    places = [sampling.bounding_box(), clips.bounding_box()]
    cells = low.locator(".timeline-cells").bounding_box()
    assert cells is not None
    hold(low, cells["x"] + 200, cells["y"] + 10, to=(cells["x"] + 300, cells["y"] + 10))
    low.get_by_role("toolbar", name="Selected cells").wait_for()
    low.get_by_role("button", name="More …").click()
    low.get_by_role("form", name="Edit the selection").wait_for()
    served.osc.send("/distill/preset/store", "verse")
    low.locator('[data-preset="verse"]').wait_for()
    assert [sampling.bounding_box(), clips.bounding_box()] == places


def test_no_line_of_a_fader_crosses_its_name_or_number(low: Page, served: Served) -> None:
    for view in ("Play", "Controls"):
        low.get_by_role("tab", name=view).click()
        expect(low.get_by_role("tabpanel", name=view)).to_be_visible()
        for travel in (0.0, 0.03, 0.5, 0.97, 1.0):
            for name in ("temperature", "temperature/structure", "gain", "tempo"):
                served.osc.send(f"/distill/{name}/norm", travel)
            until(low, SHOWS, 0.1 + 1.9 * travel)
            assert low.evaluate(CROSSED) == []


def test_a_recording_is_seen_in_every_tab(low: Page, served: Served) -> None:
    served.osc.send("/distill/record", 1)
    low.evaluate("location.hash = 'library'")
    light = low.get_by_role("timer")
    expect(light).to_have_text(re.compile(r"Recording, 0:0[1-9]"))
    served.osc.send("/distill/record", 0)
    expect(light).to_be_hidden()

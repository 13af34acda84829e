"""Faders under the mouse: what a click, a double click and a drag set."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.conftest import Served

#: A fader of 100 pixels that stands at 0.2, and a hand whose presses come as fast as can be.
_HAND = """async (given) => {
  const { dragging, forgetClick } = await import('/page/js/controls/fader_drag.js')
  const fader = document.createElement('div')
  fader.style.cssText = 'position: absolute; left: 0; top: 0; width: 100px; height: 20px'
  document.body.append(fader)
  fader.setPointerCapture = () => {}
  const set = []
  const setTravel = (travel) => set.push(Number(travel.toFixed(2)))
  fader.addEventListener('pointerdown', (event) =>
    dragging(event, { vertical: false, travel: 0.2, setTravel }))
  const pointer = { clientY: 10, pointerId: 1, pointerType: given.pointer, button: 0 }
  const hand = (kind, clientX) => fader.dispatchEvent(kind === 'dblclick'
    ? new MouseEvent(kind) : new PointerEvent(kind, { ...pointer, clientX }))
  fader.addEventListener('dblclick', () => forgetClick(fader))
  for (const [kind, x] of given.does) hand(kind, x)
  const at_once = [...set]
  // Longer than a click waits for a second one.
  if (given.waits) await new Promise((done) => setTimeout(done, 500))
  return { at_once, later: set }
}"""


def does(page: Page, *acts: tuple[str, int], pointer: str = "mouse", waits: bool = False) -> Any:
    given = {"does": [list(act) for act in acts], "pointer": pointer, "waits": waits}
    return page.evaluate(_HAND, given)


def click(x: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("pointerdown", x), ("pointerup", x)


def test_a_click_sets_the_value_where_it_was_pressed(blank: Page) -> None:
    assert does(blank, *click(80), waits=True)["later"] == [0.8]


def test_a_double_click_sets_nothing_where_it_was_pressed(blank: Page) -> None:
    found = does(blank, *click(80), *click(80), ("dblclick", 80), waits=True)
    assert found == {"at_once": [], "later": []}


def test_a_second_press_takes_the_place_of_the_first(blank: Page) -> None:
    assert does(blank, *click(80), *click(60), waits=True)["later"] == [0.6]


def test_a_drag_begins_where_it_is_pressed(blank: Page) -> None:
    drag = ("pointerdown", 80), ("pointermove", 81), ("pointermove", 90), ("pointerup", 90)
    assert does(blank, *drag)["at_once"] == [0.9]


@pytest.mark.parametrize("pointer", ["touch", "pen"])
def test_a_finger_drags_from_where_the_fader_stands(blank: Page, pointer: str) -> None:
    drag = ("pointerdown", 80), ("pointermove", 81), ("pointermove", 90), ("pointerup", 90)
    assert does(blank, *drag, pointer=pointer)["at_once"] == [0.3]


def test_a_double_click_leaves_the_default(page: Page, served: Served) -> None:
    served.osc.send("/distill/gain", 0.25)
    gain = page.locator('[data-name="gain"]').first
    expect(gain).to_have_attribute("aria-valuetext", "0.25")
    box = gain.bounding_box()
    assert box is not None
    gain.dblclick(position={"x": 0.8 * box["width"], "y": box["height"] / 2})
    expect(gain).to_have_attribute("aria-valuetext", "1.00")
    # Longer than a click waits for a second one.
    page.wait_for_timeout(500)
    expect(gain).to_have_attribute("aria-valuetext", "1.00")


#: A click on a fader and a key right after it, before the click has set its value.
_CLICK_AND_KEY = """(fader, key) => {
  const { left, top, width, height } = fader.querySelector('.fader-groove').getBoundingClientRect()
  const at = { clientX: left + 0.8 * width, clientY: top + height / 2 }
  fader.setPointerCapture = () => {}
  for (const kind of ['pointerdown', 'pointerup']) {
    fader.dispatchEvent(new PointerEvent(kind, { ...at, pointerId: 1, pointerType: 'mouse' }))
  }
  fader.dispatchEvent(new KeyboardEvent('keydown', { key }))
}"""


def test_only_a_key_that_sets_a_value_takes_the_place_of_a_click(
    page: Page, served: Served
) -> None:
    gain = page.locator('[data-name="gain"]').first
    for key in ("Shift", "Tab", " ", "Home"):
        served.osc.send("/distill/gain", 0.25)
        expect(gain).to_have_attribute("aria-valuetext", "0.25")
        gain.evaluate(_CLICK_AND_KEY, key)
        expect(gain).not_to_have_attribute("aria-valuetext", "0.25")
        page.wait_for_timeout(500)
        if key == "Home":
            expect(gain).to_have_attribute("aria-valuetext", "0.00")
        else:
            expect(gain).not_to_have_attribute("aria-valuetext", "0.25")

"""The Live tab for people who see little or nothing; and messages, which hide nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web.page.conftest import OpenPage, Served, axe_faults

VIEWS = ("Play", "Edits", "Controls", "Record", "Inputs")
SIZES = pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["laptop", "phone"])

#: Which parts of the frame lie over one another.
_OVERLAPS = """() => {
  const names = ['.top-area', '.nav', '.main', '.toasts']
  const boxes = names.map((name) => document.querySelector(name).getBoundingClientRect())
  return names.flatMap((name, n) => names.slice(n + 1).filter((_, m) => {
    const [one, other] = [boxes[n], boxes[n + 1 + m]]
    return Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.5
  }).map((other) => `${name} ${other}`))
}"""


_IS_CUT = """(one) => one.scrollHeight > one.clientHeight + 1
  || one.scrollWidth > one.clientWidth + 1"""


@SIZES
def test_axe_finds_nothing_serious(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(width=size[0], height=size[1])
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    found = {}
    for view in VIEWS:
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_role("tabpanel", name=view)).to_be_visible()
        found[view] = axe_faults(page)
    assert found == {view: [] for view in VIEWS}


@SIZES
def test_messages_are_whole_and_lie_over_nothing(
    open_page: OpenPage, served: Served, size: tuple[int, int]
) -> None:
    page = open_page(width=size[0], height=size[1])
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    # Messages stay, however long the looking takes.
    page.evaluate("import('/page/js/controls/toast.js').then((all) => all.holdToasts(true))")
    served.osc.send("/distill/edit/mask/on", 1)
    served.osc.send("/distill/undo")
    told = page.get_by_role("status").filter(has_text="Undone: mask on")
    expect(told).to_be_visible()
    page.get_by_role("button", name=re.compile("^Gain")).click()
    expect(page.get_by_role("textbox", name="Gain")).to_be_focused()
    page.keyboard.type("x" * 100)
    page.keyboard.press("Enter")
    wrong = page.get_by_role("alert").filter(has_text="Gain takes a number")
    expect(wrong).to_be_visible()
    assert page.evaluate(_OVERLAPS) == []
    for one in (told, wrong):
        assert not one.locator("p").evaluate(_IS_CUT)
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)

"""The Live tab for people who do not see it, or who see little: axe finds nothing serious."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.tools import require_node_module
from tests.web.page.conftest import OpenPage

VIEWS = ("Play", "Edits", "Controls", "Record", "Inputs")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["laptop", "phone"])
def test_axe_finds_nothing_serious(open_page: OpenPage, size: tuple[int, int]) -> None:
    modules = Path(require_node_module("axe-core")["NODE_PATH"])
    source = (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = open_page(width=size[0], height=size[1])
    expect(page.get_by_role("application", name=re.compile("Timeline"))).to_be_visible()
    page.evaluate(source)
    found = {}
    for view in VIEWS:
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_role("tabpanel", name=view)).to_be_visible()
        violations = page.evaluate("axe.run().then((result) => result.violations)")
        found[view] = [
            (one["id"], one["nodes"][0]["html"])
            for one in violations
            if one["impact"] in ("serious", "critical")
        ]
    assert found == {view: [] for view in VIEWS}

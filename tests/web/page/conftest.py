"""The page in Chromium, in front of a real `serve`."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.commands.server_process import OscClient, ServerProcess
from tests.tools import read_line, require_browser, require_node_module
from tests.web.page.opened import PATIENCE_MS, KeptPage, forget, new_profile
from tests.web.page.workshop import open_workbench

#: What keeps Chromium quiet, and lets it run in a container.
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: Tests play with a copy of it: presets are stored beside a patch.
_PATCH = Path(__file__).parents[3] / "patches" / "default.yaml"

#: How long a finger rests on what it presses, in seconds.
PRESS_SECONDS = 0.08


expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Served:
    """A running server: where its page is, and a client that plays it over OSC."""

    address: str
    osc: OscClient


#: Opens a page: its path or address, its width and height in pixels, whether there is touch, a
#: script to run before its own, and whether the browser must be one that was never used.
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _warm_servers(warm: None) -> None:
    """Servers start at once."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file; not for more, because Playwright keeps an event loop
    running in this thread, and other tests need their own."""
    program = require_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that plays a tiny model without a sound card, for the tests of one file."""
    folder = tmp_path_factory.mktemp("served")
    arguments = (
        str(calm_model_path), "--output", "clock", "--web", "127.0.0.1:0",
        "--recordings", str(folder / "recordings"), "--clips", str(folder / "clips"),
        "--patch", str(shutil.copy(_PATCH, folder)),
    )  # fmt: skip
    with ServerProcess(*arguments) as server:
        assert server.process.stdout is not None
        found = re.search(r"http://[\w.:]+", read_line(server.process.stdout))
        assert found is not None
        yield Served(found[0], server.osc)
        server.end()


@pytest.fixture
def defaults(served: Served) -> None:
    """The test begins with the defaults."""
    served.osc.send("/distill/reset")
    served.osc.ask("/distill/ping")


@pytest.fixture(scope="module")
def profiles(chromium: Browser) -> Iterator[dict[bool, BrowserContext]]:
    """With touch and without: one for the pages of a file, as long as each is alone. A browser that
    has compiled the page's scripts before opens it with half the work."""
    made: dict[bool, BrowserContext] = {}
    yield made
    for profile in made.values():
        profile.close()


@pytest.fixture
def open_page(
    chromium: Browser, served: Served, profiles: dict[bool, BrowserContext]
) -> Iterator[OpenPage]:
    """Opens pages of the server, each as in a browser of its own that remembers nothing.

    What the page cannot do without is that its scripts run: an error in one fails the test.
    """
    errors: list[str] = []
    used: list[BrowserContext] = []

    def open_one(
        path: str = "/", width: int = 1440, height: int = 900, touch: bool = False,
        script: str = "", unused: bool = False,
    ) -> Page:  # fmt: skip
        if unused or used:
            profile = new_profile(chromium, touch)
        else:
            profile = profiles[touch] = profiles.get(touch) or new_profile(chromium, touch)
        used.append(profile)
        page = profile.new_page()
        page.set_viewport_size({"width": width, "height": height})
        forget(page, served.address)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(script)
        page.goto(urljoin(served.address, path))
        return page

    yield open_one
    for profile in used:
        for page in profile.pages:
            page.close()
        if profile not in profiles.values():
            profile.close()
    assert errors == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page on a laptop."""
    return open_page()


@pytest.fixture(scope="module")
def _kept(chromium: Browser, served: Served) -> Iterator[KeptPage]:
    page = KeptPage(chromium, served.address)
    yield page
    page.close()


@pytest.fixture
def kept_page(_kept: KeptPage, request: pytest.FixtureRequest) -> Iterator[KeptPage]:
    """For tests that do not ask how the page is loaded: one page for all of a file. A test that
    fails leaves none."""
    failed = request.session.testsfailed
    yield _kept
    if request.session.testsfailed > failed:
        _kept.close()
    errors, _kept.errors = _kept.errors, []
    assert errors == []


@pytest.fixture(scope="session")
def files(calm_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that has the page's files and plays nothing."""
    with open_workbench(tmp_path_factory.mktemp("files"), calm_model_path) as found:
        yield found.address


@pytest.fixture(scope="module")
def empty(chromium: Browser, files: str) -> Iterator[Page]:
    """An empty page of that server's address, for all tests of a file."""
    page = chromium.new_page()
    text = "<!doctype html><title>empty</title>"
    page.route("**/empty", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto(f"{files}/empty")
    yield page
    page.close()


@pytest.fixture
def blank(empty: Page) -> Page:
    """The empty page, loaded anew, to import modules of the page into."""
    empty.reload()
    return empty


def hold(page: Page, x: float, y: float, to: tuple[float, float] | None = None) -> None:
    """Press at a place of the page as a hand does, and let go there or at another place."""
    page.mouse.move(x, y)
    page.mouse.down()
    time.sleep(PRESS_SECONDS)
    if to is not None:
        page.mouse.move(*to, steps=8)
        time.sleep(PRESS_SECONDS)
    page.mouse.up()


def drop_files(page: Page, target: Locator, *paths: Path) -> None:
    """Drag files or folders from outside onto something, and let them go there."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})
    session.detach()


def axe_faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds serious on the page as it is: the names of the rules, and where."""
    modules = Path(require_node_module("axe-core")["NODE_PATH"])
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate((modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where DISTILL_SHOTS says, if it says so."""
    folder = os.environ.get("DISTILL_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))

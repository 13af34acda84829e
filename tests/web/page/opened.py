"""Pages in a browser that remembers nothing, one that stays open, and waiting on a page."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page

#: How long a test waits for something on a page, in ms: as long as a busy machine may need, but no
#: longer, because a fault in the page's frame makes many tests wait.
PATIENCE_MS = 180_000


def new_profile(chromium: Browser, touch: bool) -> BrowserContext:
    """Like a browser of its own that was never used."""
    profile = chromium.new_context(has_touch=touch, reduced_motion="reduce")
    profile.set_default_timeout(PATIENCE_MS)
    return profile


def forget(page: Page, origin: str) -> None:
    """Clear what earlier pages have stored in this browser."""
    session = page.context.new_cdp_session(page)
    session.send(
        "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "cookies,local_storage"}
    )
    session.detach()


#: Asks again and again on the page itself: from here, each time would take longer than the answer.
_UNTIL = """async ([argument, patience]) => {
  const ends = performance.now() + patience
  const ask = async () => {
    const asked = await (SCRIPT)
    return typeof asked === 'function' ? asked(argument) : asked
  }
  while (!(await ask())) {
    if (performance.now() > ends) return false
    await new Promise((go) => setTimeout(go, 50))
  }
  return true
}"""


def until(page: Page, script: str, argument: object = None) -> None:
    """Wait until an expression, or what a function answers, is true. Playwright's own waiting
    breaks the page's security policy."""
    assert page.evaluate(_UNTIL.replace("SCRIPT", script), [argument, PATIENCE_MS]), script


#: Forgets what lasts as long as the browser's tab, and closes messages.
_CLEAR = """() => {
  sessionStorage.clear()
  for (const one of document.querySelectorAll('.toast [aria-label="Dismiss"]')) one.click()
}"""
#: What would not be there if the page had just been opened.
_LEFT = ".toast, dialog, [role=menu], [data-learning]"


class KeptPage:
    """A page on a laptop that stays open for the tests of a file: opening one takes longer than
    most of them. `errors` are those of its scripts."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium, self._address = chromium, address
        self._page: Page | None = None
        self.errors: list[str] = []

    def show(self, tab: str, script: str = "") -> Page:
        """A tab as a browser that remembers nothing shows it. `script` is for a file's tests alike:
        it runs before the page's own."""
        page = self._page
        if page is None:
            page = self._page = new_profile(self._chromium, touch=False).new_page()
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            page.add_init_script(script)
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{self._address}/#{tab}")
            return page
        page.unroute_all()
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": 1440, "height": 900})
        # A tab that is left is gone, with all that it knew.
        _go(page, "patch" if tab == "library" else "library")
        forget(page, self._address)
        page.evaluate(_CLEAR)
        _go(page, tab)
        if page.locator(_LEFT).count():
            page.reload()
        return page

    def close(self) -> None:
        """Close it, and with it whatever was opened from it."""
        if self._page is not None:
            self._page.context.close()
            self._page = None


def _go(page: Page, tab: str) -> None:
    page.evaluate("(tab) => { document.activeElement?.blur(); location.hash = tab }", tab)
    until(page, f"document.title.toLowerCase().startsWith('{tab}')")

"""Acting on a page and expecting things of it wait until a form that was sent has left with its page.

A form is posted only after a request that finds out whether the portal is reachable (``reach.js``). Until that is
answered the old page still takes clicks and meets expectations, so a test would act on a page that is about to go.
"""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

# The mark goes with its page. It is taken back when the form stays: scripts sent it themselves, files are still
# on their way, or the portal is out of reach.
MARK = """(() => {
  const mark = (is) => document.documentElement.toggleAttribute("data-submitting", is);
  const isHeld = (form) => form.dataset.draft === undefined || form.querySelector("li[data-busy]") !== null;
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    mark(true);
    setTimeout(() => event.defaultPrevented && form.dataset.asking === undefined && isHeld(form) && mark(false));
  }, true);
  addEventListener("unreachable", () => mark(false), true);
  addEventListener("pagehide", () => mark(false));
})()"""


async def wait_for_navigation(context: BrowserContext) -> None:
    """Every page that the context opens from now on."""
    await context.add_init_script(MARK)
    context.on("page", _watch)


async def _watch(page: Page) -> None:
    # Playwright runs the handler before each action and expectation, then waits until the mark is gone.
    await page.add_locator_handler(page.locator("html[data-submitting]"), _nothing)


async def _nothing() -> None:
    pass

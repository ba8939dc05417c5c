"""Two agents of SQP at work in browsers, one by keyboard alone and one by mouse alone, and what each of them wrote."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect
from tests.portal.incidents import composer, live

# How often Tab leads from what has the focus to what is wanted, backwards if less than 0; at worst a guess.
STEPS = """(wanted) => {
  const at = document.activeElement ?? document.body;
  if (at === wanted) return 0;
  const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const all = [...document.querySelectorAll(stops)].filter((each) => !each.disabled && each.checkVisibility());
  const isBefore = (each) => each === at || at.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_PRECEDING;
  const from = at === document.body ? -1 : all.findLastIndex(isBefore);
  return all.indexOf(wanted) - from || 1;
}"""
# Guesses that go wrong because the page changes meanwhile.
TRIES = 20


@dataclass
class Ledger:
    """``said``: incident, thread, author and text of all that was sent and not taken back; ``private``: what SQP alone
    may read."""

    said: list[tuple[str, str, str, str]] = field(default_factory=list)
    private: list[str] = field(default_factory=list)
    # To whom an incident was handed over, by its number.
    handed: dict[str, str] = field(default_factory=dict)


class Agent(ABC):
    """What an agent does, whatever with; each act ends once the page says that it is done."""

    def __init__(self, page: Page, name: str, colleague: str, ledger: Ledger) -> None:
        self.page = page
        self.name = name
        self.colleague = colleague
        self.ledger = ledger
        self._texts = 0

    @abstractmethod
    async def press(self, target: Locator) -> None: ...
    @abstractmethod
    async def write(self, target: Locator, text: str) -> None:
        """Behind what stands there."""

    @abstractmethod
    async def choose(self, target: Locator, words: str) -> None: ...
    @abstractmethod
    async def open_row(self, number: str) -> None: ...
    @abstractmethod
    async def press_next(self) -> None: ...
    @abstractmethod
    async def compose(self, text: str) -> None: ...
    @abstractmethod
    async def send(self) -> None: ...
    @abstractmethod
    async def insert(self, title: str) -> None: ...
    @abstractmethod
    async def apply(self, title: str) -> None: ...

    @property
    def bar(self) -> Locator:
        return self.page.locator("#desk-bar")

    @property
    def text(self) -> Locator:
        return composer(self.page).locator("textarea")

    @property
    def number(self) -> str | None:
        """Of the incident in view."""
        found = re.search(r"/incidents/(\d+)", self.page.url)
        return found[1] if found else None

    def words(self, about: str) -> str:
        """A text that stands nowhere else."""
        self._texts += 1
        return f"{about}, {self.name} {self._texts:02}."

    def secret(self, about: str) -> str:
        self.ledger.private.append(self.words(about))
        return self.ledger.private[-1]

    def wrote(self, number: str, text: str, thread: str = "sqp") -> None:
        self.ledger.said.append((number, thread, self.name, text))

    async def go_on(self) -> None:
        """To the next incident; to the queue where there is none."""
        async with self.leaving():
            await self.press_next()

    def leaving(self) -> Leaving:
        return Leaving(self.page)

    async def told(self, sentence: str) -> None:
        await expect(self.page.get_by_role("status").filter(has_text=sentence).first).to_be_visible()

    async def sent(self) -> None:
        await expect(composer(self.page).locator(".said")).to_contain_text("Mis en envoi à")

    async def open_form(self, label: str) -> Locator:
        """Of the desk's bar."""
        fold = self.bar.locator("details.act", has=self.page.locator("summary", has_text=re.compile(f"^{label}$")))
        await self.press(fold.locator("summary"))
        return fold

    async def move(self, state: str, note: str = "") -> None:
        form = self.page.locator("#moves form")
        await self.choose(form.get_by_label("Nouvel état"), state)
        if note:
            await self.write(form.get_by_label("Note"), note)
        await self.press(form.get_by_role("button", name="Changer l’état"))
        await self.told(f"« {state} »")


class Leaving:
    """Ends once another page has come."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def __aenter__(self) -> None:
        await self._page.evaluate("document.querySelector('main').dataset.before = ''")

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is None:
            await expect(self._page.locator("main:not([data-before])")).to_have_count(1)


class ByKeyboard(Agent):
    """Letters where there are any, otherwise Tab to what is to be pressed."""

    async def reach(self, target: Locator) -> None:
        await expect(target).to_be_visible()
        for _ in range(TRIES):
            steps = await target.evaluate(STEPS)
            if not steps:
                return
            for _ in range(abs(steps)):
                await self.page.keyboard.press("Tab" if steps > 0 else "Shift+Tab")
        raise AssertionError(f"{target} is not reached by Tab")

    async def press(self, target: Locator) -> None:
        await self.reach(target)
        await self.page.keyboard.press("Space" if await target.get_attribute("type") == "checkbox" else "Enter")

    async def write(self, target: Locator, text: str) -> None:
        await self.reach(target)
        await self.page.keyboard.press("Control+End")
        await self.page.keyboard.type(text)

    async def choose(self, target: Locator, words: str) -> None:
        await self.reach(target)
        await self.page.keyboard.press("Home")
        for _ in range(await target.locator("option").count()):
            if words in await target.locator("option:checked").inner_text():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{words} is not on offer")

    async def letter(self, key: str) -> None:
        """Letters act where nothing is being typed."""
        if await self.page.evaluate("document.activeElement.matches('input, textarea, select')"):
            await self.page.keyboard.press("Shift+Tab")
        await self.page.keyboard.press(key)

    async def open_row(self, number: str) -> None:
        link = self.page.locator(f"#rang-{number}")
        await link.wait_for()
        while await link.evaluate("link => link !== document.activeElement"):
            await self.letter("j")
        await self.letter("o")
        await self.page.wait_for_url(f"**/incidents/{number}?*")
        await live(self.page)

    async def press_next(self) -> None:
        await self.letter("n")

    async def compose(self, text: str) -> None:
        await self.letter("r")
        await expect(self.text).to_be_focused()
        await self.page.keyboard.type(text)

    async def send(self) -> None:
        await self.page.keyboard.press("Control+Enter")

    async def insert(self, title: str) -> None:
        await self._find("t", "Rechercher une réponse type", title)
        await expect(self.text).to_be_focused()

    async def apply(self, title: str) -> None:
        await self._find("m", "Rechercher une macro", title)
        await expect(self.page.get_by_role("button", name="Appliquer", exact=True)).to_be_focused()
        await self.page.keyboard.press("Enter")

    async def _find(self, letter: str, box: str, title: str) -> None:
        await self.letter(letter)
        await expect(self.page.get_by_label(box)).to_be_focused()
        await self.page.keyboard.type(title)
        await self.page.keyboard.press("Enter")


class ByMouse(Agent):
    """Clicks; only texts are typed."""

    async def press(self, target: Locator) -> None:
        await target.click()

    async def write(self, target: Locator, text: str) -> None:
        await target.click()
        await self.page.keyboard.type(text)

    async def choose(self, target: Locator, words: str) -> None:
        await target.select_option(label=await target.locator("option", has_text=words).first.inner_text())

    async def open_row(self, number: str) -> None:
        await self.page.locator(f"#rang-{number}").click()
        await self.page.wait_for_url(f"**/incidents/{number}?*")
        await live(self.page)

    async def press_next(self) -> None:
        await self.page.get_by_role("button", name="Suivant", exact=True).click()

    async def compose(self, text: str) -> None:
        await self._open_thread()
        await self.write(self.text, text)

    async def send(self) -> None:
        await composer(self.page).get_by_role("button", name="Envoyer à").click()

    async def insert(self, title: str) -> None:
        await self._open_thread()
        await self.page.get_by_role("link", name="Insérer une réponse type").click()
        await self.page.get_by_role("button", name=f"Insérer en français : {title}").click()

    async def apply(self, title: str) -> None:
        await self._open_thread()
        await self.page.get_by_role("link", name="Appliquer une macro").click()
        await self.page.get_by_role("link", name=f"Aperçu en français : {title}").click()
        await self.page.get_by_role("button", name="Appliquer", exact=True).click()

    async def _open_thread(self) -> None:
        tab = self.page.locator("#tab-messagerie-sqp")
        if not await tab.get_attribute("aria-current"):
            await tab.click()
        await expect(composer(self.page).get_by_role("button", name="Envoyer à")).to_be_visible()

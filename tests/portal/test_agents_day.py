"""A day at SQP's desk: thirty incidents, an agent by keyboard alone and one by mouse alone, until nothing is left.

A reseller and a client have pages open beside them. In the end what each wrote is compared with what stands in the
threads, and what SQP alone may read is looked for in everything that others read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect
from tests.portal.agents_day import Agent, ByKeyboard, ByMouse, Ledger
from tests.portal.conftest import Visit
from tests.portal.incidents import composer, live, write
from tests.portal.seeded_day import COLLEAGUE, LOGINS, SUPPORT, SeededDay

from demonstration.caller import eventually
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

# Milliseconds: ten seconds in which an answer may be taken back, the relay, the job and the stream.
LEFT = 30_000
STAYS = "window.stays = true"


class Day(SeededDay):
    """Plays each incident by its kind; ``asks`` is the reseller's page on the incident whose kind is ``guard``."""

    asks: Page

    def __init__(self, world: World) -> None:
        super().__init__(world)
        # Agent and incident, as *next* gave them.
        self.given: list[tuple[str, str]] = []

    async def work(self, agent: Agent) -> None:
        """Until *next* leads back to the queue."""
        await agent.go_on()
        while number := agent.number:
            assert number in self.kinds, f"{number} is not of the view from which {agent.name} came"
            assert (agent.name, number) not in self.given, f"{agent.name} was given {number} again"
            # What a colleague has handed over or passed is answered.
            is_first = number not in [each for _, each in self.given]
            self.given.append((agent.name, number))
            if await self.plays[self.kinds[number] if is_first else "write"](agent, number):
                await agent.go_on()

    @property
    def plays(self) -> dict[str, Callable[[Agent, str], Awaitable[bool]]]:
        """True where the agent is still at the incident."""
        return {
            "begin": self.begin,
            "write": self.answer,
            "canned": self.canned_answer,
            "macro": self.macro_applied,
            "undo": self.undo,
            "guard": self.guard,
            "hand": self.hand_over,
            "snooze": self.snooze,
            "skip": self.skip,
            "note": self.note,
            "link": self.link,
            "merge": self.merge,
            "exchange": self.exchange,
            "resolve": self.resolve,
        }

    async def answer(self, agent: Agent, number: str, about: str = "Nous regardons, et vous tenons au courant") -> bool:
        text = agent.words(about)
        await agent.compose(text)
        await agent.send()
        await agent.sent()
        agent.wrote(number, text)
        return True

    async def begin(self, agent: Agent, number: str) -> bool:
        await agent.move("Diagnostic en cours")
        return await self.answer(agent, number)

    async def canned_answer(self, agent: Agent, number: str) -> bool:
        await agent.insert(self.canned)
        text = await agent.text.input_value()
        assert number in text
        await agent.send()
        await agent.sent()
        agent.wrote(number, text.strip())
        return True

    async def macro_applied(self, agent: Agent, number: str) -> bool:
        async with agent.leaving():
            await agent.apply(self.macro)
        await agent.told("La macro est appliquée")
        agent.wrote(number, f"Une photo de l’étiquette, n° {number} ?")
        return True

    async def undo(self, agent: Agent, number: str) -> bool:
        text, more = agent.words("Il part lundi"), agent.words(" Non, mardi")
        await agent.compose(text)
        await agent.send()
        async with agent.leaving():
            await agent.press(agent.page.get_by_role("button", name="Annuler l’envoi"))
        await expect(agent.text).to_have_value(text)
        await agent.write(agent.text, more)
        await agent.send()
        await agent.sent()
        agent.wrote(number, text + more)
        return True

    async def guard(self, agent: Agent, number: str) -> bool:
        """The reseller writes while the agent does; what the agent wrote is stopped once, and stays."""
        text, asked = agent.words("C’est bien noté"), "Une précision : il bipe aussi."
        await live(agent.page)
        await agent.compose(text)
        await write(self.asks, asked)
        await expect(agent.page.locator(".message", has_text=asked)).to_be_visible()
        await agent.send()
        await expect(composer(agent.page).locator(".said")).to_contain_text("Relisez, puis envoyez à nouveau.")
        await expect(agent.text).to_have_value(text)
        await agent.send()
        await agent.sent()
        agent.wrote(number, text)
        return True

    async def hand_over(self, agent: Agent, number: str) -> bool:
        form = await agent.open_form("Transmettre")
        await agent.choose(form.get_by_label("À qui"), agent.colleague)
        await agent.write(form.get_by_label("Note pour votre collègue"), agent.secret("Tu connais ce client"))
        await agent.press(form.get_by_role("button", name="Transmettre"))
        await agent.told("L’incident est transmis.")
        agent.ledger.handed[number] = agent.colleague
        return True

    async def snooze(self, agent: Agent, number: str) -> bool:
        form = await agent.open_form("Remettre à plus tard")
        await agent.write(form.get_by_label("Pourquoi le remettre"), agent.secret("Il est en congé"))
        await agent.press(form.get_by_role("button", name="Remettre à plus tard"))
        await agent.told("L’incident est remis à plus tard.")
        return True

    async def skip(self, agent: Agent, number: str) -> bool:
        """And on to the next; the colleague answers this one."""
        form = await agent.open_form("Passer")
        await agent.write(form.get_by_label("Pourquoi le passer"), agent.secret("Je ne connais pas ce modèle"))
        async with agent.leaving():
            await agent.press(form.get_by_role("button", name="Passer"))
        return False

    async def note(self, agent: Agent, number: str) -> bool:
        page, text = agent.page, agent.secret("Troisième panne chez eux")
        await agent.press(page.locator("#tab-notes"))
        await agent.write(agent.text, text)
        await agent.choose(page.get_by_label("Prévenir une personne"), agent.colleague)
        await agent.press(page.get_by_role("button", name="Enregistrer la note interne"))
        await expect(composer(page).locator(".said")).to_contain_text("Note enregistrée à")
        agent.wrote(number, f"{text} @{LOGINS[agent.colleague]}", "internal")
        await agent.press(page.locator("#tab-messagerie-sqp"))
        await expect(composer(page).get_by_role("button", name="Envoyer à")).to_be_visible()
        return await self.answer(agent, number)

    async def link(self, agent: Agent, number: str) -> bool:
        form = await agent.open_form("Lier")
        await agent.write(form.get_by_label("N° de l’autre incident"), self.first("note"))
        await agent.choose(form.get_by_label("Cet incident est"), "de même cause que l’autre")
        await agent.write(form.get_by_label("Pourquoi les lier"), agent.secret("La même coupure"))
        await agent.press(form.get_by_role("button", name="Lier"))
        await agent.told("Les incidents sont liés.")
        return await self.answer(agent, number)

    async def merge(self, agent: Agent, number: str) -> bool:
        form = await agent.open_form("Fusionner")
        await agent.write(form.get_by_label("N° de l’incident avec lequel le fusionner"), self.first("begin"))
        async with agent.leaving():
            await agent.press(form.get_by_role("button", name="Fusionner"))
        await agent.told(f"n° {number} est fusionné avec celui-ci")
        return True

    async def exchange(self, agent: Agent, number: str) -> bool:
        await agent.press(agent.page.locator("#tab-echange"))
        await agent.press(agent.page.get_by_role("button", name="Accorder l’échange"))
        await expect(agent.page.locator(".exchange-line")).to_contain_text("Échange accordé")
        await self.answer(agent, number)
        return await self.snooze(agent, number)

    async def resolve(self, agent: Agent, number: str) -> bool:
        await self.answer(agent, number, "Le disque est changé")
        await agent.move("Résolu", f"{agent.words('Bonne continuation')}")
        return True

    async def both_at_one(self, first: Agent, second: Agent) -> None:
        """Both open it from the queue and answer within the same ten seconds: one text leaves, the other is kept."""
        number = self.first("both")
        for agent in (first, second):
            await agent.open_row(number)
            await agent.compose(agent.words("Votre disque part ce soir"))
        for agent in (first, second):
            await agent.send()
            await agent.sent()

        async def first_written() -> tuple[str, str] | None:
            return next((each[2:] for each in await self.written()), None)

        author, text = await eventually(first_written, what="one of the two")
        [late] = [agent for agent in (first, second) if agent.name != author]
        late.ledger.said.append((number, "sqp", author, text))
        kept = late.page.locator("#pending")
        await expect(kept).to_contain_text("Pas envoyé", timeout=LEFT)
        async with late.leaving():
            await late.press(kept.get_by_role("button", name="Reprendre ce message"))
        await expect(late.text).to_have_value(re.compile(late.name))
        await late.text.fill("")

    async def remind(self, agent: Agent) -> list[str]:
        """All that waits for the reseller, in one go."""
        page, asked = agent.page, self.of_kind("macro")
        await agent.press(page.locator(".counter", has_text="Plus tard"))
        for number in asked:
            await agent.press(page.get_by_label(f"Choisir l’incident {number}"))
        for button in ("Agir sur la sélection", "Vérifier avant de relancer", "Lancer"):
            async with agent.leaving():
                await agent.press(page.get_by_role("button", name=button))
        await expect(page.get_by_text(f"{len(asked)} sur {len(asked)}")).to_be_visible()
        await expect(page.get_by_text("Relancé.")).to_have_count(len(asked))
        return asked


@pytest.fixture
async def day(ours: World) -> Day:
    day = Day(ours)
    await day.seed()
    return day


async def test_two_agents_empty_the_queue_and_every_text_stands_once(day: Day, visit: Visit, ours: World) -> None:
    ledger, path = Ledger(), f"/a-traiter?q={quote(day.word)}"
    keyboard = ByKeyboard(await visit("sqp_support", path), SUPPORT, COLLEAGUE, ledger)
    mouse = ByMouse(await visit("sqp_camille", path), COLLEAGUE, SUPPORT, ledger)
    day.asks = await day.open(visit, "reseller", day.first("guard"), "messagerie-sqp")
    reseller = await day.open(visit, "reseller", day.first("begin"), "messagerie-sqp")
    client = await day.open(visit, "client", day.first("begin"), "declaration")
    for page in (keyboard.page, mouse.page, day.asks, reseller, client):
        await live(page)
        await page.evaluate(STAYS)

    await day.both_at_one(keyboard, mouse)
    for agent in (keyboard, mouse):
        await agent.page.goto(path)
        await live(agent.page)
    while await day.left():
        await asyncio.gather(day.work(keyboard), day.work(mouse))
    reminded = await day.remind(keyboard)

    [answer] = [text for number, thread, _, text in ledger.said if (number, thread) == (day.first("begin"), "sqp")]
    await expect(reseller.locator(".message", has_text=answer)).to_be_visible(timeout=LEFT)
    await expect(client.locator("#line")).to_contain_text("Diagnostic en cours")
    for page in (day.asks, reseller, client):
        assert await page.evaluate("window.stays"), f"{page.url} was loaded again"

    async def stands() -> bool | None:
        return True if await day.written() == sorted(ledger.said) else None

    await eventually(stands, what="every text once")
    authors = {(number, author) for number, thread, author, _ in ledger.said if thread == "sqp"}
    assert len(authors) == len({number for number, _ in authors})
    assert ledger.handed.items() <= authors
    for place, said in (await day.read_by_others()).items():
        assert [text for text in ledger.private if text in said] == [], place
    for page in (day.asks, reseller, client):
        said = await page.content()
        assert [text for text in ledger.private if text in said] == [], page.url
    mails = await ours.stack.mailed(ours.address("reseller"))
    assert len([text for _, text in mails if all(number in text for number in reminded)]) == 1

"""Every page and every form of the portal, as everybody, with what no browser would send: never a server error."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

import aiohttp
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from tests.hostile.portal import FORMS, PAGES, Browser, Pairs, encoded, path_of, queries

from demonstration import seeding
from devstack.testing import world as worlds
from devstack.testing.embedded import EmbeddedStack
from events import organisation_id
from portal import cookies
from portal.router import Entry

# Read by pages, whether a link names them or not.
PARAMETERS = [b"q", b"sort", b"cursor", b"limit", b"onglet", b"messages", b"suite", b"token", b"page", b"apres"]
HEADERS = [
    b"accept", b"accept-language", b"hx-current-url", b"hx-request", b"hx-target", b"if-none-match", b"last-event-id",
    b"origin", b"range", b"referer", b"sec-fetch-dest", b"sec-fetch-site", b"user-agent", b"x-person", b"x-request-id",
    b"traceparent", b"forwarded", b"x-forwarded-for", b"x-forwarded-host",
]  # fmt: skip
IDENTIFIERS = ("id", "number", "address", "serial", "file_id")
COOKIES = [
    cookies.SESSION, cookies.CSRF, cookies.DEVICE, cookies.LINK, cookies.FLASH, cookies.THEME, cookies.LANGUAGE,
    cookies.CHOSEN_LANGUAGE, cookies.SECOND_STEP,
]  # fmt: skip

WORST: list[bytes] = [
    b"", b" ", b"\x00", b"a\x00b", b"\r\n", b"a\r\nSet-Cookie: a=b", "\u202e\u200b\U0001f468\u200d\U0001f469".encode(),
    b"\xed\xa0\x80", b"\xff\xfe", b"\xc3", b"%ZZ", b"%", b"-1", b"0", b"-0", b"1e309", b"NaN", b"9" * 5000, b"1.5",
    "\u0664\u0665".encode(), b"0000-00-00", b"0001-01-01T00:00+14:00", b"9999-12-31T23:59:59-14:00", b"2026-02-30",
    b"-0001-01-01", b"10000-01-01", b"null", b"true", b"[]", b"[" * 20000, b'{"a":' * 5000, b'[["a",1]]',
    b"[[1,2],[3]]", b"x" * 100_000, "\U0001f4a9".encode() * 20_000, b"//[x", b"http://[x", b"//evil.example",
    b"javascript:alert(1)",
    b"../../etc/passwd", b"{{7*7}}", b"<script>", b"' OR 1=1 --", b"\\", b'"', b"a@b", b'"a b"@c.de', b"+" * 300,
    "\ufdfa".encode() * 200, b"00000000-0000-0000-0000-000000000000", b"urn:uuid:" + b"0" * 32,
]  # fmt: skip


@dataclass
class Estate:
    """Who comes, what their paths name, and the fields and parameters that their pages know."""

    browsers: list[Browser]
    facts: dict[str, str]
    fields: dict[str, Pairs] = field(default_factory=dict)
    parameters: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
async def facts(stack: EmbeddedStack) -> tuple[worlds.World, dict[str, str]]:
    async with aiohttp.ClientSession() as http:
        world = await worlds.make(stack, http)
        client = str(organisation_id("client", f"CLIENT-{world.mark}"))
        colleague = {"login": f"sacrifice-{world.mark}", "first_name": "Sam", "last_name": "Essai", "role": "basic"}
        user = await world.reseller.post("/users", {**colleague, "email": world.address("sacrifice")})
        addresses = await world.client.get("/addresses")
        uploaded = await world.reseller.upload("note.txt", b"note", "text/plain", key=world.mark)
        return world, {
            "number": await worlds.declared(world, file_ids=[uploaded["id"]]),
            "contract": world.contract,
            "serial": world.serials[0],
            "client": client,
            "reseller": str(organisation_id("reseller", f"RESELLER-{world.mark}")),
            "address": addresses["items"][0]["id"],
            "user": user["id"],
            "file_id": uploaded["id"],
        }


@pytest.fixture(scope="module")
def estate(stack: EmbeddedStack, facts: tuple[worlds.World, dict[str, str]]) -> Iterator[Estate]:
    world, known = facts
    people = [(f"{name}-{world.mark.lower()}", worlds.PASSWORD) for name in ("reseller", "basic", "client")]
    people.append(("sqp_support", seeding.PASSWORD))
    browsers = [Browser(stack.url), *(Browser(stack.url, login, password) for login, password in people)]
    found = Estate(browsers, known)
    links: set[str] = set()
    for browser in browsers:
        assert browser.log_in()
        for entry in PAGES:
            page = browser.page(path_of(entry, known))
            links.update(page.links)
            for form in page.forms:
                found.fields.setdefault(form.action.partition("?")[0], []).extend(form.fields)
    found.parameters = sorted({*queries(links), *PARAMETERS})
    yield found
    for browser in browsers:
        browser.http.close()


def hostile(facts: dict[str, str]) -> st.SearchStrategy[bytes]:
    """Values that no field asks for, other people's identifiers included."""
    others = [value.encode() for value in facts.values()]
    return st.one_of(
        st.sampled_from(WORST + others),
        st.text(max_size=80).map(str.encode),
        st.binary(max_size=80),
        st.integers().map(lambda number: str(number).encode()),
    )


def bodies(estate: Estate, path: str) -> st.SearchStrategy[Pairs]:
    """What the page's form asks, with fields that are hostile, missing, doubled, or unknown."""
    value = hostile(estate.facts)
    asked = {name: held for name, held in estate.fields.get(path, []) if name != b"csrf"}
    fields: list[st.SearchStrategy[Pairs]] = [
        st.one_of(
            st.just([(name, held)]),
            st.just([]),
            st.lists(st.tuples(st.just(name), value), min_size=1, max_size=2),
        )
        for name, held in asked.items()
    ]
    unknown = st.sampled_from([b"kept", b"owner", b"etag", b"key", b"file_ids", b"x[]", b""])
    strangers = st.lists(st.tuples(unknown, value), max_size=3)
    return st.tuples(*fields, strangers).map(lambda parts: [pair for part in parts for pair in part])


@dataclass(frozen=True)
class Asked:
    """One GET: ``place`` stands in the path where an identifier is due."""

    query: Pairs
    headers: Pairs
    cookies: list[tuple[str, bytes]]
    place: bytes | None


def asked(estate: Estate) -> st.SearchStrategy[Asked]:
    value = hostile(estate.facts)
    short = value.map(lambda content: content[:300])
    printable = short.map(lambda content: bytes(byte for byte in content if byte >= 32 and byte != 127).strip())
    queried = value.map(lambda content: content[:8000])
    return st.builds(
        Asked,
        st.lists(st.tuples(st.sampled_from(estate.parameters), queried), max_size=4),
        st.lists(st.tuples(st.sampled_from(HEADERS), printable), max_size=3, unique_by=lambda pair: pair[0]),
        st.lists(st.tuples(st.sampled_from(COOKIES), short), max_size=2),
        st.none() | short,
    )


def run(examples: int, strategy: st.SearchStrategy[Any], act: Callable[[Any], None]) -> None:
    settings = hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings(given(strategy)(act))()


def posting(browser: Browser, path: str) -> Callable[[Pairs], None]:
    token = browser.csrf()

    def post(pairs: Pairs) -> None:
        assert browser.post(path, [(b"csrf", token), *pairs]).status_code < 500

    return post


def getting(browser: Browser, entry: Entry, facts: dict[str, str]) -> Callable[[Asked], None]:
    def get(one: Asked) -> None:
        place = {} if one.place is None else dict.fromkeys(IDENTIFIERS, quote_from_bytes(one.place, safe=""))
        path = path_of(entry, facts, **place)
        sent = "; ".join(f"{name}={quote_from_bytes(value)}" for name, value in one.cookies)
        answer = browser.send("GET", f"{path}?{encoded(one.query)}", headers=one.headers, cookies=sent)
        assert answer.status_code < 500

    return get


def check_forms(estate: Estate, examples: int, subtests: pytest.Subtests) -> None:
    for entry in FORMS:
        path = path_of(entry, estate.facts)
        with subtests.test(f"POST {entry.path}"):
            for browser in estate.browsers:
                # Another one may have closed the account by now.
                if browser.log_in():
                    run(examples, bodies(estate, path), posting(browser, path))


def check_pages(estate: Estate, examples: int, subtests: pytest.Subtests) -> None:
    for entry, browser in zip(PAGES, itertools.cycle(estate.browsers), strict=False):
        with subtests.test(f"GET {entry.path}"):
            if browser.log_in():
                run(examples, asked(estate), getting(browser, entry, estate.facts))


def test_no_form_is_broken_by_what_is_sent(estate: Estate, subtests: pytest.Subtests) -> None:
    check_forms(estate, 1, subtests)


def test_no_page_is_broken_by_what_is_asked(estate: Estate, subtests: pytest.Subtests) -> None:
    check_pages(estate, 3, subtests)


@pytest.mark.slow
def test_no_form_is_broken_by_a_deep_search(estate: Estate, subtests: pytest.Subtests) -> None:
    check_forms(estate, 25, subtests)


@pytest.mark.slow
def test_no_page_is_broken_by_a_deep_search(estate: Estate, subtests: pytest.Subtests) -> None:
    check_pages(estate, 60, subtests)

"""The portal without a browser: log-in, the forms of its pages, and any bytes in place of what they ask."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

import httpx
from pypdf import PdfReader

from portal.bootstrap import BLUEPRINTS
from portal.router import Entry

ENTRIES = [entry for blueprint in BLUEPRINTS for entry in blueprint.entries]
PAGES = [entry for entry in ENTRIES if entry.methods == ("GET",)]
FORMS = [entry for entry in ENTRIES if entry.methods == ("POST",)]
Pairs = list[tuple[bytes, bytes]]
SESSION = "__Host-session"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@dataclass
class Form:
    action: str
    method: str
    fields: Pairs = field(default_factory=list)


class Page(HTMLParser):
    """Forms and links of one page."""

    def __init__(self, content: str, path: str) -> None:
        super().__init__()
        self._path = path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(given.get("action") or self._path, given.get("method", "get").lower()))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            self.forms[-1].fields.append((given["name"].encode(), given.get("value", "").encode()))
        elif tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])


def encoded(pairs: Iterable[tuple[bytes, bytes]]) -> str:
    """As a form or a query carries any bytes."""
    return "&".join(f"{quote_from_bytes(name, safe='')}={quote_from_bytes(value, safe='')}" for name, value in pairs)


class Browser:
    """One person's, or nobody's. Cookies are sent as the browser of a site on localhost sends them."""

    def __init__(self, url: str, login: str | None = None, password: str = "") -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        self.cookies: dict[str, str] = {}
        self._login, self._password = login, password

    def send(
        self, method: str, path: str, *, body: bytes | None = None, cookies: str = "", headers: Pairs | None = None
    ) -> httpx.Response:
        own = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent: Pairs = [(b"cookie", "; ".join(filter(None, (own, cookies))).encode()), *(headers or [])]
        answer = self.http.request(method, path, content=body, headers=sent)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def post(self, path: str, pairs: Pairs) -> httpx.Response:
        headers = [(name.encode(), value.encode()) for name, value in FORM.items()]
        return self.send("POST", path, body=encoded(pairs).encode(), headers=headers)

    def page(self, path: str) -> Page:
        answer = self.send("GET", path)
        return Page(answer.text if "text/html" in answer.headers.get("content-type", "") else "", path)

    def csrf(self) -> bytes:
        """What the forms of this browser carry now."""
        page = self.page("/parametres" if self.cookies.get(SESSION) else "/connexion")
        return next(value for form in page.forms for name, value in form.fields if name == b"csrf")

    def log_in(self) -> bool:
        """Whether it is logged in now; nobody always is."""
        if self._login is None or self.send("GET", "/parametres").status_code == 200:
            return True
        self.cookies.pop(SESSION, None)
        form = [(b"login", self._login.encode()), (b"password", self._password.encode()), (b"csrf", self.csrf())]
        return self.post("/connexion", form).status_code == 303


def queries(links: Iterable[str]) -> set[bytes]:
    """Names of the parameters in ``links``."""
    return {name.encode() for link in links for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)}


def filled(template: str, facts: dict[str, str]) -> str:
    """``template`` with what ``facts`` know of its names."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: facts.get(name[1], name[1]), template)


def path_of(entry: Entry, facts: dict[str, str], **others: str) -> str:
    """With the identifiers that fit the path's subject, or with ``others``."""
    subjects = {
        "/contrats/": {"number": facts["contract"]},
        "/clients/": {"id": facts["client"]},
        "/revendeurs/": {"id": facts["reseller"]},
        "/parametres/utilisateurs/": {"id": facts["user"]},
        "/parametres/adresses/": {"id": facts["address"]},
    }
    own = next((own for start, own in subjects.items() if entry.path.startswith(start)), {})
    return filled(entry.path, {**facts, "id": facts["user"], **own, **others})


def text_of(kind: str, content: bytes) -> str:
    """What a page, a PDF, a workbook or any other answer says; ``kind`` is its type."""
    if kind.startswith("application/pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if "spreadsheetml" in kind:
        book = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(book.read(part).decode(errors="replace") for part in book.namelist())
    return content.decode(errors="replace")

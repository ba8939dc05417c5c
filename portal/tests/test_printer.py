"""Drawing documents: what text cannot do, and how long a document may become."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import ExitStack

import pytest

from devkit.printed import pages, watched
from portal.errors import PrinterBusy, TooManyDocuments
from portal.paper import printer
from portal.paper.printer import Printer
from portal.paper.sheet import PrintedThread, Said, Sheet, Table, Text


def sheet(*sections: object, **other: object) -> Sheet:
    words = dict.fromkeys(("subject", "state", "step", "printed", "page_of", "unwritable"), "-")
    return Sheet.model_validate(
        {**words, "language": "fr", "title": "T", "too_long": "Coupé.", "sections": list(sections), **other}
    )


LONG = PrintedThread(
    title="M", side="sqp", readers="", messages=[Said(author="A", about="B", body="mot " * 2500)] * 1000, empty=""
)


async def test_drawing_does_not_block_the_event_loop() -> None:
    big = sheet(LONG.model_copy(update={"messages": LONG.messages[:20]}))
    async with watched() as turns:
        drawn = await Printer().print(big)
    assert len(pages(drawn)) > 20
    assert max(turns) < 0.05


async def test_a_document_ends_at_its_last_page_and_says_so() -> None:
    said = pages(await Printer().print(sheet(LONG.model_copy(update={"messages": LONG.messages[:20]}), most_pages=5)))
    assert len(said) == 5
    assert "Coupé." in said[-1]
    assert "Coupé." not in "".join(said[:-1])


@pytest.mark.parametrize(
    ("waiting", "people", "refused"),
    [
        (1, "ab", ""),
        (1, "aa", ""),
        (1, "aaa", "A"),
        (1, "abc", "c"),
        (1, "aab", "b"),
        (4, "aaab", "A"),
        (4, "aaaabbbcd", "AABd"),
    ],
)
def test_few_documents_wait_and_nobody_takes_all_places(waiting: int, people: str, refused: str) -> None:
    drawer = Printer(at_once=1, most_waiting=waiting)
    found = ""
    with ExitStack() as held:
        for person in people:
            try:
                held.enter_context(drawer.place(person))
            except TooManyDocuments:
                found += person.upper()
            except PrinterBusy:
                found += person
    assert found == refused
    with drawer.place("a"), drawer.place("a"):
        pass


async def test_one_document_is_drawn_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = most = 0

    async def drawn(_: bytes) -> bytes:
        nonlocal drawing, most
        drawing += 1
        most = max(most, drawing)
        await asyncio.sleep(0)
        drawing -= 1
        return b"%PDF"

    monkeypatch.setattr(printer, "_drawn", drawn)
    one = Printer()
    assert await asyncio.gather(*(one.print(sheet()) for _ in range(3))) == [b"%PDF"] * 3
    assert most == 1


async def test_a_drawing_that_takes_too_long_is_ended() -> None:
    with pytest.raises(PrinterBusy):
        await Printer(patience=0.05).print(sheet(Text(title="t", body="b")))
    assert isinstance(await Printer().print(sheet(Text(title="t", body="b"))), bytes)


HOSTILE = {
    "<img src='file:///etc/passwd'/> <b>gras</b>": "<img src='file:///etc/passwd'/> <b>gras</b>",
    "&amp; &#60; <!-- --> ]]>": "&amp; &#60; <!-- --> ]]>",
    "avant\u202eerirvuo\u202c \u200fa\u061cprès": "avanterirvuo après",
    "nul\x00 cloche\x07 \x1b[31mrouge": "nul cloche [31mrouge",
    "œ é ß Ž ł Журнал Ελλάδα № € — “”": "œ é ß Ž ł Журнал Ελλάδα № € — “”",
    "e\u0301te\u0301": "été",
    "fin ☺ ✓ 😀 שלום 中": "fin ☺ ✓ □ □□□□ □",
    "\U0001d406\U0001d42b\U0001d41a\U0001d42c \U0001d7db": "Gras 3",
    "pouce \U0001f44d\U0001f3fd levé": "pouce □ levé",
    ") Tj ET Q endstream endobj %%EOF (": ") Tj ET Q endstream endobj %%EOF (",
    "x" * 300: "x" * 300,
}  # fmt: skip


async def test_hostile_text_is_text() -> None:
    texts = [
        section
        for text in HOSTILE
        for section in (
            Text(title=text, body=text),
            Table(title="t", head=[text], widths=[1], rows=[[text]], serials=[0]),
            PrintedThread(title="t", side="client", readers=text, messages=[Said(author=text, about=text, body=text)]),
        )
    ]
    said = "".join(pages(await Printer().print(sheet(*texts, unwritable="Il manque des caractères."))))
    bare = said.replace("\n", "").replace(" ", "").replace("\u00a0", "")
    assert {shown: bare.count(shown.replace(" ", "")) for shown in HOSTILE.values()} == dict.fromkeys(
        HOSTILE.values(), 8
    )
    assert "Ilmanquedescaractères." in bare


async def test_a_document_with_a_glyph_for_everything_does_not_say_otherwise() -> None:
    asked = sheet(Text(title="œ", body="Журнал ✓"), unwritable="Il manque des caractères (□).")
    assert "Il manque" not in "".join(pages(await Printer().print(asked)))


def test_nothing_is_opened_while_drawing() -> None:
    """The process refuses itself files, connections and programs before the first character that people typed."""
    tried = (
        "import socket, sys, portal.paper.__main__ as paper, portal.paper.layout as layout\n"
        "def draw(sheet):\n"
        "    tries = [lambda: open('/etc/passwd'), lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "             lambda: __import__('os').system('true'), lambda: __import__('subprocess').run(['true'])]\n"
        "    refused = 0\n"
        "    for each in tries:\n"
        "        try: each()\n"
        "        except PermissionError: refused += 1\n"
        "    return str(refused).encode()\n"
        "paper.warm_up = lambda sheet: None\n"
        "paper.draw = draw\n"
        "paper.main()\n"
    )
    asked = sheet(Text(title="t", body="b")).model_dump_json().encode()
    done = subprocess.run([sys.executable, "-I", "-c", tried], input=asked, capture_output=True, check=True)
    assert done.stdout == b"4"

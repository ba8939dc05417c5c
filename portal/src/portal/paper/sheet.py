"""What a printed document says: headings, facts, tables and messages, as plain text in the reader's language.

Nothing in it is markup or names a file or an address to fetch: the process that draws it needs nothing else.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from web.i18n import Language


class Card(BaseModel):
    """A short block of one subject: ``lines`` as they are, then ``facts`` as label and value."""

    title: str
    lines: list[str] = []
    facts: list[tuple[str, str]] = []


class Cards(BaseModel):
    """Two beside each other."""

    kind: Literal["cards"] = "cards"
    cards: list[Card]


class Table(BaseModel):
    """``widths`` are shares of the page; ``serials`` are the columns in a monospaced face."""

    kind: Literal["table"] = "table"
    title: str
    head: list[str]
    widths: list[int]
    rows: list[list[str]]
    serials: list[int] = []
    empty: str = ""


class Text(BaseModel):
    kind: Literal["text"] = "text"
    title: str
    body: str


class Code(BaseModel):
    """``value`` as bar code (Code 128, ASCII) and in letters; ``note`` below it."""

    kind: Literal["code"] = "code"
    title: str
    value: str = Field(pattern=r"^[ -~]{1,30}$")
    note: str


class Said(BaseModel):
    """One message; ``about`` is the side of its author and the moment."""

    author: str
    about: str
    body: str
    files: list[str] = []


class PrintedThread(BaseModel):
    """``readers``: who reads it. ``cut``: a sentence on what comes before the first message, empty if nothing does."""

    kind: Literal["thread"] = "thread"
    title: str
    side: Literal["client", "sqp"]
    readers: str
    cut: str = ""
    messages: list[Said]
    empty: str = ""


Section = Annotated[Cards | Table | Text | PrintedThread | Code, Field(discriminator="kind")]


class Sheet(BaseModel):
    """``page_of`` holds ``{page}`` and ``{pages}``. ``too_long`` ends a document that would have more than
    ``most_pages``; ``unwritable`` is added where a character has no glyph and stands as a square."""

    language: Language
    title: str
    subject: str
    state: str
    step: str
    printed: str
    page_of: str
    too_long: str
    unwritable: str
    most_pages: int = Field(default=100, ge=1)
    sections: list[Section]

"""A sheet as PDF, A4. Text never passes a parser of markup: paragraphs are made of fragments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Grid
from reportlab.platypus.paraparser import ParaFrag

from portal.paper import fonts
from portal.paper.fonts import BOLD, MONO, SQUARE, TEXT
from portal.paper.sheet import Card, Cards, Code, PrintedThread, Section, Sheet, Table, Text

INK, QUIET, LINE, ACCENT = HexColor("#13211f"), HexColor("#51635f"), HexColor("#d9e1df"), HexColor("#0a5c63")
SUNKEN = HexColor("#eef2f2")
SIDES = {"client": (HexColor("#7a4b9a"), HexColor("#f4edf8")), "sqp": (ACCENT, HexColor("#e6f1f1"))}
LEFT, TOP, BOTTOM, HEAD = 18 * mm, 30 * mm, 20 * mm, 16 * mm
WIDTH = A4[0] - 2 * LEFT


def _style(size: float, face: str = TEXT, colour: Color = INK, **more: float | int | Color) -> ParagraphStyle:
    return ParagraphStyle("", fontName=face, fontSize=size, leading=size * 1.4, textColor=colour, **more)


BODY, SMALL, SERIAL = _style(9.5), _style(8, colour=QUIET), _style(8.5, MONO)
CELL, CELL_HEAD = _style(8.5), _style(8, BOLD, QUIET)
STATE, STEP = _style(10, BOLD, ACCENT), _style(9.5, colour=QUIET)
SUBJECT = _style(17, BOLD, spaceAfter=4)
HEADING = _style(12, BOLD, ACCENT, spaceBefore=14, spaceAfter=5, keepWithNext=1)
LETTERS = _style(16, MONO, spaceBefore=4, spaceAfter=4)
CARD = _style(9.5, BOLD)
NOTICE = _style(8.5, BOLD, HexColor("#855000"), spaceBefore=4, spaceAfter=4)
RIGHT = _style(8, colour=QUIET, alignment=TA_RIGHT)


def draw(sheet: Sheet) -> bytes:
    """The whole document; at most ``sheet.most_pages``, the last of which then says so."""
    written = BytesIO()
    Document(written, sheet).write()
    return written.getvalue()


class Document(BaseDocTemplate):  # type: ignore[misc]  # ReportLab has no types
    def __init__(self, written: BytesIO, sheet: Sheet) -> None:
        title = f"{sheet.title} - {sheet.subject}"
        super().__init__(written, pagesize=A4, title=title, author="SQP", lang=sheet.language, creator="SQP")
        self._sheet = sheet
        frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame]))

    def write(self) -> None:
        self._story = list(story(self._sheet))
        self.build(self._story, canvasmaker=partial(NumberedCanvas, sheet=self._sheet))

    def handle_pageEnd(self) -> None:  # noqa: N802 - the library's name
        """What does not fit into the last page but one is left out, and the last page says so."""
        super().handle_pageEnd()
        if self.page == self._sheet.most_pages - 1:
            self._story[:] = [paragraph(self._sheet.too_long, NOTICE)]


class NumberedCanvas(Canvas):  # type: ignore[misc]  # ReportLab has no types
    """Head and foot are drawn at the end, when the number of pages is known."""

    def __init__(self, *arguments: object, sheet: Sheet, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._sheet = sheet
        self._pages: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._frame_page(number)
            super().showPage()
        super().save()

    def _frame_page(self, number: int) -> None:
        sheet, top = self._sheet, A4[1] - HEAD
        self.setFillColor(ACCENT)
        self.roundRect(LEFT, top - 3 * mm, 17 * mm, 9 * mm, 2, stroke=0, fill=1)
        self.setFillColor(HexColor("#ffffff"))
        self.setFont(BOLD, 14)
        self.drawCentredString(LEFT + 8.5 * mm, top - 0.2 * mm, "SQP")
        self.setFillColor(INK)
        self.setFont(BOLD, 10.5)
        self.drawRightString(LEFT + WIDTH, top, sheet.title)
        self.setStrokeColor(LINE)
        self.line(LEFT, top - 6 * mm, LEFT + WIDTH, top - 6 * mm)
        self.line(LEFT, BOTTOM - 5 * mm, LEFT + WIDTH, BOTTOM - 5 * mm)
        place = sheet.page_of.format(page=number, pages=len(self._pages))
        for text, style in ((sheet.printed, SMALL), (place, RIGHT)):
            foot = paragraph(text, style)
            _, height = foot.wrapOn(self, WIDTH, BOTTOM)
            foot.drawOn(self, LEFT, BOTTOM - 6 * mm - height)


def story(sheet: Sheet) -> Iterator[Flowable]:
    yield paragraph(sheet.subject, SUBJECT)
    yield paragraph(sheet.state, STATE)
    yield paragraph(sheet.step, STEP)
    if has_squares(sheet):
        yield paragraph(sheet.unwritable, NOTICE)
    for section in sheet.sections:
        yield from _section(section)


def has_squares(sheet: Sheet) -> bool:
    """Whether a character has no glyph."""
    said = sheet.model_dump(exclude={"unwritable"})
    return any(SQUARE in piece for text in _strings(said) for _, piece in fonts.runs(text, TEXT))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    fragments = [_fragment(piece, style, face) for face, piece in fonts.runs(_indented(text), style.fontName)]
    return Paragraph("", style, frags=fragments or [_fragment("", style, style.fontName)])


def _fragment(text: str, style: ParagraphStyle, face: str) -> ParaFrag:
    look = {"fontSize": style.fontSize, "textColor": style.textColor, "rise": 0, "us_lines": [], "link": []}
    return ParaFrag(text=text, fontName=face, **look)


def _indented(line: str) -> str:
    """Blanks at the start of a line of a log stay."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


def _lines(text: str, style: ParagraphStyle) -> Iterator[Flowable]:
    for line in text.splitlines():
        yield paragraph(line, style) if line.strip() else Spacer(1, style.leading * 0.6)


def _section(section: Section) -> Iterator[Flowable]:
    if isinstance(section, Cards):
        yield Spacer(1, 10)
        yield from _cards(section.cards)
        return
    yield CondPageBreak(30 * mm)
    yield paragraph(section.title, HEADING)
    if isinstance(section, Text):
        yield from _lines(section.body, BODY)
    elif isinstance(section, Table):
        yield _table(section) if section.rows else paragraph(section.empty, STEP)
    elif isinstance(section, Code):
        # Wide enough for a reader at arm's length, with the margin that it needs.
        yield Code128(section.value, barHeight=20 * mm, barWidth=0.5 * mm, lquiet=2 * mm, rquiet=8 * mm)
        yield paragraph(section.value, LETTERS)
        yield paragraph(section.note, BODY)
    else:
        yield from _thread(section)


def _cards(cards: list[Card]) -> Iterator[Flowable]:
    for pair in zip(cards[::2], [*cards[1::2], None], strict=False):
        cells = [list(_card(card)) if card else "" for card in pair]
        grid = Grid([cells], colWidths=[WIDTH / 2] * 2)
        grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEABOVE", (0, 0), (-1, 0), 0.6, LINE), *_padding(4)])
        yield grid


def _card(card: Card) -> Iterator[Flowable]:
    yield paragraph(card.title, CARD)
    for line in card.lines:
        yield paragraph(line, BODY)
    for label, value in card.facts:
        yield Paragraph("", BODY, frags=[*_pieces(f"{label}\u00a0: ", BODY, QUIET), *_pieces(value, BODY, INK)])


def _pieces(text: str, style: ParagraphStyle, colour: Color) -> Iterator[ParaFrag]:
    for face, piece in fonts.runs(text, style.fontName):
        fragment = _fragment(piece, style, face)
        fragment.textColor = colour
        yield fragment


def _table(table: Table) -> Grid:
    shares = sum(table.widths)
    styles = [SERIAL if i in table.serials else CELL for i in range(len(table.head))]
    rows = [[[paragraph(word, CELL_HEAD)] for word in table.head]]
    rows += [[list(_lines(text, style)) for text, style in zip(row, styles, strict=True)] for row in table.rows]
    widths = [WIDTH * share / shares for share in table.widths]
    grid = Grid(rows, colWidths=widths, repeatRows=1, splitInRow=1)
    ruled = ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)
    shaded = ("BACKGROUND", (0, 0), (-1, 0), SUNKEN)
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ruled, shaded, *_padding(3)])
    return grid


def _padding(vertical: int) -> Iterable[tuple[str, tuple[int, int], tuple[int, int], int]]:
    sides = {"LEFTPADDING": 4, "RIGHTPADDING": 6, "TOPPADDING": vertical, "BOTTOMPADDING": vertical + 1}
    return [(name, (0, 0), (-1, -1), points) for name, points in sides.items()]


def _thread(thread: PrintedThread) -> Iterator[Flowable]:
    colour, tint = SIDES[thread.side]
    head = _style(
        9, BOLD, colour, backColor=tint, borderPadding=(2, 4, 3, 4), leftIndent=4, spaceBefore=9, spaceAfter=5
    )
    head.keepWithNext = 1
    body = _style(9.5, leftIndent=4)
    attached = _style(8, colour=QUIET, leftIndent=4)
    yield paragraph(thread.readers, STEP)
    if thread.cut:
        yield paragraph(thread.cut, NOTICE)
    if not thread.messages:
        yield paragraph(thread.empty, STEP)
    for message in thread.messages:
        about = list(_pieces(f"  ·  {message.about}", SMALL, QUIET))
        yield Paragraph("", head, frags=[*_pieces(message.author, head, colour), *about])
        yield from _lines(message.body, body)
        for name in message.files:
            yield paragraph(f"→ {name}", attached)

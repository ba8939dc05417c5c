"""multipart/form-data, parsed as it arrives: each piece of a body gives the events that it completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


class MalformedMultipart(Exception):
    """The body is not multipart/form-data, or breaks off."""


@dataclass(frozen=True)
class Part:
    """The head of a part. ``filename`` is None for a field, empty for a file input without a file."""

    name: str
    filename: str | None


# A part begins, a piece of its content, its end.
Met = Part | bytes | None


class MultipartReader:
    """``is_complete`` once the closing boundary has arrived. Raises MalformedMultipart."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise MalformedMultipart
        self.is_complete = False
        self._met: list[Met] = []
        self._name = bytearray()
        self._value = bytearray()
        self._disposition = b""
        try:
            self._parser = MultipartParser(options[b"boundary"], self._callbacks())
        except FormParserError as error:
            raise MalformedMultipart from error

    def feed(self, piece: bytes) -> list[Met]:
        """The events that this piece of the body completes."""
        try:
            self._parser.write(piece)
        except (FormParserError, UnicodeDecodeError) as error:
            raise MalformedMultipart from error
        met, self._met = self._met, []
        return met

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": lambda data, start, end: self._met.append(bytes(data[start:end])),
            "on_part_end": lambda: self._met.append(None),
            "on_end": self._end,
        }

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise MalformedMultipart
        filename = options.get(b"filename")
        self._met.append(Part(options[b"name"].decode(), None if filename is None else _unescaped(filename)))
        self._disposition = b""

    def _end(self) -> None:
        self.is_complete = True


def _unescaped(name: bytes) -> str:
    """Browsers send UTF-8 and escape the quotation mark and line ends alone."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        text = name.decode("latin-1")
    return text.replace("%22", '"').replace("%0D%0A", " ").replace("%0D", " ").replace("%0A", " ")

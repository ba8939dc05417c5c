"""The one file of a multipart/form-data body, as it comes in."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from files.errors import UploadMalformed

FIELD = b"file"


class FilePart:
    """Takes the body piece by piece and gives the file's bytes in it. Raises UploadMalformed on any other shape."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise UploadMalformed
        self.filename = ""
        self.is_complete = False
        self._parts = 0
        self._header = ""
        self._value = bytearray()
        self._disposition = ""
        self._pieces: list[bytes] = []
        self._parser = self._make(boundary)

    def _make(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise UploadMalformed from error

    def feed(self, piece: bytes) -> list[bytes]:
        """The file's bytes that this piece of the body completes."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise UploadMalformed from error
        pieces, self._pieces = self._pieces, []
        return pieces

    def finish(self) -> None:
        """The body is over: raises UploadMalformed unless its file was whole."""
        if not self.is_complete or self._parts != 1:
            raise UploadMalformed

    def _begin(self) -> None:
        self._parts += 1
        self._disposition = ""
        if self._parts > 1:
            raise UploadMalformed

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].decode("latin-1")

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == "content-disposition":
            self._disposition = self._value.decode("latin-1")
        self._header, self._value = "", bytearray()

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or options.get(b"name") != FIELD:
            raise UploadMalformed
        self.filename = _decoded(options.get(b"filename", b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        self.is_complete = True


def _decoded(name: bytes) -> str:
    """Browsers send UTF-8 and escape the quotation mark and line ends alone."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        text = name.decode("latin-1")
    return text.replace("%22", '"').replace("%0D", "").replace("%0A", "")

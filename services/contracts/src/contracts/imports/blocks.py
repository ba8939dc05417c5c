"""A body of lines, cut into blocks as it arrives and never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from api.imports import MIB, MOST_LINES, MOST_OF_A_LINE
from contracts.imports.errors import TooManyLines

# One transaction's: a person's change of one of its contracts waits as long.
LINES = 200


@dataclass
class Block:
    """``first_line`` counts from 1."""

    position: int
    first_line: int
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= LINES or self.size >= MIB

    @property
    def content(self) -> bytes:
        return b"\n".join(self.lines)


class Blocks:
    """``lines`` counts those that are not empty."""

    def __init__(self) -> None:
        self._block = Block(0, 1)
        self._line = bytearray()
        self.lines = 0

    @property
    def number(self) -> int:
        """How many blocks there are, once the body has ended."""
        return self._block.position

    def feed(self, piece: bytes) -> Iterator[Block]:
        """The blocks that are full now. Raises TooManyLines."""
        *ended, rest = piece.split(b"\n")
        for part in ended:
            self._take(part)
            yield from self._end_line()
        self._take(rest)

    def end(self) -> Iterator[Block]:
        if self._line:
            yield from self._end_line()
        if self._block.lines:
            yield self._next_block()

    def _take(self, part: bytes) -> None:
        # One byte more than it may have says that a line is too long; the rest of it is dropped.
        self._line += part[: MOST_OF_A_LINE + 1 - len(self._line)]

    def _end_line(self) -> Iterator[Block]:
        line, self._line = bytes(self._line), bytearray()
        if self._block.first_line + len(self._block.lines) > MOST_LINES:
            raise TooManyLines(limit=MOST_LINES)
        self._block.lines.append(line)
        self._block.size += len(line)
        self.lines += bool(line.strip())
        if self._block.is_full:
            yield self._next_block()

    def _next_block(self) -> Block:
        full = self._block
        self._block = Block(full.position + 1, full.first_line + len(full.lines))
        return full

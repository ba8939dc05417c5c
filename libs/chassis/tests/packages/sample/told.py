"""The one event of the sample."""

from __future__ import annotations

from typing import ClassVar

from events import Event


class NoteWritten(Event):
    type: ClassVar[str] = "sample.note.written.v1"

    note: str
    text: str = ""

    @property
    def aggregate_id(self) -> str:
        return self.note


class NoteBurnt(NoteWritten):
    """Nobody takes it."""

    type: ClassVar[str] = "sample.note.burnt.v1"

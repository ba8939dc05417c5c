"""The sample's consumer."""

from __future__ import annotations

from chassis.messaging.consumer import Consumer
from sample import service
from sample.told import NoteWritten

readers = Consumer("sample.readers")
readers.on(NoteWritten)(service.read)

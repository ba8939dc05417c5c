"""From a file to the events that this service publishes. Only files that an incident named are spoken of: no other
service knows the rest."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from events import files as facts
from events.incidents import Scope
from files.models import Refusal, StoredFile


class State(TypedDict):
    """The fields that the events share, so that the type checker compares them with the event classes."""

    version: int
    file_id: UUID
    uploader_id: UUID
    organisation_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    scan: facts.ScanState
    incident_number: str | None
    scope: Scope | None


def bound(file: StoredFile) -> facts.FileBound:
    return facts.FileBound(**_state(file))


def scanned(file: StoredFile) -> facts.FileScanned:
    return facts.FileScanned(**_state(file))


def erased(file: StoredFile) -> facts.FileErased:
    return facts.FileErased(**_state(file))


def binding_refused(file_id: UUID, incident: str, reason: Refusal, version: int) -> facts.FileBindingRefused:
    return facts.FileBindingRefused(file_id=file_id, incident_number=incident, reason=reason, version=version)


def _state(file: StoredFile) -> State:
    return State(
        version=file.version,
        file_id=file.id,
        uploader_id=file.uploader_id,
        organisation_id=file.organisation_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        scan=file.scan,
        incident_number=file.incident_number,
        scope=file.scope,
    )

"""A file in the published language. Only files that an incident named are spoken of: nobody knows the others."""

from __future__ import annotations

from typing import Any

from files.models import StoredFile


def state_of_file(file: StoredFile) -> dict[str, Any]:
    """The fields of :class:`events.files.FileState` for ``file``."""
    return {
        "version": file.version,
        "file_id": file.id,
        "uploader_id": file.uploader_id,
        "organisation_id": file.organisation_id,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "scan": file.scan,
        "incident_number": file.incident_number,
        "scope": file.scope,
    }

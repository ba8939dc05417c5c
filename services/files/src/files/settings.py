"""Settings of the files service, ``FILES_*`` in the environment."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.storage.settings import StorageSettings
from events.files import MAX_FILE_BYTES

MIB = 1024 * 1024


class Settings(StorageSettings):
    """Sizes are bytes, times seconds.

    ``scanner_url`` is ClamAV's: ``tcp://host:3310`` or ``unix:///run/clamd.sock``. Empty means that **no virus scanner
    is in use**: files are then only compared with the EICAR test file, which finds no virus at all.
    """

    model_config = SettingsConfigDict(env_prefix="FILES_")

    name: ClassVar[str] = "files"

    # The most that one file may have; a multipart body carries a little more. Every other route keeps
    # ``max_body_bytes``.
    max_file_bytes: int = MAX_FILE_BYTES
    max_unbound_files: int = 100
    max_unbound_bytes: int = 1024 * MIB
    upload_timeout: float = Field(default=1800.0, description="a whole upload")
    upload_idle_timeout: float = Field(default=30.0, description="between two pieces of an upload")
    scanner_url: str = Field(default="", description="empty: no virus scanner, the EICAR test file alone is refused")
    scanner_timeout: float = 60.0

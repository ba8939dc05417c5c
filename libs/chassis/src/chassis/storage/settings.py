"""Which object store a service uses, by its settings."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from chassis.settings import ServiceSettings
from chassis.storage.folder import FolderStorage
from chassis.storage.interface import ObjectStorage
from chassis.storage.s3 import S3Location, S3Storage
from web.settings import development_secret


class StorageSettings(ServiceSettings):
    """Settings of a service that stores objects. A ``storage_folder`` wins over S3; an empty endpoint is AWS."""

    storage_folder: Path | None = None
    s3_endpoint: str = "http://localhost:9000"
    s3_region: str = "us-east-1"
    s3_access_key: str = "development"
    s3_secret_key: SecretStr = development_secret("development-secret")
    s3_bucket: str = "sqp-files"


def open_storage(settings: StorageSettings) -> ObjectStorage:
    if settings.storage_folder is not None:
        return FolderStorage(settings.storage_folder)
    location = S3Location(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
    )
    return S3Storage(location)

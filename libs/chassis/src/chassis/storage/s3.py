"""Any S3-compatible store, by boto3 in worker threads of our own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chassis.storage.interface import ObjectMissing, Reading, StorageAway, bounded, checked, gathered

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

log = logging.getLogger(__name__)

PART = 5 * 1024 * 1024  # the smallest part that S3 takes, the last one aside
READ = 256 * 1024
THREADS = 16
MISSING = frozenset({"NoSuchKey", "NotFound", "404"})
NO_BUCKET = MISSING | {"NoSuchBucket"}
OURS_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


@dataclass(frozen=True, kw_only=True)
class S3Location:
    """``endpoint`` is ``http(s)://host:port``; empty for AWS itself."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str
    bucket: str


class S3Storage:
    """Objects in one bucket. An object up to 5 MiB is one request; a larger one goes up in parts, one at a time."""

    def __init__(self, location: S3Location, *, connect_timeout: float = 3, read_timeout: float = 10) -> None:
        self._location = location
        self._bucket = location.bucket
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._config = Config(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=THREADS,
            s3={"addressing_style": "path"},
            # Newer checksums are AWS's own: other stores refuse or ignore them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    @cached_property
    def _client(self) -> S3Client:
        """Made on first use, so that a forked worker makes its own."""
        place = self._location
        session = boto3.session.Session(place.access_key, place.secret_key, region_name=place.region)
        return session.client("s3", endpoint_url=place.endpoint or None, config=self._config)

    async def ensure(self) -> None:
        await self._run(self._ensure)

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        upload = _Upload(self, checked(key))
        try:
            async for block in gathered(bounded(chunks, limit), PART):
                await upload.add(block)
            return await upload.finish()
        except BaseException:
            await upload.abort()
            raise

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> Reading:
        wanted: dict[str, Any] = {}
        if start or end is not None:
            wanted["Range"] = f"bytes={start}-{'' if end is None else end}"
        answer = await self.call("get_object", Key=checked(key), **wanted)
        body = answer["Body"]
        return Reading(partial(self._run, body.read, READ), body.close)

    async def exists(self, key: str) -> bool:
        try:
            await self.call("head_object", Key=checked(key))
        except ObjectMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        await self.abort_uploads(checked(key))
        await self.call("delete_object", Key=key)

    async def abort_uploads(self, key: str) -> None:
        """Parts of an interrupted upload take room that no listing of objects shows."""
        listed = await self.call("list_multipart_uploads", Prefix=key)
        for upload in listed.get("Uploads", []):
            if upload["Key"] == key:
                await self.call("abort_multipart_upload", Key=key, UploadId=upload["UploadId"])

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._run(self._client.close)
        self._threads.shutdown(wait=False)

    async def call(self, operation: str, **arguments: Any) -> Any:
        """One operation on the bucket; raises ObjectMissing or StorageAway."""
        return await self._run(self._call, operation, arguments)

    def _call(self, operation: str, arguments: dict[str, Any]) -> Any:
        return getattr(self._client, operation)(Bucket=self._bucket, **arguments)

    def _ensure(self) -> None:
        """Looks first: where the bucket was made by an operator, our key need not be allowed to make one."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if _code(error) not in NO_BUCKET:
                raise
            self._create_bucket()

    def _create_bucket(self) -> None:
        where: dict[str, Any] = {}
        if self._location.region != "us-east-1":  # which S3 wants unsaid, and every other one said
            where["CreateBucketConfiguration"] = {"LocationConstraint": self._location.region}
        try:
            self._client.create_bucket(Bucket=self._bucket, **where)
        except ClientError as error:
            if _code(error) not in OURS_ALREADY:
                raise

    async def _run(self, function: Any, *arguments: Any) -> Any:
        """In a thread, to its end even when the caller is cancelled: a part in flight would outlive its abortion."""
        call = asyncio.get_running_loop().run_in_executor(self._threads, partial(function, *arguments))
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            await asyncio.wait([call])
            raise
        except ClientError as error:
            if _code(error) in MISSING:
                raise ObjectMissing from error
            log.warning("object store refuses: %s", _code(error))
            raise StorageAway from error
        except BotoCoreError as error:
            log.warning("object store away: %s", type(error).__name__)
            raise StorageAway from error


class _Upload:
    """One object on its way up."""

    def __init__(self, storage: S3Storage, key: str) -> None:
        self._call = partial(storage.call, Key=key)
        self._storage = storage
        self._key = key
        self._held: bytearray | None = None
        self._id: str | None = None
        self._parts: list[CompletedPartTypeDef] = []
        self._size = 0

    async def add(self, block: bytearray) -> None:
        if len(block) < PART:  # the last one, or the only one
            self._held = block
            return
        if self._id is None:
            self._id = (await self._call("create_multipart_upload"))["UploadId"]
        await self._send(block)

    async def finish(self) -> int:
        if self._id is None:
            held = self._held or bytearray()
            await self._call("put_object", Body=bytes(held))
            return len(held)
        if self._held:
            await self._send(self._held)
        await self._complete()
        return self._size

    async def abort(self) -> None:
        """Best effort: what the store does not hear now, ``delete`` does later."""
        try:
            await self._storage.delete(self._key)
        except StorageAway:
            log.warning("an interrupted upload could not be taken back")

    async def _send(self, block: bytearray) -> None:
        number = len(self._parts) + 1
        answer = await self._call("upload_part", UploadId=self._id, PartNumber=number, Body=block)
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})
        self._size += len(block)
        # Frees the part's memory now: the thread that sent it may still hold a reference while the next part fills.
        with suppress(BufferError):
            block.clear()

    async def _complete(self) -> None:
        try:
            await self._call("complete_multipart_upload", UploadId=self._id, MultipartUpload={"Parts": self._parts})
        except StorageAway as error:
            # A retry after a lost answer finds the upload gone because it is complete.
            if not _is_unknown_upload(error) or not await self._is_whole():
                raise

    async def _is_whole(self) -> bool:
        try:
            return bool((await self._call("head_object"))["ContentLength"] == self._size)
        except ObjectMissing:
            return False


def _is_unknown_upload(error: StorageAway) -> bool:
    return isinstance(error.__cause__, ClientError) and _code(error.__cause__) == "NoSuchUpload"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))

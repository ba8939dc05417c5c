"""The private S3 server refuses what a real one refuses."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from devkit.servers.s3 import S3Access, S3Server

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    running = S3Server(tmp_path_factory.mktemp("s3")).start()
    running.create_bucket("attachments")
    yield running
    running.remove()


def test_an_object_comes_back_as_it_was_stored(server: S3Server) -> None:
    server.create_bucket("attachments")
    client = server.access.client()
    client.put_object(Bucket="attachments", Key="a/b", Body=b"content")
    assert client.get_object(Bucket="attachments", Key="a/b")["Body"].read() == b"content"
    client.close()


def test_a_wrong_key_is_refused(server: S3Server) -> None:
    client = S3Access(server.url, server.access_key, "wrong").client()
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.list_objects_v2(Bucket="attachments")
    client.close()


def test_an_altered_presigned_address_is_refused(server: S3Server) -> None:
    client = server.access.client()
    client.put_object(Bucket="attachments", Key="mine", Body=b"mine")
    url = client.generate_presigned_url("get_object", Params={"Bucket": "attachments", "Key": "mine"})
    client.close()
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"mine"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url.replace("/mine?", "/other?"))
    assert refused.value.code == 403
    refused.value.close()


@pytest.mark.slow
def test_data_and_keys_survive_a_restart(server: S3Server) -> None:
    client = server.access.client()
    client.put_object(Bucket="attachments", Key="kept", Body=b"kept")
    server.stop()
    server.start()
    assert client.get_object(Bucket="attachments", Key="kept")["Body"].read() == b"kept"
    client.close()

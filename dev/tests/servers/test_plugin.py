"""The server fixtures: shared, isolated per vhost, and loud about what is missing."""

import asyncio
import smtplib
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from devkit.servers.mail import MailCatcher
from devkit.servers.s3 import S3Access
from devkit.servers.targets import PostgresTarget, RabbitMQTarget


def test_a_provisioned_database_opens_for_both_roles(postgres_server: PostgresTarget) -> None:
    databases = postgres_server.provision("plugin_check")
    for url in (databases.owner_url, databases.app_url):
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("plugin_check",)
    postgres_server.drop("plugin_check")


@pytest.mark.rabbitmq
def test_a_vhost_of_its_own_is_there_during_the_test(rabbitmq_server: RabbitMQTarget, rabbitmq_vhost: str) -> None:
    names = [each["name"] for each in rabbitmq_server.management.call("GET", "vhosts")]
    assert rabbitmq_vhost.rpartition("/")[2] in names


@pytest.mark.s3
def test_a_bucket_can_be_made(s3_server: S3Access) -> None:
    s3_server.create_bucket("plugin-check")
    client = s3_server.client()
    assert client.list_objects_v2(Bucket="plugin-check")["KeyCount"] == 0
    client.close()


async def test_mail_sent_from_a_thread_arrives(mail_server: MailCatcher) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", mail_server.port, timeout=10) as client:
            client.sendmail("a@example.test", ["plugin@example.test"], "Subject: x\r\n\r\ny")

    await asyncio.to_thread(send)
    assert (await mail_server.wait_for("plugin@example.test"))["subject"] == "x"


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_a_missing_server_skips_here_and_fails_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "conftest.py").write_text("pytest_plugins = ['devkit.plugin']\n")
    (tmp_path / "test_it.py").write_text("def test_it(rabbitmq_server): ...\n")
    # An address without its second half is a component that cannot be had, on every machine.
    env = {"CI": ci, "TEST_RABBITMQ_URL": "amqp://a:b@127.0.0.1:1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert outcome in done.stdout
    assert "missing: RabbitMQ: TEST_RABBITMQ_URL needs TEST_RABBITMQ_MANAGEMENT_URL" in done.stdout

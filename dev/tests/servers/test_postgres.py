"""The private PostgreSQL: quick, password-protected, and back after any kind of end."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chassis.provision import drop, provision
from devkit.servers.postgres import Postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    running = Postgres(tmp_path_factory.mktemp("postgres"), durable=False).start()
    yield running
    running.remove()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    Postgres(tmp_path / "data").remove()


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_the_superuser_needs_the_generated_password(server: Postgres) -> None:
    assert value(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True
    wrong = f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_password_file_is_private(server: Postgres) -> None:
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


def test_the_extensions_that_the_services_use_are_there(server: Postgres) -> None:
    databases = server.provision("extensions", owner_password="o", app_password="a")
    with psycopg.connect(databases.owner_url) as owner:
        for name in ("pg_trgm", "unaccent", "btree_gin", "citext"):
            owner.execute(f"CREATE EXTENSION {name}")
        assert owner.execute("SELECT lower('ÉTÉ')").fetchone() == ("été",)


def test_the_application_role_works_on_rows_and_never_on_tables(server: Postgres) -> None:
    first = server.provision("rights", owner_password="o", app_password="a")
    with psycopg.connect(first.owner_url) as owner:
        owner.execute("CREATE TABLE note (id serial PRIMARY KEY, text text)")
        owner.execute("CREATE TABLE journal (id serial PRIMARY KEY)")
        owner.execute("REVOKE UPDATE, DELETE ON journal FROM rights_app")
    again = provision(server.url, "rights", owner_password="o", app_password="new")
    with psycopg.connect(again.app_url, autocommit=True) as app:
        app.execute("INSERT INTO note (text) VALUES ('a')")
        app.execute("UPDATE note SET text = 'b'")
        app.execute("DELETE FROM note")
        app.execute("INSERT INTO journal DEFAULT VALUES")
        for refused in ("DELETE FROM journal", "CREATE TABLE x (id int)", "TRUNCATE note"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)


def test_accented_letters_fold_alike_whatever_the_server_was_made_with(server: Postgres) -> None:
    databases = server.provision("folding", owner_password="o", app_password="a")
    chosen = "SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(databases.app_url) as app:
        assert app.execute("SELECT lower('ÉRIC')").fetchone() == ("éric",)
        assert app.execute(chosen).fetchone() == ("b", "C.UTF-8", "C")


def test_a_service_cannot_open_another_services_database(server: Postgres) -> None:
    server.provision("mine", owner_password="o", app_password="a")
    other = server.provision("other", owner_password="o", app_password="a")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(other.app_url.removesuffix("other") + "mine")
    drop(server.url, "other")
    drop(server.url, "other")
    assert value(server.url, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'other%'") == 0


def test_committed_rows_survive_a_kill(folder: Path) -> None:
    server = Postgres(folder).start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.kill()
    try:
        server.start()
        assert value(server.url, "SELECT n FROM kept") == 7
    finally:
        server.stop()


def test_a_pid_file_of_a_foreign_process_is_no_obstacle(folder: Path) -> None:
    with Postgres(folder, durable=False) as server:
        pid_file = server.folder / "pgdata" / "postmaster.pid"
        stale = pid_file.read_text()
    pid_file.write_text(stale.replace(stale.split()[0], str(os.getpid()), 1))
    with Postgres(folder, durable=False) as server:
        assert value(server.url, "SELECT 1") == 1


def running(pid: int) -> bool:
    """False for a zombie too: who reaps it is not our matter."""
    status = Path(f"/proc/{pid}/cmdline")
    return status.exists() and status.read_bytes() != b""


OWNER = """
import sys, pathlib, signal
from devkit.servers.postgres import Postgres
server = Postgres(pathlib.Path(sys.argv[1]), durable=False).start()
print(server.pid, flush=True)
signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_the_server_ends_with_a_killed_owner_and_its_folder_serves_again(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
    with Postgres(folder, durable=False) as server:
        assert value(server.url, "SELECT 1") == 1
        assert server.pid != pid
    assert not running(pid)


def test_a_start_on_existing_data_is_quick(folder: Path) -> None:
    Postgres(folder, durable=False).start().stop()
    begun = time.monotonic()
    with Postgres(folder, durable=False):
        assert time.monotonic() - begun < 5

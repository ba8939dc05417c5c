"""One database per service with an owner role (migrations) and an application role (everything else)."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

_LOCK = 0x53515001  # one provisioning at a time: role and database creation have no IF NOT EXISTS that is safe

# Accented letters fold and sort alike on every server, whatever locales its machine has.
_TEXT = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"


@dataclass(frozen=True)
class Databases:
    """Addresses of one provisioned database, `postgresql://role:password@host:port/name`."""

    name: str
    owner_url: str
    app_url: str


def provision(admin_url: str, name: str, *, owner_password: str, app_password: str) -> Databases:
    """Creates database `name` with roles `<name>_owner` and `<name>_app`; a repetition sets the passwords again.

    The application role gets SELECT, INSERT, UPDATE and DELETE on the tables that the owner creates later, so a
    migration can take rights away (append-only tables) and no repetition gives them back.
    """
    owner, app = f"{name}_owner", f"{name}_app"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _role(admin, owner, owner_password)
        _role(admin, app, app_password)
        _database(admin, name, owner)
        _connect_rights(admin, name, (owner, app))
    with psycopg.connect(_at(admin_url, name), autocommit=True) as inside:
        inside.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _default_rights(inside, owner, app)
    return Databases(name, _at(admin_url, name, owner, owner_password), _at(admin_url, name, app, app_password))


def drop(admin_url: str, name: str) -> None:
    """Ends its connections and removes the database and both roles; harmless when there is none."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in (f"{name}_app", f"{name}_owner"):
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _role(admin: psycopg.Connection, role: str, password: str) -> None:
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    admin.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            verb, sql.Identifier(role), sql.Literal(password)
        )
    )


def _database(admin: psycopg.Connection, name: str, owner: str) -> None:
    # An administrator that is no superuser (a managed server) must belong to the role that it gives a database to.
    is_super = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if is_super != (True,):
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
    known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    form = "ALTER DATABASE {} OWNER TO {}" if known else f"CREATE DATABASE {{}} OWNER {{}} {_TEXT}"
    admin.execute(sql.SQL(form).format(sql.Identifier(name), sql.Identifier(owner)))


def _connect_rights(admin: psycopg.Connection, name: str, roles: tuple[str, str]) -> None:
    database = sql.Identifier(name)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in roles:
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))


def _default_rights(inside: psycopg.Connection, owner: str, app: str) -> None:
    form = "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} TO {}"
    for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
        inside.execute(sql.SQL(form).format(sql.Identifier(owner), sql.SQL(rights), sql.Identifier(app)))
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(app)))


def _at(url: str, database: str, user: str | None = None, password: str = "") -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")
    login = f"{quote(user, safe='')}:{quote(password, safe='')}" if user else where[0]
    netloc = f"{login}@{where[2]}" if login else where[2]
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{quote(database)}"))

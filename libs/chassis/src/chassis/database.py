"""The one way to PostgreSQL: short transactions for writes, an autocommit connection for reads."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, Engine, PoolProxiedConnection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_, greenlet_spawn

from chassis.failpoints import crash_point
from chassis.retry_policy import DatabaseAway
from chassis.server_watch import SILENT, ServerWatch
from chassis.settings import ServiceSettings

# Of a session: whether it has written to the outbox.
TOUCHED = "outbox_touched"
# The lock that a sleeping relay holds, and that whoever writes to the outbox cannot share then; any constant.
WAKING = 7_205_759_404
WAKE = text(f"SELECT pg_notify('outbox', '') WHERE NOT pg_try_advisory_xact_lock_shared({WAKING})")


class Database:
    """A service's own database through its application role."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.engine = _engine(settings)
        # A pool of its own: switching a connection to autocommit and back costs as much as a small query.
        self.readers = _engine(settings, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self.after_commit: list[Any] = []
        # Deliveries and jobs come in bursts; what they leave of the pool is for requests, the relay and the probes.
        self.background = asyncio.Semaphore(max(1, settings.database_pool_size - 2))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session
            if session.info.get(TOUCHED):
                await session.execute(WAKE)
            crash_point("outbox.before_commit")
            await session.commit()
            crash_point("outbox.after_commit")
        for listener in self.after_commit:
            listener(session)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncConnection]:
        async with self.readers.connect() as connection:
            yield connection

    async def answers(self) -> bool:
        """Whether the database answers a trivial question; never raises."""
        try:
            async with self.reader() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:
            return False
        return True

    async def wait(self) -> None:
        """Until the database answers."""
        while not await self.answers():
            await asyncio.sleep(AWAY_PAUSE)

    async def close(self) -> None:
        await self.engine.dispose()
        await self.readers.dispose()

    def forget(self) -> None:
        """Drops every pooled connection without closing it: after a fork they are the parent's."""
        for engine in (self.engine, self.readers):
            engine.sync_engine.dispose(close=False)


# Seconds between two questions to a database that does not answer.
AWAY_PAUSE = 0.5

# Seconds without use after which a connection is asked whether its server is still there.
RESTED = 1.0

# Seconds beside the wait for a place in the pool; a server that is there needs a hundredth of it.
CONNECTING = 1.0


class BoundedPool(AsyncAdaptedQueuePool):
    """A connection within the pool's timeout and ``CONNECTING``, or ``PoolTimeout``: the looking-up of the name and all
    that the driver does are part of it, which no setting of the driver bounds."""

    def connect(self) -> PoolProxiedConnection:
        return await_(self._connect_in_time())

    async def _connect_in_time(self) -> PoolProxiedConnection:
        seconds = self.timeout() + CONNECTING
        try:
            async with asyncio.timeout(seconds):
                return await greenlet_spawn(super().connect)
        except TimeoutError as error:
            raise PoolTimeout(f"no connection within {seconds:g} s") from error


# SQLAlchemy names a pool's logger after its class, so the level that it sets for `sqlalchemy` does not reach this one.
logging.getLogger(f"{BoundedPool.__module__}.{BoundedPool.__qualname__}").setLevel(logging.WARNING)


def _engine(settings: ServiceSettings, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        poolclass=BoundedPool,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=settings.database_pool_timeout,
        connect_args=_connect_args(settings),
        **options,
    )
    _ask_the_rested(engine.sync_engine)
    return engine


def _ask_the_rested(engine: Engine) -> None:
    """Pings the server only for a connection that was idle longer than ``RESTED`` seconds. SQLAlchemy's own
    ``pool_pre_ping`` does so before each use, which makes a list a tenth slower. If the server was lost within that
    time, the statement itself fails."""

    def rest(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def wake(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        since = record.info.pop("rests_since", None)
        if since is None or time.monotonic() - since < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", wake)


def _connect_args(settings: ServiceSettings) -> dict[str, Any]:
    statement = int(settings.statement_timeout * 1000)
    idle = int(settings.idle_in_transaction_timeout * 1000)
    return {
        "application_name": settings.name,
        "options": f"-c statement_timeout={statement} -c idle_in_transaction_session_timeout={idle} -c timezone=UTC",
        "async_creator_fn": ServerWatch(settings.statement_timeout + SILENT).connect,
        # A connection that waits for nothing has no statement that would notice (chassis.server_watch).
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }


# Classes of SQLSTATE (connection, resources, operator intervention) that do not depend on the statement.
_AWAY_CLASSES = ("08", "53", "57P")


def is_unavailable(error: Exception) -> bool:
    """Whether the error means that the database does not answer, rather than that it refuses this statement."""
    if not isinstance(error, DBAPIError):
        return True
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    state: str | None = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(_AWAY_CLASSES))


@contextmanager
def telling_absence() -> Iterator[None]:
    """Raises DatabaseAway in the place of an error which means that the database does not answer."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        if is_unavailable(error):
            raise DatabaseAway from error
        raise

"""``python -m devstack``: starts, seeds once, prints the address and the log-ins, ends on Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from datetime import UTC, datetime

from pydantic import ValidationError

from demonstration import seeding
from devkit.servers.process import Missing, ServerFailed
from devstack import first_start
from devstack.folder import AlreadyRunning, alone
from devstack.servers import Listener, PortTaken
from devstack.settings import DevstackSettings
from devstack.stack import Stack, running
from web import clock
from web.observability import configure_logging

WELCOME = """
  SQP, contrats de service               prêt en {seconds:.1f} s

    Portail et API     {url}
    Documentation      {url}/docs
    Courrier envoyé    http://localhost:{mail_port}

    Identifiants (mot de passe {password})
{logins}
    Compte de service  {account} / {secret}   (POST {url}/api/v1/oauth/token)

  Ctrl-C arrête tout. Données et journal restent dans {data} ; make reset les efface.
"""


async def main(settings: DevstackSettings) -> None:
    started = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    public = Listener(settings.host, settings.port, for_people=True)
    async with running(settings) as stack:
        if settings.seed:
            await _first(stop, stack, asyncio.create_task(first_start.ensure(stack)))
        if not stop.is_set():
            await public.serve(stack.gateway, started=True, proxy_headers=False)
            _welcome(settings, time.monotonic() - started)
            await _first(stop, stack)
            await public.stop()


async def _first(stop: asyncio.Event, stack: Stack, *work: asyncio.Task[None]) -> None:
    """Until the work is done or a signal came; a relay or consumer that died ends the process, too."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({stopping, *work, *stack.loops}, return_when=asyncio.FIRST_COMPLETED)
    for unfinished in {stopping, *work} - done:
        unfinished.cancel()
    for finished in done - {stopping}:
        finished.result()


def _welcome(settings: DevstackSettings, seconds: float) -> None:
    logins = "".join(f"      {login:<19}{who}\n" for login, who in seeding.LOGINS.items())
    print(
        WELCOME.format(
            seconds=seconds,
            url=settings.public_url,
            mail_port=settings.mail_port or settings.port + 1,
            password=seeding.PASSWORD,
            logins=logins,
            account=seeding.ACCOUNT,
            secret=seeding.SECRET,
            data=settings.data,
        ),
        flush=True,
    )


def _set_clock(at: datetime) -> None:
    ahead = at - datetime.now(UTC)
    vars(clock)["now"] = lambda: datetime.now(UTC) + ahead


def start() -> None:
    if sys.argv[1:]:
        sys.exit("devstack takes no arguments: its settings are DEVSTACK_PORT, DEVSTACK_DATA and so on (see README.md)")
    try:
        settings = DevstackSettings()
    except ValidationError as error:
        wrong = error.errors()[0]
        sys.exit(f"devstack: {'.'.join(map(str, wrong['loc']))}={wrong['input']!r}: {wrong['msg']}")
    if settings.clock:
        _set_clock(settings.clock)
    settings.data.mkdir(parents=True, exist_ok=True)
    configure_logging("devstack", settings.log_level, file=settings.data / "devstack.log")
    try:
        with alone(settings.data):
            asyncio.run(main(settings))
    except (AlreadyRunning, PortTaken, Missing, ServerFailed) as error:
        sys.exit(f"devstack: {error}")


if __name__ == "__main__":
    start()

"""``python -m demonstration``: demonstration data for a platform that runs elsewhere, by its API and its mail catcher.

``SEED_API_URL`` is the gateway's address, ``SEED_MAIL_URL`` that of MailDev's page. SQP's support and the service
account are there already (``python -m identity demo``). May be repeated.
"""

from __future__ import annotations

import asyncio
import os

import aiohttp

from demonstration import maildev, seeding


async def main() -> None:
    api, mail = os.environ["SEED_API_URL"], os.environ["SEED_MAIL_URL"]
    async with aiohttp.ClientSession() as http:

        async def mailed(recipient: str) -> list[str]:
            return [text for _, text in await maildev.mailed(http, mail, recipient)]

        await seeding.Seeding(http, api, mailed).run()
    for login, who in seeding.LOGINS.items():
        print(f"{login:<19}{who}")
    print("password:", seeding.PASSWORD)


if __name__ == "__main__":
    asyncio.run(main())

"""A browser that is logged in from its first page on: the log-in is sent for it, as its form sends it."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
from playwright.async_api import Page


def host_cookie(url: str, name: str, value: str) -> Any:
    """The protocol takes a cookie of this host alone from https only, and sends it to localhost all the same."""
    secure = url.replace("http://", "https://")
    return {"name": name, "value": value, "url": secure, "secure": True, "httpOnly": True, "sameSite": "Lax"}


async def enter(page: Page, url: str, login: str, password: str) -> None:
    """A session of its own. The pages of a log-in would load all scripts and styles twice before a test begins."""
    # Sessions are listed by it.
    agent = {"User-Agent": await page.evaluate("navigator.userAgent")}
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar(), headers=agent) as http:
        async with http.get("/connexion") as form:
            assert form.status == 200, f"the log-in page answers {form.status}"
            token = re.findall('name="csrf" value="([^"]+)"', await form.text())[0]
            cookies = {name: cookie.value for name, cookie in form.cookies.items()}
        sent = {"csrf": token, "login": login, "password": password}
        headers = {"Origin": url, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        async with http.post("/connexion", data=sent, headers=headers, allow_redirects=False) as entered:
            assert entered.status == 303, f"{login}: {entered.status}"
            cookies |= {name: cookie.value for name, cookie in entered.cookies.items() if cookie.value}
    await page.context.add_cookies([host_cookie(url, name, value) for name, value in cookies.items()])

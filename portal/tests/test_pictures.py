"""Pictures of products are fetched from the public internet alone, and only pictures are served."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from portal.pictures import MAX_BYTES, MISSING_SECONDS, Pictures, is_public

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


class Shop:
    """Another site, on this machine."""

    def __init__(self) -> None:
        self.asked = 0
        self.content = PNG
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.path == "/moved":
            raise web.HTTPFound("/picture.png")
        return web.Response(body=self.content, content_type="image/png")


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    app = web.Application()
    app.router.add_get("/{path}", shop.answer)
    async with TestServer(app) as server:
        shop.url = f"http://localhost:{server.port}"
        yield shop


Clock = list[float]


def trusting(now: Clock) -> Pictures:
    return Pictures(allowed=lambda _: True, now=lambda: now[0])


async def test_a_picture_is_fetched_once_and_kept(shop: Shop) -> None:
    pictures = trusting([0.0])
    for _ in range(2):
        found = await pictures.get(f"{shop.url}/picture.png")
        assert found is not None
        assert (found.content, found.media_type) == (PNG, "image/png")
    assert shop.asked == 1


async def test_this_network_is_never_asked(shop: Shop) -> None:
    assert await Pictures().get(f"{shop.url}/picture.png") is None
    assert await trusting([0.0]).get(shop.url.replace("localhost", "127.0.0.1") + "/picture.png") is None
    assert shop.asked == 0


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "[::1]"),
        *("[::ffff:127.0.0.1]", "①②⑦.0.0.1", "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "₁₂₇.0.0.1", "¹²⁷.0.0.1"),
        *("①②⑦。①", "٠.0.0.0", "", ".", "[", "[x"),
    ],
)
async def test_a_number_is_never_asked_however_it_is_written(shop: Shop, host: str) -> None:
    port = shop.url.rsplit(":", 1)[1]
    assert await trusting([0.0]).get(f"http://{host}:{port}/picture.png") is None
    assert shop.asked == 0


async def test_a_redirection_is_not_followed(shop: Shop) -> None:
    assert await trusting([0.0]).get(f"{shop.url}/moved") is None
    assert shop.asked == 1


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"", PNG + b"\0" * MAX_BYTES])
async def test_what_is_no_picture_or_too_large_is_not_served(shop: Shop, content: bytes) -> None:
    shop.content = content
    assert await trusting([0.0]).get(f"{shop.url}/picture.png") is None


async def test_a_missing_picture_is_asked_for_again_later(shop: Shop) -> None:
    now, shop.content = [0.0], b""
    pictures = trusting(now)
    for _ in range(2):
        assert await pictures.get(f"{shop.url}/picture.png") is None
    assert shop.asked == 1
    now[0], shop.content = MISSING_SECONDS + 1, PNG
    assert await pictures.get(f"{shop.url}/picture.png") is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "::1", "fd00::1"])
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_public_address_is() -> None:
    assert is_public("93.184.215.14")

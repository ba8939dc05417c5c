"""How the headers of our messages are written: each by our own hand, so that every word arrives as it was.

The library's folding loses the space between two encoded words (python/cpython#92081, in 3.11 and 3.12) and the quotes
of a long name with a comma. Here a text that is not plain ASCII becomes encoded words (RFC 2047) that hold their own
spaces, and a name is quoted or encoded on its own, before its address.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import quote
from typing import Any

# An encoded word is at most 75 characters long.
WIDTH = 75


class Headers(EmailPolicy):
    """Writes subjects and addresses itself, all other headers as the library does."""

    def fold(self, name: str, value: Any) -> str:
        written = self._written(name, value)
        return super().fold(name, value) if written is None else f"{name}: {written}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        written = self._written(name, value)
        if written is None:
            return super().fold_binary(name, value)
        return f"{name}: {written}{self.linesep}".encode("utf-8" if self.utf8 else "ascii")

    def _written(self, name: str, value: Any) -> str | None:
        if hasattr(value, "addresses"):
            return f",{self.linesep} ".join(self._address(address) for address in value.addresses)
        if name.lower() == "references":
            return f"{self.linesep} ".join(str(value).split())
        return self._words(str(value), len(name) + 2) if name.lower() == "subject" else None

    def _address(self, address: Address) -> str:
        if not address.display_name:
            return address.addr_spec
        name = address.display_name
        written = f'"{quote(name)}"' if name.isascii() and len(name) < WIDTH else self._words(name, len("From: "))
        return f"{written}{self.linesep if len(written) > WIDTH // 2 else ''} <{address.addr_spec}>"

    def _words(self, text: str, indent: int) -> str:
        if text.isascii() and len(text) + indent <= WIDTH:
            return text
        encoded = Header(text, "utf-8", maxlinelen=WIDTH, header_name="x" * max(1, indent - 2))
        return encoded.encode(linesep=self.linesep)


HEADERS = Headers()

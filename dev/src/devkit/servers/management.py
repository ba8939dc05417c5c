"""RabbitMQ's management API: vhosts, users and rights over HTTP, without rabbitmqctl's seconds of start-up."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Management:
    """`url` is `http://user:password@host:port`, `broker` is `amqp://host:port` of the same server."""

    url: str
    broker: str

    def amqp_url(self, vhost: str, user: str | None = None, password: str = "") -> str:
        login = f"{_part(user)}:{_part(password)}" if user else urlsplit(self.url).netloc.rpartition("@")[0]
        return f"amqp://{login}@{urlsplit(self.broker).netloc.rpartition('@')[2]}/{_part(vhost)}"

    def create_vhost(self, name: str) -> str:
        self.call("PUT", f"vhosts/{_part(name)}", {})
        self._permit(unquote(urlsplit(self.url).username or ""), name, ".*", ".*", ".*")
        return self.amqp_url(name)

    def delete_vhost(self, name: str) -> None:
        """Its connections, queues and messages go with it. Harmless when there is none."""
        self._delete(f"vhosts/{_part(name)}")

    def create_user(
        self, name: str, password: str, vhost: str, *, configure: str = "", write: str = "", read: str = ""
    ) -> str:
        self.call("PUT", f"users/{_part(name)}", {"password": password, "tags": ""})
        self._permit(name, vhost, configure, write, read)
        return self.amqp_url(vhost, name, password)

    def delete_user(self, name: str) -> None:
        """Harmless when there is none."""
        self._delete(f"users/{_part(name)}")

    def _delete(self, path: str) -> None:
        try:
            self.call("DELETE", path)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise

    def load(self, definitions: object) -> None:
        """Makes what is not there yet; what is there stays."""
        self.call("POST", "definitions", definitions)

    def answers(self) -> bool:
        try:
            self.call("GET", "whoami")
        except OSError:  # refused, or not ready: URLError and HTTPError are OSErrors
            return False
        return True

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One request to `/api/<path>`; answers the parsed JSON or None. Raises urllib's HTTPError from 400 on."""
        parts = urlsplit(self.url)
        where, scheme = parts.netloc.rpartition("@")[2], parts.scheme
        request = urllib.request.Request(f"{scheme}://{where}/api/{path}", method=method)
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        try:
            with _opener().open(request, data, timeout=_TIMEOUT_SECONDS) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            raise
        return json.loads(content) if content else None

    def _permit(self, user: str, vhost: str, configure: str, write: str, read: str) -> None:
        rights = {"configure": configure, "write": write, "read": read}
        self.call("PUT", f"permissions/{_part(vhost)}/{_part(user)}", rights)


def _opener() -> urllib.request.OpenerDirector:
    # The server is on this machine or named on purpose: a proxy of the environment would not find it.
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _part(text: str) -> str:
    return quote(text, safe="")

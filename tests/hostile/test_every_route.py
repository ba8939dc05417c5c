"""What schemathesis makes of the API's documents, valid and not, sent by everybody: no answer is a server error, and
every answer is what its document says."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from tests.hostile import hooks
from tests.hostile.conftest import LOGINS, Role

from demonstration import seeding
from devstack.testing.embedded import EmbeddedStack

CHECKS = Path(__file__).parent / "schemathesis.toml"
FEW = hypothesis.settings(
    max_examples=1,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# It never ends; the deep run reads its first event.
STREAM = "/api/v1/notifications/stream"


def operations(url: str) -> Iterator[Any]:
    config = schemathesis.Config.from_path(CHECKS)
    schema: Any = schemathesis.openapi.from_url(f"{url}/openapi.json", config=config)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path != STREAM:
            yield operation


def send_few(operation: Any, mode: GenerationMode, roles: list[Role], http: requests.Session) -> None:
    """Raises what is wrong with the answers, each case being sent by everybody."""

    def send(case: Any) -> None:
        for role in roles:
            answer = case.call_and_validate(headers=role.headers(), session=http)
            if answer.status_code == 401:
                role.log_in_again()

    generated: Any = given(operation.as_strategy(generation_mode=mode))
    run: Any = FEW(generated(send))
    run()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_route_is_broken_by_what_the_gateway_lets_through(
    stack: EmbeddedStack, roles: list[Role], mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    check([stack.url], mode, roles, subtests)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_route_is_broken_by_what_reaches_a_service_directly(
    services: dict[str, str], roles: list[Role], mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    assert len(services) == 5
    check(services.values(), mode, [role for role in roles if role.name == "reseller administrator"], subtests)


def check(urls: Iterable[str], mode: GenerationMode, roles: list[Role], subtests: pytest.Subtests) -> None:
    with requests.Session() as http:
        for operation in itertools.chain.from_iterable(map(operations, urls)):
            with subtests.test(operation.label):
                try:
                    send_few(operation, mode, roles, http)
                except Unsatisfiable:
                    assert mode == GenerationMode.NEGATIVE  # nothing in it could be wrong


PERSON = """
[auth.dynamic.openapi.bearer]
path = "/api/v1/auth/login"
payload = {{ login = "{login}", password = "{password}" }}
extract_selector = "/access_token"
retry_on = [401]
"""
ACCOUNT = """
[auth.dynamic.openapi.bearer]
path = "/api/v1/oauth/token"
payload_content_type = "application/x-www-form-urlencoded"
payload = {{ grant_type = "client_credentials", client_id = "{login}", client_secret = "{password}" }}
extract_selector = "/access_token"
retry_on = [401]
"""


def authentication(login: str | None) -> str:
    if login is None:
        return ""
    is_account = login == seeding.ACCOUNT
    form, password = (ACCOUNT, seeding.SECRET) if is_account else (PERSON, seeding.PASSWORD)
    return form.format(login=login, password=password)


@pytest.mark.slow
@pytest.mark.parametrize("role", LOGINS)
def test_no_route_is_broken_by_a_deep_search(stack: EmbeddedStack, tmp_path: Path, role: str) -> None:
    """Every bound of every field, all methods, what comes after a creation and a deletion; then cases at random."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(CHECKS.read_text() + authentication(LOGINS[role]))
    options = ["--phases=examples,coverage,fuzzing,stateful", "--max-examples=10", "--no-color"]
    command = ["--config-file", str(config), "run", f"{stack.url}/openapi.json", *options]
    (tmp_path / "hooks.py").write_text(Path(hooks.__file__).read_text())
    ended = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *command],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2_000:]

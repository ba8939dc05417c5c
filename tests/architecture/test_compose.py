"""docker-compose.yml: what every container owes, and that its settings and secrets are the services' own."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from scripts import secret_set
from tests.architecture import compose
from tests.architecture.compose import PROCESSES, ROOT

from api.upstreams import SERVICES
from chassis.settings import ServiceSettings
from web.settings import DEVELOPMENT_MARK

DEVELOPMENT = ROOT / "deploy" / "secrets" / "development"
DOCUMENT = compose.load()
OURS = compose.ours(DOCUMENT)
CONTAINERS = DOCUMENT["services"]
OWN_SECRETS = {name: name.split("-")[0] for name in OURS if name.split("-")[0] in SERVICES}


def settings_of(service: str, environment: dict[str, str], folder: Path, patch: pytest.MonkeyPatch) -> ServiceSettings:
    """As a process of the service would read them in its container, the secrets being in ``folder``."""
    for name, value in {**environment, "SECRETS_DIR": str(folder)}.items():
        patch.setenv(name, value)
    settings: ServiceSettings = importlib.import_module(f"{service}.settings").Settings()
    return settings


def test_every_service_has_its_four_processes_and_the_edges_one() -> None:
    expected = {f"{service}-{process}": [process] for service in SERVICES for process in PROCESSES}
    assert {name: CONTAINERS[name]["command"] for name in expected} == expected
    assert {"gateway", "portal"} <= set(OURS)


def test_a_rolling_restart_takes_every_service() -> None:
    """The script runs on a host without Python, so it has a list of its own."""
    assert f"for service in {' '.join(SERVICES)}; do" in (ROOT / "scripts" / "rolling-restart").read_text()


def test_every_folder_of_a_service_is_in_the_list() -> None:
    assert sorted(SERVICES) == sorted(path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml"))


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_limited_and_its_image_pinned(name: str) -> None:
    container = CONTAINERS[name]
    limits = container["deploy"]["resources"]["limits"] if "deploy" in container else {}
    one_shot = container.get("restart") in ("no", "on-failure:3")
    assert one_shot or {"cpus", "memory"} <= set(limits), f"{name} may take the whole machine"
    assert not container["image"].endswith(":latest")
    assert ":" in container["image"]
    assert "no-new-privileges:true" in container["security_opt"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_own_nothing_but_tmp(name: str) -> None:
    container = OURS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "user" not in container, "the image says which user"
    assert [mount.split(":")[0] for mount in container["tmpfs"]] == ["/tmp"]
    assert "volumes" not in container


def test_the_seed_starts_every_container_that_lasts() -> None:
    """By what it waits for, and what that waits for: a platform without its workers would not do what the seed asks."""
    started: set[str] = set()
    names = ["seed"]
    while names:
        name = names.pop()
        if name not in started:
            started.add(name)
            names += CONTAINERS[name].get("depends_on", {})
    assert started == set(CONTAINERS)


def test_an_image_says_of_what_release_it_is() -> None:
    named = compose.load(SQP_VERSION="1.2.3", SQP_REVISION="abc")["services"]
    built = [container["build"] for container in named.values() if "build" in container]
    assert {build["target"] for build in built} == {*SERVICES, "gateway", "portal", "seed"}
    assert all(build["args"] == {"VERSION": "1.2.3", "REVISION": "abc"} for build in built)


@pytest.mark.parametrize("name", [name for name in OURS if OURS[name].get("restart") == "unless-stopped"])
def test_every_lasting_process_has_a_probe_and_time_to_end(name: str) -> None:
    probe = OURS[name]["healthcheck"]["test"]
    kind = "http" if name.endswith("-api") or name in ("gateway", "portal") else "heartbeat"
    assert probe[:5] == ["CMD", "python", "-I", "-S", "/opt/app/web/probe.py"]
    assert probe[5] == kind


def test_what_is_published_is_published_on_this_machine_alone() -> None:
    ports = [port for container in CONTAINERS.values() for port in container.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", OWN_SECRETS)
def test_a_service_sees_its_own_secrets_alone(name: str) -> None:
    assert all(secret.startswith(f"{OWN_SECRETS[name]}_") for secret in OURS[name]["secrets"])
    owner = [secret for secret in OURS[name]["secrets"] if secret.endswith("_database_owner_password")]
    assert bool(owner) == name.endswith("-migrate"), "migrations alone act as the owner"


@pytest.mark.parametrize("name", [*OWN_SECRETS, "gateway", "portal"])
def test_every_variable_is_a_setting(name: str) -> None:
    service = name.split("-")[0]
    fields = importlib.import_module(f"{service}.settings").Settings.model_fields
    known = {f"{service}_{field}".upper() for field in fields}
    assert set(compose.environment(OURS[name])) - known <= {"SECRETS_DIR"}
    assert {secret.upper() for secret in OURS[name].get("secrets", [])} <= known


def test_the_printed_set_of_secrets_is_what_its_maker_makes() -> None:
    made = secret_set.printed_set()
    assert {path.name: path.read_text().strip() for path in DEVELOPMENT.iterdir()} == made
    assert {name: secret["file"] for name, secret in DOCUMENT["secrets"].items()} == {
        name: f"./{(DEVELOPMENT / name).relative_to(ROOT)}" for name in made if name != "rabbitmq_password"
    }


@pytest.mark.parametrize("service", SERVICES)
def test_development_starts_with_the_printed_secrets(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(service, compose.environment(OURS[f"{service}-api"]), DEVELOPMENT, monkeypatch)
    assert f"{service}_app:{DEVELOPMENT_MARK}-" in settings.database_url.get_secret_value()
    assert f"{service}:{DEVELOPMENT_MARK}-" in settings.jobs_url.get_secret_value()


@pytest.mark.parametrize("service", SERVICES)
def test_production_refuses_every_printed_secret(service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One by one: a single printed file among good ones is enough."""
    production = compose.load(SQP_ENVIRONMENT="production")["services"][f"{service}-migrate"]
    good = secret_set.secret_set(secret_set.random_value, secret_set.new_mail_keys())
    own = {name: good[name] for name in production["secrets"]}
    secret_set.write(tmp_path / "good", own)
    assert settings_of(service, compose.environment(production), tmp_path / "good", monkeypatch)
    for name in filter(own.get, own):
        folder = tmp_path / name
        secret_set.write(folder, {**own, name: (DEVELOPMENT / name).read_text().strip()})
        with pytest.raises(ValidationError, match="still has its development value"):
            settings_of(service, compose.environment(production), folder, monkeypatch)


def test_the_brokers_users_may_do_what_the_code_needs_and_no_more() -> None:
    made: Any = secret_set.definitions(
        {f"{name}_broker_password": name for name in SERVICES} | {"rabbitmq_password": "x"}
    )
    kinds = ("configure", "write", "read")
    rights = {(entry["user"], entry["vhost"]): [entry[kind] for kind in kinds] for entry in made["permissions"]}
    for service in SERVICES:
        own = rf"{service}\..*"
        assert rights.pop((service, f"{service}-jobs")) == [".*"] * 3
        assert rights.pop((service, "events")) == [f"^{own}$", rf"^(events\.{service}|{own})$", f"^(events|{own})$"]
    assert {user for user, _ in rights} == {secret_set.OPERATOR}

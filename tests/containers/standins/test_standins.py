"""Stand-ins exist for each image that is named anywhere, are built once, and never replace a published image."""

import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.containers.standins import docker
from tests.containers.standins.builder import ensure
from tests.containers.standins.images import STAND_INS, StandIn

ROOT = Path(__file__).parents[3]
OURS = "${SQP_REGISTRY:-sqp}/"


def named() -> set[str]:
    """Third-party images: of the compose file, and the Dockerfile's base."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    images = {service["image"] for service in services}
    bases = re.findall(r"^ARG \w+_IMAGE=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return {image for image in images if not image.startswith(OURS)} | set(bases)


def test_every_image_that_is_not_ours_has_a_stand_in_and_no_other_has() -> None:
    assert {each.tag for each in STAND_INS} == named()


@pytest.fixture
def engine_here(engine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in engine.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def published(engine_here: None, tmp_path: Path) -> Iterator[str]:
    """The tag of a foreign image, as if it had been pulled."""
    with tarfile.open(tmp_path / "tree.tar", "w") as tree:
        tree.addfile(tarfile.TarInfo("somebody-elses"))
    tag = f"sqp-standin-test:{os.getpid()}"
    docker.run("import", tmp_path / "tree.tar", tag)
    yield tag
    docker.run("image", "rm", tag)


def test_a_published_image_is_never_replaced(published: str) -> None:
    before = docker.run("image", "inspect", "--format", "{{.Id}}", published)
    assert ensure(StandIn("haproxy", published)) == "published"
    assert docker.run("image", "inspect", "--format", "{{.Id}}", published) == before


def test_a_stand_in_is_built_once(engine_here: None) -> None:
    [wanted] = [each for each in STAND_INS if each.name == "haproxy"]
    assert ensure(wanted) in {"published", "pulled", "stand-in, built", "stand-in, unchanged"}
    assert ensure(wanted) in {"published", "stand-in, unchanged"}


def test_a_change_of_what_it_is_made_of_builds_it_again(engine_here: None) -> None:
    def changed(context: Path) -> None:
        (context / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY note /note\n")
        (context / "note").write_text("changed")

    tag = f"sqp-standin-test:changed-{os.getpid()}"
    first, second = StandIn("haproxy", tag, _small), StandIn("haproxy", tag, changed)
    try:
        assert [ensure(each) for each in (first, first, second)] == [
            "stand-in, built",
            "stand-in, unchanged",
            "stand-in, built",
        ]
    finally:
        docker.run("image", "rm", tag)


def _small(context: Path) -> None:
    (context / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")

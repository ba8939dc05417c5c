"""Both overlays, rendered once. Without kubectl the tests are skipped and say so."""

from __future__ import annotations

import pytest
from tests.cluster.rendering import OVERLAYS, Manifest, NoKubectl, kubectl, render


@pytest.fixture(scope="session", autouse=True)
def renderer() -> str:
    try:
        return kubectl()
    except NoKubectl as error:
        pytest.skip(str(error))


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def manifests(overlay: str) -> list[Manifest]:
    return render(overlay)

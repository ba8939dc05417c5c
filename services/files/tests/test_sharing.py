"""A client's basic people read the files of incidents that are shared with them, on every route."""

from __future__ import annotations

from typing import Any

import pytest
from services.files.tests.pictures import picture
from services.files.tests.test_access import PATHS

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER
from events.incidents import IncidentClientGiven, IncidentDeclared, IncidentShared
from files import projections

DECLARED = {"nature": "defective", "product_reference": "TS-131K", "serial_numbers": ["Q207B17555"]}


@pytest.mark.parametrize("scope", ["declaration", "client"])
@pytest.mark.parametrize("path", PATHS)
async def test_a_private_incidents_file_is_its_administrators(
    sender: Any, incidents: Any, scope: str, path: str
) -> None:
    file = await sender.clean(picture(), "photo.png")
    await incidents.tell(IncidentDeclared, RESELLER, **DECLARED, readers=[])
    await incidents.attach(file, scope=scope, readers=[])
    for readers, status in (([], 404), ([CLIENT_BASIC.user_id], 200), ([CLIENT.user_id], 404), (None, 200)):
        await incidents.tell(IncidentShared, CLIENT, readers=readers)
        assert (await sender.get(path.format(file), CLIENT_BASIC)).status_code == status
        for who in (CLIENT, RESELLER):
            assert (await sender.get(path.format(file), who)).status_code == 200


async def test_an_event_of_before_takes_no_sharing_back(sender: Any, incidents: Any) -> None:
    """It names no readers: what is known of them stays."""
    file = await sender.clean()
    await incidents.attach(file, readers=[])
    before = IncidentClientGiven(**{**incidents.said(RESELLER), "version": 9})
    async with sender.harness.service.database.transaction() as session:
        await projections.incident(session, before)
    assert (await sender.get(file, CLIENT_BASIC)).status_code == 404

"""The form by which a disk is kept: how the certificate of its destruction is given, and SQP's answer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest

from api.incidents import Incident
from devkit.exchange_samples import CERTIFICATE, INCIDENT, NUMBER, back, line
from devkit.fake_upstream import Upstream, answer

TAB = f"/incidents/{NUMBER}?onglet=echange"
STEPS = f"/incidents/{NUMBER}/echanges/1"
STEP = {"step": "keep_disk", "version": "7", "form": "keep_disk-1"}
UPLOADED = uuid4()


@pytest.fixture
def keeping(desk: Any, upstream: Upstream) -> Any:
    """An incident without files whose declaration the reader may add to."""
    desk.holds(line(actions=["keep_disk"]))
    incident(upstream, attach=["declaration"], attachments=[])
    upstream.handlers[f"/api/v1/incidents/{NUMBER}/files"] = desk.changing({})
    return desk


def incident(upstream: Upstream, attach: list[str], **changes: Any) -> None:
    known = deepcopy({**INCIDENT, **changes})
    known["actions"]["attach"] = attach
    upstream.handlers[f"/api/v1/incidents/{NUMBER}"] = answer(Incident.model_validate(known).model_dump(mode="json"))


def form(page: str) -> str:
    start = page.index('id="keep_disk-1"')
    return page[start : page.index("</form>", start)]


async def test_the_form_takes_the_certificate_itself_where_none_is_on_the_declaration(keeping: Any) -> None:
    shown = form(await keeping.get(TAB))
    assert 'enctype="multipart/form-data"' in shown
    assert '<input id="keep_disk-1-certificate" name="files" type="file"' in shown
    assert "certificate_file_id" not in shown


async def test_who_may_not_add_to_the_declaration_reads_who_does(keeping: Any, upstream: Upstream) -> None:
    incident(upstream, attach=[], attachments=[])
    for kind, words in (("client", "envoyez-le à votre revendeur"), ("sqp", "par le revendeur ou par qui l’a faite")):
        keeping.log_in(kind)
        shown = form(await keeping.get(TAB))
        assert words in shown
        assert 'type="file"' not in shown


async def test_a_certificate_that_nobody_here_can_give_is_not_asked_for_once_the_return_is_settled(
    keeping: Any, upstream: Upstream
) -> None:
    keeping.holds(line(actions=["keep_disk"], **{"return": back("settled")}))
    assert 'id="keep_disk-1"' in await keeping.get(TAB)
    incident(upstream, attach=[], attachments=[])
    assert 'id="keep_disk-1"' not in await keeping.get(TAB)


async def test_a_certificate_sent_with_the_form_is_attached_and_named(keeping: Any, upstream: Upstream) -> None:
    file = {"id": str(UPLOADED), "name": "c.pdf", "media_type": "application/pdf", "size": 3, "scan": "pending",
            "sha256": "0" * 64, "uploaded_at": "2026-05-19T08:00:00Z", "state": "unbound"}  # fmt: skip
    upstream.handlers[f"/api/v1/files/{UPLOADED}"] = answer(file)
    status, where = await keeping.post(STEPS, **STEP, file_ids=str(UPLOADED))
    assert (status, where) == (303, TAB)
    assert [(path, body) for path, _, body in keeping.sent] == [
        (f"/incidents/{NUMBER}/files", {"file_ids": [str(UPLOADED)], "scope": "declaration"}),
        (f"/incidents/{NUMBER}/exchanges/1/steps", {"step": "keep_disk", "certificate_file_id": str(UPLOADED)}),
    ]


async def test_a_certificate_that_is_gone_is_told_at_its_field_and_nothing_is_stated(
    keeping: Any, upstream: Upstream
) -> None:
    upstream.handlers[f"/api/v1/files/{UPLOADED}"] = answer({"code": "not_found"}, 404)
    status, page = await keeping.post(STEPS, **STEP, file_ids=str(UPLOADED), note="Le client garde tout")
    assert (status, keeping.sent) == (422, [])
    assert 'id="keep_disk-1-certificate-wrong"' in page
    assert "Le client garde tout</textarea>" in page


async def test_a_kept_disk_waits_for_sqp_which_settles_it_or_asks_for_it(desk: Any) -> None:
    kept = back(is_disk_kept=True, days_left=None, consequence="", certificate_file_id=CERTIFICATE)
    desk.holds(line(actions=["settle", "refuse_disk", "receive"], **{"return": kept}))
    for kind in ("client", "sqp"):
        desk.log_in(kind)
        page = await desk.get(TAB)
        assert "Le disque est conservé : SQP va répondre." in page
        assert "À renvoyer au plus tard" not in page
    assert "Prochaine étape · Solder le retour" in page.replace("</h4>", "")
    assert '<option value="retained" selected>' in page
    assert f'<option value="{CERTIFICATE}" selected>' in page
    assert await desk.post(STEPS, step="refuse_disk", version="7", note="Sous garantie") == (303, TAB)
    assert desk.sent[-1][2] == {"step": "refuse_disk", "note": "Sous garantie"}


async def test_what_a_request_and_an_approval_are_told_of_the_return_and_the_address(desk: Any) -> None:
    requested = line(decision="requested", actions=["approve"], **{"return": back("not_required")})
    desk.holds(
        requested,
        requestable=["Z9CBPM5M"],
        return_terms="À renvoyer sous 10 jours.",
        address_warning="Ni BP ni CEDEX.",
        overdue={"count": 2, "sentence": "Aucun échange n’est accordé."},
    )
    assert "À renvoyer sous 10 jours." in (page := await desk.get(TAB))
    assert "2 retours à SQP sont en retard." in page
    assert "Aucun échange n’est accordé." in page
    assert 'href="/echanges?stage=overdue"' in page
    assert '<div class="notice warn" id="address-warning">' in page
    desk.log_in("sqp")
    approve = (page := await desk.get(TAB))[page.index('id="approve-1"') :]
    assert "Ni BP ni CEDEX." in approve[: approve.index("</form>")]


@pytest.mark.parametrize("tab", ["declaration", "adresse"])
async def test_the_declarer_reads_on_the_incident_that_its_address_takes_no_exchange_in_advance(
    desk: Any, upstream: Upstream, tab: str
) -> None:
    assert "address-warning" not in await desk.get(f"/incidents/{NUMBER}?onglet={tab}")
    incident(upstream, attach=[], address_warning="Ni BP ni CEDEX.")
    page = await desk.get(f"/incidents/{NUMBER}?onglet={tab}")
    assert "Ni BP ni CEDEX." in page[page.index('id="address-warning"') :]


async def test_the_list_of_exchanges_is_refused_to_clients_as_that_of_renewals_is(desk: Any, site: Any) -> None:
    desk.log_in("client")
    async with site.http.get("/echanges", headers={"Cookie": f"__Host-session={desk.session}"}) as got:
        assert (got.status, "Vos droits ne permettent pas cette opération." in await got.text()) == (403, True)

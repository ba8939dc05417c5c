"""Exchanges beside an incident's page: lists by stage, the reception of returns."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from api.incidents.exchanges import ExchangePage, ExchangeRow
from devkit.exchange_samples import NUMBER, back, line, reversed_line
from devkit.fake_upstream import Site, Upstream, answer

SCAN = "/echanges/reception"
COUNTS = {"to_decide": 1, "to_ship": 3, "shipped": 12, "awaited": 41, "overdue": 2, "to_inspect": 0, "to_close": 4,
          "done": 7}  # fmt: skip


def found(upstream: Upstream, *lines: dict[str, Any]) -> None:
    rows = [{name: value for name, value in each.items() if name in ExchangeRow.model_fields} for each in lines]
    page = ExchangePage.model_validate({"items": rows, "total": len(rows), "counts": COUNTS})
    upstream.handlers["/api/v1/exchanges"] = answer(page.model_dump(mode="json"))


async def test_exchanges_are_listed_by_stage_with_their_counts(desk: Any, upstream: Upstream) -> None:
    found(upstream, line(), line(2, is_overdue=True, return_label="Retour en retard"))
    page = await desk.get("/echanges?stage=overdue&q=Q207B17555&sort=return_due_on")
    assert (
        upstream.requests("/api/v1/exchanges")[-1].query == "sort=return_due_on&limit=25&stage=overdue&scan=Q207B17555"
    )
    assert re.findall(r"<b>(\d+)</b>", page) == [str(count) for count in COUNTS.values()]
    assert f'href="/incidents/{NUMBER}?onglet=echange#ligne-2"' in page
    assert '<span class="state expired">Retour en retard</span>' in page
    assert "/echanges/reception" not in page


async def test_sqp_narrows_the_list_to_a_reseller_and_others_do_not(desk: Any, upstream: Upstream) -> None:
    found(upstream)
    reseller = uuid4()
    await desk.get(f"/echanges?reseller_id={reseller}")
    assert "reseller_id" not in upstream.requests("/api/v1/exchanges")[-1].query
    desk.log_in("sqp")
    page = await desk.get(f"/echanges?reseller_id={reseller}")
    assert f"reseller_id={reseller}" in upstream.requests("/api/v1/exchanges")[-1].query
    assert "Aucun échange ne correspond." in page
    assert 'href="/echanges/reception"' in page


@pytest.mark.parametrize(("kind", "is_there"), [("sqp", True), ("reseller", True), ("client", False)])
async def test_the_menu_leads_to_exchanges_by_role(desk: Any, upstream: Upstream, kind: str, is_there: bool) -> None:
    found(upstream)
    desk.log_in(kind)
    assert ('<a href="/echanges"' in await desk.get(f"/incidents/{NUMBER}?onglet=echange")) is is_there


@pytest.fixture
def reception(desk: Any, upstream: Upstream) -> Any:
    desk.log_in("sqp")
    desk.holds(line(actions=["receive"], **{"return": back("in_transit")}), line(2, actions=[]))
    found(upstream, line(return_state="in_transit"), line(2, return_state="inspected"))
    return desk


@pytest.mark.parametrize("code", ["Q207B17555", f"{NUMBER}-1", f" *{NUMBER}-1* "])
async def test_a_scan_leads_to_the_line_that_is_awaited(reception: Any, code: str) -> None:
    page = await reception.get(f"{SCAN}?code={code}")
    assert f"Incident n° {NUMBER}, échange n° 1" in page
    assert 'id="receive"' in page
    typed = re.findall(r'id="receive-serial_number"[^>]*value="([^"]*)"', page)
    assert typed == (["Q207B17555"] if code.startswith("Q") else [""])


async def test_several_lines_are_chosen_from_and_an_unknown_code_says_what_to_try(
    reception: Any, upstream: Upstream
) -> None:
    found(upstream, line(), line(2))
    page = await reception.get(f"{SCAN}?code=Q207B17555")
    assert [f"{SCAN}?code={NUMBER}-{n}" in page for n in (1, 2, 3)] == [True, True, False]
    found(upstream)
    page = await reception.get(f"{SCAN}?code=%3Cb%3E")
    assert "Aucun échange ne correspond à « &lt;b&gt; »." in page
    assert "/recherche?q=%3Cb%3E" in page
    assert "Aucun échange" in await reception.get(f"{SCAN}?code={NUMBER}-9")


async def test_an_arrival_is_recorded_and_the_next_is_scanned(reception: Any) -> None:
    form = {
        "reference": f"{NUMBER}-1", "version": "7", "step": "receive", "code": "Q207B17555",
        "serial_number": "Q207B17555",
    }  # fmt: skip
    assert await reception.post(SCAN, **form) == (303, SCAN)
    [(path, headers, body)] = reception.sent
    assert (path, headers["if-match"]) == (f"/incidents/{NUMBER}/exchanges/1/steps", '"7"')
    assert body == {"step": "receive", "serial_number": "Q207B17555"}


async def test_an_arrival_that_is_refused_keeps_what_was_typed(reception: Any) -> None:
    form = {
        "reference": f"{NUMBER}-1", "version": "7", "step": "receive", "code": "X", "serial_number": "Q207",
        "media_found": "on",
    }  # fmt: skip
    status, page = await reception.post(SCAN, **form)
    assert (status, reception.sent) == (422, [])
    assert "Dites ce qui a été trouvé" in page
    assert 'value="Q207"' in page
    reception.refusal = (409, {"code": "nothing_awaited", "title": "Aucun retour n’est attendu."})
    reception.holds(line(actions=[]))
    status, page = await reception.post(SCAN, **{**form, "note": "Un disque"})
    assert (status, "Aucun retour n’est attendu." in page) == (409, True)


@pytest.mark.parametrize("reference", ["", "x-1", f"{NUMBER}-", f"{NUMBER}-99999"])
async def test_an_arrival_of_nothing_is_not_found(reception: Any, reference: str) -> None:
    assert (await reception.post(SCAN, reference=reference, version="1", step="receive"))[0] == 404


@pytest.mark.parametrize("step", ["", "close", "x"])
async def test_the_reception_records_arrivals_alone(reception: Any, step: str) -> None:
    assert (await reception.post(SCAN, reference=f"{NUMBER}-1", version="1", step=step))[0] == 404
    assert reception.sent == []


def read_serial(page: str) -> list[str]:
    return re.findall(r'id="receive-serial_number"[^>]*value="([^"]*)"', page)


@pytest.mark.parametrize("code", ["Q251I02233", "q251i02233", f"{NUMBER}-1"])
async def test_a_scan_of_an_awaited_replacement_offers_its_arrival(desk: Any, upstream: Upstream, code: str) -> None:
    desk.log_in("sqp")
    taken_back = reversed_line(actions=["receive_replacement", "settle"])
    desk.holds(taken_back)
    found(upstream, taken_back)
    page = await desk.get(f"{SCAN}?code={code}")
    assert "Enregistrer le retour du remplacement" in page
    assert "<dt>Remplacement attendu</dt>" in page
    assert read_serial(page) == ["" if "-" in code else "Q251I02233"]
    assert "n’est pas celui du matériel attendu" not in page
    form = {"reference": f"{NUMBER}-1", "version": "7", "step": "receive_replacement", "serial_number": "Q251I02233"}
    assert await desk.post(SCAN, **form) == (303, SCAN)
    assert desk.sent[0][2] == {"step": "receive_replacement", "serial_number": "Q251I02233"}


@pytest.mark.parametrize(
    ("scanned", "awaits"),
    [("Q251I02233", line(actions=["receive"])), ("Q207B17555", reversed_line(actions=["receive_replacement"]))],
    ids=["the replacement instead of the faulty unit", "the faulty unit instead of the replacement"],
)
async def test_another_unit_of_the_line_is_kept_as_the_serial_number_that_was_read(
    desk: Any, upstream: Upstream, scanned: str, awaits: dict[str, Any]
) -> None:
    desk.log_in("sqp")
    desk.holds(awaits)
    found(upstream, awaits)
    page = await desk.get(f"{SCAN}?code={scanned}")
    assert read_serial(page) == [scanned]
    assert f"Le n° scanné, {scanned}, n’est pas celui du matériel attendu" in page


async def test_a_scan_means_the_line_that_awaits_this_very_unit(desk: Any, upstream: Upstream) -> None:
    desk.log_in("sqp")
    dead = line(2, serial_number="Q251I02233", replacement_serial_number="Q333C00001", actions=["receive"])
    desk.holds(line(actions=["receive"]), dead)
    found(upstream, line(), dead)
    assert "échange n° 2" in await desk.get(f"{SCAN}?code=Q251I02233")


async def test_what_was_scanned_goes_along_with_a_choice(desk: Any, upstream: Upstream) -> None:
    desk.log_in("sqp")
    desk.holds(line(actions=["receive"]), line(2, actions=["receive"]))
    found(upstream, line(), line(2))
    page = await desk.get(f"{SCAN}?code=Q251I02233")
    [first, _] = re.findall(r'href="(/echanges/reception\?code=[^"]*)"', page)
    assert read_serial(await desk.get(first.replace("&amp;", "&"))) == ["Q251I02233"]


async def test_a_browser_that_reads_no_bar_codes_is_told_how_to_scan(reception: Any) -> None:
    page = await reception.get(SCAN)
    assert re.search(r"<p[^>]*data-no-camera>Ce navigateur ne lit pas les codes-barres", page)
    assert "This browser reads no bar codes" in await reception.get(SCAN, "en")


async def test_the_camera_is_for_the_reception_alone(reception: Any, site: Site) -> None:
    headers = {"Cookie": f"__Host-session={reception.session}"}
    policies = {}
    for path in (SCAN, "/echanges"):
        async with site.http.get(path, headers=headers) as got:
            policies[path] = got.headers["Permissions-Policy"]
    assert policies[SCAN].startswith("camera=(self), geolocation=()")
    assert policies["/echanges"].startswith("camera=(), ")

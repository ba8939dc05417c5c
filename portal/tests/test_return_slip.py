"""The slip that goes with a return: where to, how packed, what is kept, and its reference for the reception."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.exchange_samples import NUMBER, back, line, reversed_line
from devkit.fake_upstream import Site
from devkit.printed import pages


async def slip(site: Site, desk: Any, number: str = "1", language: str = "fr") -> tuple[int, str]:
    headers = {"Cookie": f"__Host-session={desk.session}", "Accept-Language": language}
    async with site.http.get(f"/incidents/{NUMBER}/echanges/{number}/bon-de-retour.pdf", headers=headers) as got:
        if got.status != 200:
            return got.status, ""
        assert got.headers["Content-Disposition"] == f'attachment; filename="retour-{NUMBER}-{number}.pdf"'
        return 200, "\n".join(pages(await got.read())).replace("\u00a0", " ")


async def test_a_return_slip_says_where_and_how_a_product_goes_back(site: Site, desk: Any) -> None:
    desk.holds(line())
    status, said = await slip(site, desk)
    assert status == 200
    for expected in (
        f"Bon de retour {NUMBER}-1", "À renvoyer au plus tard le", "En cas de retard, SQP envoie des relances.",
        "1 rue des Retours", "Client Test", "8 quai Rambaud", "N° de série : Q207B17555", "sachet antistatique",
        "sans tiroir", "à l’extérieur du colis", "Page 1 sur 1",
    ):  # fmt: skip
        assert expected in said, expected
    _, english = await slip(site, desk, language="en")
    assert "antistatic bag" in english


async def test_the_slip_of_a_replacement_bears_its_serial_number(site: Site, desk: Any) -> None:
    desk.holds(reversed_line())
    status, said = await slip(site, desk)
    assert status == 200
    for expected in (
        f"Bon de retour {NUMBER}-1", "N° de série : Q251I02233", "Remplacement reçu pour Q207B17555",
        "tel que vous l’avez reçu", "À renvoyer au plus tard le",
    ):  # fmt: skip
        assert expected in said, expected
    assert "restent chez vous, sauf demande de SQP" not in said


async def test_without_an_address_for_returns_the_slip_leads_to_the_label(site: Site, desk: Any) -> None:
    desk.holds(line(**{"return": back(address="", due_on=None, days_left=None)}))
    _, said = await slip(site, desk)
    assert "L’adresse figure sur l’étiquette" in said


@pytest.mark.parametrize("number", ["3", "0", "x", "12345"])
async def test_there_is_no_slip_of_what_does_not_exist(site: Site, desk: Any, number: str) -> None:
    desk.holds(line(), line(2))
    assert await slip(site, desk, number) == (404, "")


async def test_the_link_of_a_slip_leads_to_the_line_once_nothing_is_awaited(site: Site, desk: Any) -> None:
    desk.holds(line(**{"return": back("received", "Retour reçu")}))
    path, headers = f"/incidents/{NUMBER}/echanges/1/bon-de-retour.pdf", {"Cookie": f"__Host-session={desk.session}"}
    async with site.http.get(path, headers=headers, allow_redirects=False) as got:
        assert (got.status, got.headers["Location"]) == (303, f"/incidents/{NUMBER}?onglet=echange#ligne-1")

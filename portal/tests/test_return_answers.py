"""Answers to the reminder of a return, by the link in its mail and without log-in."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from api.incidents.exchange_answers import ReturnQuestion
from devkit.exchange_samples import CHOICES, NUMBER
from devkit.fake_upstream import Site, Upstream, answer
from devkit.printed import pages as printed

LINK = "/retours/repondre"
TOKEN = "t" * 40
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()[:12]
OPENED = f"{LINK}?lien={DIGEST}"
QUESTION = ReturnQuestion.model_validate(
    {"incident_number": NUMBER, "designation": "NAS", "product_reference": "TS", "serial_number": "Q207B17555",
     "label": "Retour en retard", "due_on": "2026-05-20", "is_overdue": True, "extension_days": 7,
     "of_replacement": False, "consequence": "En cas de retard, SQP envoie des relances.",
     "line": 1, "is_awaited": True, "address": "SQP\n1 rue des Retours\n69007 Lyon",
     "carriers": CHOICES["carriers"],
     "actions": ["return_shipped", "return_lost", "more_time", "keep_disk"]}
)  # fmt: skip


@pytest.fixture
def mailed(desk: Any, upstream: Upstream) -> Any:
    upstream.handlers["/api/v1/return-answers/question"] = answer(QUESTION.model_dump(mode="json"))
    upstream.handlers["/api/v1/return-answers"] = desk.changing({})
    desk.leave(f"__Host-link-{DIGEST}={TOKEN}")
    return desk


async def test_the_token_of_a_mailed_link_leaves_the_address_at_once(mailed: Any, site: Site) -> None:
    async with site.http.get(f"{LINK}?token={TOKEN}&reponse=more_time", allow_redirects=False) as got:
        assert (got.status, got.headers["Location"]) == (303, f"{LINK}?lien={DIGEST}&reponse=more_time")
        assert TOKEN in got.headers["Set-Cookie"]
        assert got.headers["Referrer-Policy"] == "no-referrer"


async def test_links_that_one_browser_follows_at_once_stay_apart(mailed: Any, upstream: Upstream, site: Site) -> None:
    """Each page asks of its own link, also when it is read again after the other was answered."""
    held: dict[str, str] = {}
    addresses = []
    for token in (TOKEN, "other" * 8):
        async with site.http.get(f"{LINK}?token={token}", allow_redirects=False) as got:
            held |= {name: morsel.value for name, morsel in got.cookies.items() if name.startswith("__Host-link")}
            addresses.append(got.headers["Location"])
    cookies = "; ".join(f"{name}={value}" for name, value in held.items())
    mailed.leave(cookies)
    for address, token in zip(addresses, (TOKEN, "other" * 8), strict=True):
        assert f'name="token" value="{token}"' in await mailed.get(address)
    sent = {"token": TOKEN, "step": "return_shipped", "carrier": "dpd", "csrf": mailed.csrf}
    headers = {"Cookie": f"{cookies}; __Host-csrf=jeton", "Origin": "http://localhost:8080"}
    async with site.http.post(LINK, data=sent, headers=headers, allow_redirects=False) as got:
        assert got.status == 303
        dropped = [name for name, morsel in got.cookies.items() if name.startswith("__Host-link") and not morsel.value]
    assert dropped == [next(iter(held))]


async def test_opening_a_mailed_link_answers_nothing(mailed: Any, upstream: Upstream) -> None:
    page = await mailed.get(f"{OPENED}&reponse=more_time")
    assert "Vous aurez 7 jours de plus." in page
    assert re.findall(r'<details class="act" name="answer" open>\s*<summary>([^<]*)', page) == [
        "J’ai besoin d’un délai"
    ]
    assert "Certificat" not in page
    assert [seen.path for seen in upstream.seen if "answers" in seen.path] == ["/api/v1/return-answers/question"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"step": "return_shipped", "carrier": "dpd"}, {"step": "return_shipped", "carrier": "dpd"}),
        ({"step": "more_time", "reason": "Congés"}, {"step": "more_time", "reason": "Congés"}),
        ({"step": "return_lost", "note": "Perdu"}, {"step": "return_lost", "note": "Perdu"}),
        ({"step": "keep_disk", "certificate_file_id": "x"}, {"step": "keep_disk"}),
    ],
    ids=lambda value: value["step"],
)  # fmt: skip
async def test_an_answer_by_mail_needs_no_log_in(mailed: Any, typed: dict[str, str], said: dict[str, str]) -> None:
    assert await mailed.post(LINK, token=TOKEN, **typed) == (303, f"{LINK}/merci")
    assert [(path, body) for path, _, body in mailed.sent] == [("/return-answers", {"token": TOKEN, "answer": said})]
    assert "Merci de votre réponse" in await mailed.get(f"{LINK}/merci")


async def test_an_answer_that_is_refused_stands_in_its_form(mailed: Any) -> None:
    status, page = await mailed.post(LINK, token=TOKEN, step="more_time", reason="")
    assert (status, "Motif : à renseigner." in page, mailed.sent) == (422, True, [])
    mailed.refusal = (409, {"code": "no_more_time", "title": "Déjà prolongé deux fois."})
    status, page = await mailed.post(LINK, token=TOKEN, step="more_time", reason="Congés <3>")
    assert (status, "Déjà prolongé deux fois." in page, "Congés &lt;3&gt;" in page) == (409, True, True)
    errors = [{"field": "answer.return_lost.note", "message": "Trop long."}]
    mailed.refusal = (422, {"code": "malformed", "title": "Non.", "errors": errors})
    status, page = await mailed.post(LINK, token=TOKEN, step="return_lost", note="x")
    assert (status, "Motif : trop long." in page) == (422, True)


async def test_whoever_holds_the_mail_prints_the_slip(mailed: Any, upstream: Upstream, site: Site) -> None:
    """Of the return that the page shows: another link may have been opened since, in another tab."""
    page = await mailed.get(OPENED)
    form = page[page.index(f'action="{LINK}/bon-de-retour.pdf"') :].partition("</form>")[0]
    assert f'name="token" value="{TOKEN}"' in form
    headers = {"Cookie": f"__Host-link-{DIGEST}=another; __Host-csrf=jeton", "Origin": "http://localhost:8080"}

    def slip(token: str) -> Any:
        return site.http.post(f"{LINK}/bon-de-retour.pdf", data={"csrf": mailed.csrf, "token": token}, headers=headers)

    async with slip(TOKEN) as got:
        assert (got.status, got.headers["Content-Disposition"]) == (
            200, f'attachment; filename="retour-{NUMBER}-1.pdf"',
        )  # fmt: skip
        words = "\n".join(printed(await got.read())).replace("\u00a0", " ")
    for expected in (f"Bon de retour {NUMBER}-1", "1 rue des Retours", "N° de série : Q207B17555", "Emballage"):
        assert expected in words, expected
    assert "Expéditeur" not in words
    asked = upstream.requests("/api/v1/return-answers/question")
    question = QUESTION.model_dump(mode="json")
    upstream.handlers["/api/v1/return-answers/question"] = answer({**question, "is_awaited": False})
    for token in (TOKEN, ""):
        async with slip(token) as got:
            assert got.status == 410
    assert len(upstream.requests("/api/v1/return-answers/question")) == len(asked) + 1


async def test_what_was_written_stands_on_the_page_that_takes_it_no_more(mailed: Any, upstream: Upstream) -> None:
    """Another of those who got the mail has answered, or SQP has received the parcel."""
    written = {"token": TOKEN, "step": "more_time", "reason": "Congés jusqu’au 12"}
    mailed.refusal = (404, {"code": "link_not_good", "title": "Plus valable."})
    status, page = await mailed.post(LINK, **written)
    assert (status, "Congés jusqu’au 12" in page) == (410, True)
    mailed.refusal = (409, {"code": "return_received", "title": "Déjà reçu."})
    question = QUESTION.model_dump(mode="json") | {"actions": []}
    upstream.handlers["/api/v1/return-answers/question"] = answer(question)
    status, page = await mailed.post(LINK, **written)
    assert (status, "Déjà reçu." in page, "Congés jusqu’au 12" in page) == (409, True, True)


async def test_a_browser_holds_the_links_of_many_mails_but_no_more_than_a_request_has_room_for(
    mailed: Any, site: Site
) -> None:
    held: dict[str, str] = {}

    async def opened(token: str) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in held.items())}
        async with site.http.get(f"{LINK}?token={token}", headers=headers, allow_redirects=False) as got:
            for name, morsel in got.cookies.items():
                held[name] = morsel.value
                if not morsel.value:
                    del held[name]

    for number in range(20):
        await opened(f"{number:040}")
    assert len(held) == 20
    for number in range(30):
        await opened(f"{number:0500}")
        assert sum(map(len, held.values())) <= 3_500


async def test_a_link_that_was_used_says_so(mailed: Any, upstream: Upstream, site: Site) -> None:
    over = (404, {"code": "link_not_good", "title": "Plus valable."})
    mailed.refusal = over
    assert (await mailed.post(LINK, token=TOKEN, step="keep_disk"))[0] == 410
    upstream.handlers["/api/v1/return-answers/question"] = answer(over[1], 404)
    for cookie in (f"__Host-link-{DIGEST}={TOKEN}", f"__Host-link-{DIGEST}=x", f"__Host-link={TOKEN}", ""):
        async with site.http.get(OPENED, headers={"Cookie": cookie}) as got:
            assert (got.status, "n’est pas valable" in await got.text()) == (410, True)


async def test_a_mailed_question_about_a_replacement_says_so(mailed: Any, upstream: Upstream) -> None:
    actions = ["return_shipped", "return_lost", "more_time"]
    asked = QUESTION.model_copy(update={"of_replacement": True, "serial_number": "Q251I02233", "actions": actions})
    upstream.handlers["/api/v1/return-answers/question"] = answer(asked.model_dump(mode="json"))
    page = await mailed.get(OPENED)
    assert "<dt>Remplacement à renvoyer</dt>" in page
    assert "Q251I02233" in page
    assert "Je conserve le disque" not in page

"""The answer to a reminder of a return, by the link in its e-mail and without log-in. To open it changes nothing: mail
scanners do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from api.incidents.exchange_answers import ReturnAnswer, ReturnLink, ReturnQuestion
from portal import asks, forms
from portal.api_client import ApiRefused
from portal.asks import Ask
from portal.forms import FINE, FormErrors
from portal.page import Page
from portal.pages import mailed_links
from portal.pages.incidents import return_slip
from portal.pages.incidents.exchange_acts import Act
from portal.pages.incidents.exchange_forms import FORMS
from portal.pages.incidents.return_slip import Slip
from portal.router import Blueprint
from portal.services import exchanges
from portal.translations import N_

blueprint = Blueprint()

PATH = "/retours/repondre"
OVER = "link_not_good"
CERTIFICATE_LATER = N_(
    "Le certificat de destruction se joint ensuite dans l’onglet Échange de l’incident, à « Conserver le disque »."
)
# In the order in which they are offered.
ANSWERS = {
    "return_shipped": N_("Je l’ai renvoyé"),
    "more_time": N_("J’ai besoin d’un délai"),
    "return_lost": N_("Il est perdu"),
    "keep_disk": N_("Je conserve le disque"),
}


@blueprint.get(PATH, is_open=True)
async def show(page: Page) -> Response:
    chosen = _answer(page.query("reponse"))
    if page.query("token"):
        return mailed_links.without_token(page, reponse=chosen)
    return await _page(page, mailed_links.token_of(page), chosen)


@blueprint.post(PATH, is_open=True)
async def answer(page: Page) -> Response:
    token, step = mailed_links.token_of(page), _answer(page.field("step"))
    if not step:
        raise ApiRefused(404, {})
    asked = _asks(step)

    async def change() -> None:
        said = {"step": step, **asks.values(page, asked)}
        await exchanges.answer(page, page.build(ReturnAnswer, {"token": token, "answer": said}))

    try:
        trouble = await asks.attempt(page, asked, change, f"answer.{step}")
    except ApiRefused as refused:
        if refused.code == OVER:
            return await _over(page)
        raise
    if trouble:
        return await _page(page, token, step, trouble)
    return mailed_links.left(page, page.redirect(f"{PATH}/merci"))


@blueprint.post(f"{PATH}/bon-de-retour.pdf", is_open=True)
async def print_slip(page: Page) -> Response:
    """The holder of the mail prints the slip of the return that the page shows, whichever other links they have opened
    since."""
    question = await _question(page, mailed_links.token_of(page))
    if question is None or not question.is_awaited:
        return await _over(page)
    slip = Slip(
        incident=question.incident_number,
        line=question.line,
        of_replacement=question.of_replacement,
        due_on=question.due_on,
        label=question.label,
        consequence=question.consequence,
        address=question.address,
        designation=question.designation,
        product_reference=question.product_reference,
        serial_number=question.serial_number,
    )
    return await return_slip.printed(page, slip)


@blueprint.get(f"{PATH}/merci", is_open=True)
async def thanks(page: Page) -> Response:
    return await page.render("returns/thanks.html")


async def _page(page: Page, token: str, chosen: str, trouble: FormErrors = FINE) -> Response:
    """``chosen`` is the answer that stands open."""
    try:
        question = await _question(page, token)
    except ApiRefused as refused:
        return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
    if question is None:
        return await _over(page)
    acts = [_act(page, question, step, token) for step in ANSWERS if step in question.actions]
    if trouble is not FINE:
        acts = [_again(page, act, trouble) if act.id == chosen else act for act in acts]
    context = {
        "question": question,
        "token": token,
        "acts": acts,
        "chosen": chosen,
        "trouble": trouble,
        "labels": ANSWERS,
    }
    return await page.render("returns/answer.html", context, status=trouble.status)


async def _question(page: Page, token: str) -> ReturnQuestion | None:
    """None where the link is good no more. Raises ApiRefused (429)."""
    if not token:
        return None
    try:
        return await exchanges.question(page, page.build(ReturnLink, {"token": token}))
    except ApiRefused as refused:
        if refused.status == 429:
            raise
        return None


def _again(page: Page, act: Act, trouble: FormErrors) -> Act:
    return replace(act, typed=asks.typed(page, act.asks), errors=trouble)


def _act(page: Page, question: ReturnQuestion, step: str, token: str) -> Act:
    form = FORMS[step]
    about = page.gettext(form.about) if form.about else ""
    if step == "more_time":
        days = question.extension_days
        words = page.ngettext("Vous aurez %(num)s jour de plus.", "Vous aurez %(num)s jours de plus.", days)
        about = words % {"num": days}
    elif step == "keep_disk":
        about += " " + page.gettext(CERTIFICATE_LATER)
    return Act(
        id=step,
        label=page.gettext(form.label),
        href=PATH,
        asks=_asks(step),
        offered={"carriers": [(each.value, each.label) for each in question.carriers]},
        hidden={"token": token, "step": step},
        about=about,
    )


def _asks(step: str) -> Sequence[Ask]:
    """Without what takes an account: the files of the declaration."""
    return [ask for ask in FORMS[step].asks if ask.source != "certificates" and ask.kind != "file"]


def _answer(given: str) -> str:
    return given if given in ANSWERS else ""


async def _over(page: Page) -> Response:
    return mailed_links.left(page, await page.render("returns/over.html", status=410))

"""Declaring an incident on a contract. Nothing typed is lost: not by an error, a reload, an ended session."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.responses import PlainTextResponse, Response

from api.contracts import Article, Contract, Party
from api.identity.organisations import AddressCreate
from api.incidents import DeclarationChoices, IncidentRow, OfferedAddress, OfferedAddresses
from portal import callers, declaration_form, sharing, uploads
from portal.address_form import ADDRESS
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.declaration_form import DECLARATION, NEW, DeclarationForm
from portal.form_parser import LOST_FILE_FIELD
from portal.formats import moment
from portal.forms import FormErrors
from portal.page import Page
from portal.page_request import UNAVAILABLE, Away, or_unavailable
from portal.pages import countdown
from portal.pages.contract import covered_articles, number_of, obstacle
from portal.pages.following import following
from portal.router import Blueprint
from portal.services import contracts, identity, incidents
from portal.translations import N_
from web import clock

blueprint = Blueprint()

AWAY_NOW = N_(
    "Votre déclaration n’a pas pu être envoyée : une partie de la plateforme ne répond pas. "
    "Rien n’est perdu : validez de nouveau dans un instant."
)
SENT_ALREADY = N_(
    "Une déclaration partie de ce formulaire est déjà enregistrée : vous la trouverez parmi les incidents du contrat. "
    "Pour en déclarer une autre, validez de nouveau."
)
DECLARED_ALREADY = N_(
    "Cet incident est déjà déclaré sous le n° %(number)s. Ce qui manque, ajoutez-le ici ou dans la messagerie."
)
SENT = N_("Votre déclaration n° %(number)s est enregistrée.")
SENT_FOR_CALLER = N_("L’incident n° %(number)s est déclaré : donnez ce numéro à la personne qui appelle.")
UNSAVED = N_("L’adresse n’a pas pu être ajoutée aux adresses de livraison.")
FILES_REFUSED = N_("Un fichier n’a pas pu être joint. Corrigez-le, ou validez de nouveau pour continuer sans lui.")


@blueprint.get("/contrats/{number}/declarer")
async def show_form(page: Page) -> Response:
    number = number_of(page)
    contract = await contracts.get(page, number)
    why_not = obstacle(page, contract)
    if why_not:
        return await page.render("contracts/no_declaration.html", number=number, why_not=why_not, contract=contract)
    draft, addresses = await asyncio.gather(
        or_unavailable(declaration_form.load(page, number)),
        or_unavailable(incidents.delivery_addresses(page, number)),
    )
    typed = DeclarationForm.of_draft(draft.content) if draft else _fresh(contract, addresses)
    if typed.is_blank:
        draft = None
    typed = await following(page, contract, typed)
    files = await uploads.known(page, typed.file_ids)
    refused = [page.gettext(uploads.GONE)] if len(files) < len(typed.file_ids) else []
    shown = {"files": files, "refused": refused, "kept_at": draft.updated_at if draft else None}
    return await _form(page, number, typed, contract, addresses, FormErrors(200), shown)


@blueprint.post("/contrats/{number}/declarer", takes_files=True)
async def declare(page: Page) -> Response:
    number, typed = number_of(page), DeclarationForm.of_form(page)
    if page.is_resumed or page.field("keep"):
        return await _keep(page, number, typed)
    wrong = typed.missing(page)
    refused_file = any(sent.refusal for sent in page.sent)
    if wrong or refused_file:
        title = "" if wrong else page.gettext(FILES_REFUSED)
        return await _again(page, number, typed, FormErrors(422, title, wrong))
    try:
        declared = await incidents.declare(page, typed.declaration(page, number), typed.key)
    except ServiceUnavailable:
        return await _again(page, number, typed, FormErrors(503, page.gettext(AWAY_NOW)))
    except ApiRefused as refused:
        return await _refused(page, number, typed, refused)
    return await _done(page, number, typed, declared.number)


@blueprint.post("/contrats/{number}/brouillon")
async def keep_draft(page: Page) -> Response:
    """As one types: answers the sentence to show."""
    if page.is_resumed:
        return PlainTextResponse(page.why_shown_again, 409)
    try:
        await declaration_form.save(page, number_of(page), DeclarationForm.of_form(page))
    except ServiceUnavailable:
        return PlainTextResponse("", 503)
    except ApiRefused as refused:
        return PlainTextResponse(refused.title, refused.status)
    return PlainTextResponse(page.gettext("Brouillon enregistré à %(time)s") % {"time": moment(clock.now())[-5:]})


@blueprint.post("/contrats/{number}/brouillon/effacer")
async def discard_draft(page: Page) -> Response:
    number = number_of(page)
    await declaration_form.discard(page, number)
    return page.redirect(f"/contrats/{number}/declarer", flash=page.gettext("Le brouillon est effacé."))


async def _keep(page: Page, number: str, typed: DeclarationForm) -> Response:
    """Puts what was typed aside and shows the form again, at its own address; to a person who cannot declare, what
    was typed alone."""
    if page.is_resumed and not page.may(write=True):
        raise ApiRefused(403, {"title": page.why_not_shown})
    if page.is_resumed and page.owner and page.is_anothers:
        return await _again(page, number, typed, FormErrors(409, page.why_shown_again))
    failure = await declaration_form.try_to_save(page, number, typed)
    if isinstance(failure, ServiceUnavailable):
        return await _again(page, number, typed, FormErrors(503, page.gettext(AWAY_NOW)))
    if failure:
        return await _again(page, number, typed, FormErrors(failure.status, failure.title))
    sentence = page.gettext("Votre saisie est conservée : vérifiez-la, puis validez votre déclaration.")
    lost = page.fields(LOST_FILE_FIELD)
    if lost:
        sentence += " " + page.gettext("À joindre de nouveau : %(names)s.") % {"names": ", ".join(lost)}
    return page.redirect(f"/contrats/{number}/declarer", flash=sentence)


async def _refused(page: Page, number: str, typed: DeclarationForm, refused: ApiRefused) -> Response:
    if refused.code == "declared_already":
        await declaration_form.discard(page, number)
        declared = refused.problem.number
        return page.redirect(f"/incidents/{declared}", flash=page.gettext(DECLARED_ALREADY) % {"number": declared})
    if refused.code == "idempotency_key_reused":
        return await _again(page, number, typed.renewed(), FormErrors(409, page.gettext(SENT_ALREADY)))
    return await _again(page, number, typed, DECLARATION.errors(page, refused))


async def _again(page: Page, number: str, typed: DeclarationForm, trouble: FormErrors) -> Response:
    """The form with everything in it, and what is wrong; a service that is away costs its part only."""
    files, contract, addresses, _ = await asyncio.gather(
        uploads.known(page, typed.file_ids),
        or_unavailable(contracts.get(page, number)),
        or_unavailable(incidents.delivery_addresses(page, number)),
        declaration_form.try_to_save(page, number, typed),
    )
    refused = [f"{sent.name} : {sent.refusal}" for sent in page.sent if sent.refusal]
    shown = {"files": files, "refused": refused, "kept_at": None}
    return await _form(page, number, typed, contract, addresses, trouble, shown)


async def _form(
    page: Page,
    number: str,
    typed: DeclarationForm,
    contract: Contract | Away,
    addresses: OfferedAddresses | Away,
    trouble: FormErrors,
    shown: Mapping[str, object],
) -> Response:
    articles = covered_articles(contract) if contract else _named(typed.serial_numbers)
    choices, open_incidents, parties, colleagues = await asyncio.gather(
        or_unavailable(incidents.choices(page, number)),
        _open_incidents(page, [one.serial_number for one in articles]),
        _callers(page, contract, typed),
        _colleagues(page, typed),
    )
    promise = choices.promise if choices else None
    return await page.render(
        "contracts/declaration.html",
        shown,
        status=trouble.status,
        number=number,
        typed=typed,
        contract=contract,
        articles=articles,
        open_incidents=open_incidents,
        choices=_choices(page, addresses, typed),
        callers=parties,
        of_reseller=_of_reseller(contract, addresses) if parties else [],
        address_warnings=[(str(one.id), one.warning) for one in addresses.items if one.warning] if addresses else [],
        addresses_away=addresses is UNAVAILABLE,
        natures=_natures(page, choices, typed),
        limits=choices.files if choices else None,
        promise=promise,
        advance=choices.advance if choices else None,
        returns=choices.returns if choices else None,
        windows=countdown.shown(promise, page.language) if promise else [],
        trouble=trouble,
        owner=_named_owner(page, contract, typed),
        ways=sharing.WAYS if page.may("client") else {},
        colleagues=colleagues,
    )


async def _callers(page: Page, contract: Contract | Away, typed: DeclarationForm) -> list[callers.Callers]:
    """The callers that SQP may choose; empty for resellers and clients, who declare in their own name."""
    return await callers.offered(page, contract, typed.get("caller")) if page.may("sqp") else []


async def _colleagues(page: Page, typed: DeclarationForm) -> list[tuple[str, str]]:
    """The people with whom a client may share its declaration by name."""
    return await sharing.offered(page, typed.readers) if page.may("client") else []


def _of_reseller(contract: Contract | Away, addresses: OfferedAddresses | Away) -> list[str]:
    """The addresses to which nothing goes that is declared for the client."""
    offered = addresses.items if addresses else []
    return [str(one.id) for one in offered if contract and one.organisation_id == contract.reseller.id]


async def _open_incidents(page: Page, serials: Sequence[str]) -> list[IncidentRow]:
    """Open incidents on these products; none if the service does not answer, as the form is shown anyway."""
    try:
        return (await incidents.find(page, open="true", limit=20, serial=serials[:50])).items
    except (ServiceUnavailable, ApiRefused):
        return []


async def _done(page: Page, number: str, typed: DeclarationForm, incident: str) -> Response:
    _, unsaved = await asyncio.gather(declaration_form.discard(page, number), _save_address(page, number, typed))
    done = SENT_FOR_CALLER if page.may("sqp") else SENT
    sentence = page.gettext(done) % {"number": incident}
    if unsaved:
        sentence += " " + unsaved
    return page.redirect(f"/incidents/{incident}", flash=sentence)


async def _save_address(page: Page, number: str, typed: DeclarationForm) -> str:
    """A sentence when it did not work: the declaration stands all the same."""
    if not (typed.has_new_address and typed.saves_address):
        return ""
    try:
        contract = await contracts.get(page, number)
        owner = _owner(page, contract, typed)
        label = typed.get("label") or typed.get("street")
        address = page.build(
            AddressCreate, {**typed.new_address, "label": label, "organisation_id": owner.id if owner else None}
        )
        await identity.create_address(page, address, f"{typed.key} address")
    except ServiceUnavailable:
        return page.gettext(UNSAVED)
    except ApiRefused as refused:
        why = ADDRESS.errors(page, refused).wrong.values() if refused.is_for_the_form else ()
        return " ".join([page.gettext(UNSAVED), *why])
    return ""


def _fresh(contract: Contract, addresses: OfferedAddresses | Away) -> DeclarationForm:
    """An empty form, with a contract's only article ticked and the first primary address chosen."""
    articles = covered_articles(contract)
    offered = addresses.items if addresses else []
    likely = next((one for one in offered if one.primary), offered[0] if offered else None)
    serials = [articles[0].serial_number] if len(articles) == 1 else []
    return DeclarationForm.fresh(serials, str(likely.id) if likely else NEW)


def _natures(page: Page, choices: DeclarationChoices | Away, typed: DeclarationForm) -> list[tuple[str, str]]:
    if choices:
        return [(each.value, each.label) for each in choices.natures]
    chosen = typed.get("nature")
    return [(chosen, page.gettext("Nature choisie"))] if chosen else []


def _choices(page: Page, addresses: OfferedAddresses | Away, typed: DeclarationForm) -> list[tuple[str, str]]:
    offered = [(str(one.id), _label(one)) for one in addresses.items] if addresses else []
    chosen = typed.get("address")
    if not addresses and chosen not in ("", NEW):
        offered.append((chosen, page.gettext("Adresse choisie")))
    return [(NEW, page.gettext("Nouvelle adresse")), *offered]


def _label(offered: OfferedAddress) -> str:
    address = offered.address
    return f"{offered.label} · {address.street}, {address.postal_code} {address.city}"


def _owner(page: Page, contract: Contract, typed: DeclarationForm) -> Party | None:
    """Whose address a new one becomes when it is saved; None for one's own organisation."""
    if page.may("sqp"):
        return callers.organisation(contract, typed.get("caller"))
    return contract.client if page.may("reseller") else None


def _named_owner(page: Page, contract: Contract | Away, typed: DeclarationForm) -> str:
    if page.may("sqp"):
        return page.gettext("l’organisation qui appelle")
    owner = _owner(page, contract, typed) if contract else None
    return owner.name if owner else ""


def _named(serial_numbers: Sequence[str]) -> list[Article]:
    """While contracts is away, the products that were ticked."""
    blank = {"product_reference": "", "designation": "", "specification_url": "", "picture_url": ""}
    return [Article(serial_number=serial, **blank) for serial in serial_numbers]

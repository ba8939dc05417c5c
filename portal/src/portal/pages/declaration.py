"""Declaring an incident on a contract. Nothing typed is lost: not by an error, a reload, an ended session."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import PlainTextResponse, Response

from portal import declaration_form, forms, uploads
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.declaration_form import NEW, DeclarationForm
from portal.form_parser import LOST_FILE_FIELD
from portal.formats import moment
from portal.forms import Field, FormErrors
from portal.page import Page
from portal.page_request import UNAVAILABLE, gather_or_unavailable
from portal.pages.contract import articles_of, number_of, obstacle
from portal.router import Blueprint
from portal.translations import N_
from web import clock

blueprint = Blueprint()

NATURES = (
    ("defective", N_("Produit défectueux")),
    ("damaged", N_("Produit endommagé")),
    ("incomplete", N_("Produit incomplet")),
    ("other", N_("Autre")),
)

NEEDED = ("title", "nature", "serial_numbers", "description", "address")
NEEDED_OF_ADDRESS = ("street", "city", "postal_code", "country", "email", "phone")
# Labels in front of what is wrong with a field.
FIELDS = (
    Field("title", N_("Intitulé")),
    Field("nature", N_("Nature de l’incident")),
    Field("serial_numbers", N_("Produit(s) concerné(s)")),
    Field("description", N_("Descriptif")),
    Field("files", N_("Fichiers")),
    Field("address", N_("Adresse de livraison")),
    Field("street", N_("N° et nom de rue")),
    Field("complement", N_("Complément d’adresse")),
    Field("city", N_("Ville")),
    Field("postal_code", N_("Code postal")),
    Field("country", N_("Pays")),
    Field("email", N_("E-mail")),
    Field("phone", N_("Téléphone")),
)
PLACES = {"unknown_serial": "serial_numbers", "unknown_address": "address"}

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
FILES_REFUSED = N_("Un fichier n’a pas pu être joint. Corrigez-le, ou validez de nouveau pour continuer sans lui.")


@blueprint.get("/contrats/{number}/declarer")
async def show_form(page: Page) -> Response:
    number = number_of(page)
    contract = await page.get(f"/contracts/{number}")
    why_not = obstacle(page, contract)
    if why_not:
        return await page.render("contracts/no_declaration.html", number=number, why_not=why_not, contract=contract)
    draft, addresses = await gather_or_unavailable(declaration_form.load(page, number), _addresses(page, number))
    typed = DeclarationForm.of_draft(draft["content"]) if draft else _fresh(contract, addresses)
    if typed.is_blank:
        draft = None
    typed = typed.following(page.query("suite"))
    files = await uploads.known(page, typed.file_ids)
    refused = [page.gettext(uploads.GONE)] if len(files) < len(typed.file_ids) else []
    shown = {"files": files, "refused": refused, "kept_at": draft["updated_at"] if draft else ""}
    return await _form(page, number, typed, contract, addresses, FormErrors(200), **shown)


@blueprint.post("/contrats/{number}/declarer", takes_files=True)
async def declare(page: Page) -> Response:
    number, typed = number_of(page), DeclarationForm.of_form(page)
    if page.is_resumed or page.field("keep"):
        return await _keep(page, number, typed)
    wrong = _missing(page, typed)
    refused_file = any(sent.refusal for sent in page.sent)
    if wrong or refused_file:
        title = "" if wrong else page.gettext(FILES_REFUSED)
        return await _again(page, number, typed, FormErrors(422, title, wrong))
    try:
        declared = await page.change("POST", "/incidents", typed.declaration(number), key=typed.key)
    except ServiceUnavailable:
        return await _again(page, number, typed, FormErrors(503, page.gettext(AWAY_NOW)))
    except ApiRefused as refused:
        return await _refused(page, number, typed, refused)
    return await _done(page, number, typed, str(declared["number"]))


@blueprint.post("/contrats/{number}/brouillon")
async def keep_draft(page: Page) -> Response:
    """As one types: answers the sentence to show."""
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
    if page.is_resumed and not page.may("reseller", "client", write=True):
        raise ApiRefused(403, {"title": page.why_not_shown})
    if not await declaration_form.try_to_save(page, number, typed):
        return await _again(page, number, typed, FormErrors(503, page.gettext(AWAY_NOW)))
    sentence = page.gettext("Votre saisie est conservée : vérifiez-la, puis validez votre déclaration.")
    if page.is_resumed and page.owner and page.is_anothers:
        sentence = page.why_shown_again
    lost = page.fields(LOST_FILE_FIELD)
    if lost:
        sentence += " " + page.gettext("À joindre de nouveau : %(names)s.") % {"names": ", ".join(lost)}
    return page.redirect(f"/contrats/{number}/declarer", flash=sentence)


async def _refused(page: Page, number: str, typed: DeclarationForm, refused: ApiRefused) -> Response:
    if refused.code == "declared_already":
        await declaration_form.discard(page, number)
        sentence = page.gettext(DECLARED_ALREADY) % {"number": refused.problem["number"]}
        return page.redirect(f"/incidents/{refused.problem['number']}", flash=sentence)
    if refused.code == "idempotency_key_reused":
        return await _again(page, number, typed.renewed(), FormErrors(409, page.gettext(SENT_ALREADY)))
    named = [{**error, "field": _field(str(error["field"]))} for error in refused.problem.get("errors") or []]
    known = ApiRefused(refused.status, {**refused.problem, "errors": named})
    return await _again(page, number, typed, forms.trouble(page, known, FIELDS, PLACES))


async def _again(page: Page, number: str, typed: DeclarationForm, trouble: FormErrors) -> Response:
    """The form with everything in it, and what is wrong; a service that is away costs its part only."""
    files, contract, addresses, _ = await gather_or_unavailable(
        uploads.known(page, typed.file_ids),
        page.get(f"/contracts/{number}"),
        _addresses(page, number),
        declaration_form.try_to_save(page, number, typed),
    )
    refused = [f"{sent.name} : {sent.refusal}" for sent in page.sent if sent.refusal]
    return await _form(page, number, typed, contract, addresses, trouble, files=files, refused=refused, kept_at="")


async def _form(
    page: Page, number: str, typed: DeclarationForm, contract: Any, addresses: Any, trouble: FormErrors, **shown: Any
) -> Response:
    articles = articles_of(contract) if contract else _named(typed.serial_numbers)
    return await page.render(
        "contracts/declaration.html",
        status=trouble.status,
        number=number,
        typed=typed,
        contract=contract,
        articles=articles,
        open_incidents=await _open_incidents(page, [str(one["serial_number"]) for one in articles]),
        choices=_choices(page, addresses, typed),
        addresses_away=addresses is UNAVAILABLE,
        natures=[(key, page.gettext(label)) for key, label in NATURES],
        trouble=trouble,
        owner=_owner(page, contract),
        **shown,
    )


async def _open_incidents(page: Page, serials: Sequence[str]) -> list[Any]:
    """What is open on these products already; the form stands without it."""
    params = [("open", "true"), ("limit", "20"), *(("serial", serial) for serial in serials[:50])]
    try:
        return list((await page.ask("GET", "/incidents", params=params)).body["items"])
    except (ServiceUnavailable, ApiRefused):
        return []


async def _done(page: Page, number: str, typed: DeclarationForm, incident: str) -> Response:
    saved = await gather_or_unavailable(declaration_form.discard(page, number), _save_address(page, number, typed))
    sentence = page.gettext("Votre déclaration n° %(number)s est enregistrée.") % {"number": incident}
    if saved[1]:
        sentence += " " + saved[1]
    return page.redirect(f"/incidents/{incident}", flash=sentence)


async def _save_address(page: Page, number: str, typed: DeclarationForm) -> str:
    """A sentence when it did not work: the declaration stands all the same."""
    if not (typed.has_new_address and typed.saves_address):
        return ""
    try:
        contract = await page.get(f"/contracts/{number}")
        body = {**typed.new_address, "label": typed.get("label") or typed.get("street")}
        if page.may("reseller") and contract["client"]:
            body["organisation_id"] = contract["client"]["id"]
        await page.change("POST", "/addresses", body, key=f"{typed.key} address")
    except (ServiceUnavailable, ApiRefused):
        return page.gettext("L’adresse n’a pas pu être ajoutée à vos adresses de livraison.")
    return ""


def _addresses(page: Page, number: str) -> Awaitable[Any]:
    return page.get("/delivery-addresses", contract=number)


def _fresh(contract: Mapping[str, Any], addresses: Any) -> DeclarationForm:
    """A contract's only article is the one concerned; the first primary address is the likely one."""
    articles = articles_of(contract)
    offered = addresses["items"] if addresses else []
    likely = next((one for one in offered if one["primary"]), offered[0] if offered else None)
    serials = [str(articles[0]["serial_number"])] if len(articles) == 1 else []
    return DeclarationForm.fresh(serials, str(likely["id"]) if likely else NEW)


def _choices(page: Page, addresses: Any, typed: DeclarationForm) -> list[tuple[str, str]]:
    offered = [(str(one["id"]), _label(one)) for one in addresses["items"]] if addresses else []
    chosen = typed.get("address")
    if addresses is UNAVAILABLE and chosen not in ("", NEW):
        offered.append((chosen, page.gettext("Adresse choisie")))
    return [(NEW, page.gettext("Nouvelle adresse")), *offered]


def _label(offered: Mapping[str, Any]) -> str:
    address = offered["address"]
    return f"{offered['label']} · {address['street']}, {address['postal_code']} {address['city']}"


def _owner(page: Page, contract: Any) -> str:
    """Whose address a new one becomes when it is saved."""
    if contract and contract["client"] and page.may("reseller"):
        return str(contract["client"]["name"])
    return ""


def _named(serial_numbers: Sequence[str]) -> list[dict[str, str]]:
    """While contracts is away, the products that were ticked."""
    return [{"serial_number": serial, "product_reference": "", "designation": ""} for serial in serial_numbers]


def _missing(page: Page, typed: DeclarationForm) -> dict[str, str]:
    needed = (*NEEDED, *NEEDED_OF_ADDRESS) if typed.has_new_address else NEEDED
    given = {**typed.texts, "serial_numbers": "".join(typed.serial_numbers)}
    if not typed.has_new_address and not _is_id(typed.get("address")):
        given["address"] = ""
    return {
        each.name: forms.to_fill_in(page, each) for each in FIELDS if each.name in needed and not given.get(each.name)
    }


def _field(name: str) -> str:
    """The form's name of what the service calls ``delivery_address.address.city``, ``serial_numbers.0``, …"""
    parts = name.split(".")
    if parts[0] == "delivery_address":
        return parts[2] if len(parts) > 2 else "address"
    return {"file_ids": "files"}.get(parts[0], parts[0])


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True

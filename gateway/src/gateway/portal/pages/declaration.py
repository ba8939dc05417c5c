"""Declaring an incident on a contract. Nothing typed is lost: not by an error, a reload, an ended session."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import PlainTextResponse, Response

from chassis import clock
from gateway.portal import drafting, forms, uploads
from gateway.portal.backend import Refused, ServiceAway
from gateway.portal.bodies import LOST_FILE_FIELD
from gateway.portal.drafting import NEW, Typed
from gateway.portal.formats import moment
from gateway.portal.forms import Field, Trouble
from gateway.portal.pages.contract import articles_of, number_of, obstacle
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import AWAY, side_by_side

section = Section()

NATURES = (
    ("defective", later("Produit défectueux")),
    ("damaged", later("Produit endommagé")),
    ("incomplete", later("Produit incomplet")),
    ("other", later("Autre")),
)

NEEDED = {
    "title": later("Saisissez un intitulé."),
    "nature": later("Choisissez la nature de l’incident."),
    "serial_numbers": later("Cochez au moins un produit concerné."),
    "description": later("Décrivez l’incident."),
    "address": later("Sélectionnez une adresse de livraison."),
}
NEEDED_OF_ADDRESS = {
    "street": later("Saisissez le numéro et le nom de rue."),
    "city": later("Saisissez la ville."),
    "postal_code": later("Saisissez le code postal."),
    "country": later("Choisissez le pays."),
    "email": later("Saisissez un email."),
    "phone": later("Saisissez un numéro de téléphone."),
}
# Labels in front of what the service says of a field.
FIELDS = (
    Field("title", later("Intitulé")),
    Field("nature", later("Nature de l’incident")),
    Field("serial_numbers", later("Produit(s) concerné(s)")),
    Field("description", later("Descriptif")),
    Field("files", later("Fichiers")),
    Field("address", later("Sélectionnez une adresse")),
    Field("street", later("N° et nom de rue")),
    Field("complement", later("Complément d’adresse")),
    Field("city", later("Ville")),
    Field("postal_code", later("Code postal")),
    Field("country", later("Pays")),
    Field("email", later("Email")),
    Field("phone", later("Téléphone")),
)
PLACES = {"unknown_serial": "serial_numbers", "unknown_address": "address"}

AWAY_NOW = later(
    "Votre déclaration n’a pas pu être envoyée : une partie de la plateforme ne répond pas. "
    "Rien n’est perdu : validez de nouveau dans un instant."
)
SENT_ALREADY = later(
    "Une déclaration partie de ce formulaire est déjà enregistrée : vous la trouverez parmi les incidents du contrat. "
    "Pour en déclarer une autre, validez de nouveau."
)
FILES_REFUSED = later("Un fichier n’a pas pu être joint. Corrigez-le, ou validez de nouveau pour continuer sans lui.")
FILES_GONE = later("Un fichier n’est plus disponible : joignez-le de nouveau.")


@section.get("/contrats/{number}/declarer")
async def show_form(page: Page) -> Response:
    number = number_of(page)
    contract = await page.get(f"/contracts/{number}")
    why_not = obstacle(page, contract)
    if why_not:
        return await page.render("contracts/no_declaration.html", number=number, why_not=why_not, contract=contract)
    draft, addresses = await side_by_side(drafting.load(page, number), _addresses(page, number))
    typed = Typed.of_draft(draft["content"]) if draft else _fresh(contract, addresses)
    typed = typed.following(page.query("suite"))
    files = await uploads.known(page, typed.file_ids)
    refused = [page.gettext(FILES_GONE)] if len(files) < len(typed.file_ids) else []
    shown = {"files": files, "refused": refused, "kept_at": draft["updated_at"] if draft else ""}
    return await _form(page, number, typed, contract, addresses, Trouble(200), **shown)


@section.post("/contrats/{number}/declarer", keeps_form=True)
async def declare(page: Page) -> Response:
    number, typed = number_of(page), Typed.of_form(page)
    if page.is_resumed or page.field("keep"):
        return await _keep(page, number, typed)
    wrong = _missing(page, typed)
    refused_file = any(sent.refusal for sent in page.sent)
    if wrong or refused_file:
        title = "" if wrong else page.gettext(FILES_REFUSED)
        return await _again(page, number, typed, Trouble(422, title, wrong))
    try:
        declared = await page.change("POST", "/incidents", typed.declaration(number), key=typed.key)
    except ServiceAway:
        return await _again(page, number, typed, Trouble(503, page.gettext(AWAY_NOW)))
    except Refused as refused:
        return await _refused(page, number, typed, refused)
    return await _done(page, number, typed, str(declared["number"]))


@section.post("/contrats/{number}/brouillon")
async def keep_draft(page: Page) -> Response:
    """As one types: answers the sentence to show."""
    try:
        await drafting.save(page, number_of(page), Typed.of_form(page))
    except ServiceAway:
        return PlainTextResponse("", 503)
    except Refused as refused:
        return PlainTextResponse(refused.title, refused.status)
    return PlainTextResponse(page.gettext("Brouillon enregistré à %(time)s") % {"time": moment(clock.now())[-5:]})


@section.post("/contrats/{number}/brouillon/effacer")
async def discard_draft(page: Page) -> Response:
    number = number_of(page)
    await drafting.discard(page, number)
    return page.redirect(f"/contrats/{number}/declarer", flash=page.gettext("Le brouillon est effacé."))


async def _keep(page: Page, number: str, typed: Typed) -> Response:
    """Puts what was typed aside and shows the form again, at its own address."""
    if not await drafting.try_to_save(page, number, typed):
        return await _again(page, number, typed, Trouble(503, page.gettext(AWAY_NOW)))
    sentence = page.gettext("Votre saisie est conservée : vérifiez-la, puis validez votre déclaration.")
    lost = page.fields(LOST_FILE_FIELD)
    if lost:
        sentence += " " + page.gettext("À joindre de nouveau : %(names)s.") % {"names": ", ".join(lost)}
    return page.redirect(f"/contrats/{number}/declarer", flash=sentence)


async def _refused(page: Page, number: str, typed: Typed, refused: Refused) -> Response:
    if refused.code == "idempotency_key_reused":
        return await _again(page, number, typed.renewed(), Trouble(409, page.gettext(SENT_ALREADY)))
    named = [{**error, "field": _field(str(error["field"]))} for error in refused.problem.get("errors") or []]
    known = Refused(refused.status, {**refused.problem, "errors": named})
    return await _again(page, number, typed, forms.trouble(page, known, FIELDS, PLACES))


async def _again(page: Page, number: str, typed: Typed, trouble: Trouble) -> Response:
    """The form with everything in it, and what is wrong; a service that is away costs its part only."""
    files, contract, addresses, _ = await side_by_side(
        uploads.known(page, typed.file_ids),
        page.get(f"/contracts/{number}"),
        _addresses(page, number),
        drafting.try_to_save(page, number, typed),
    )
    refused = [f"{sent.name} : {sent.refusal}" for sent in page.sent if sent.refusal]
    return await _form(page, number, typed, contract, addresses, trouble, files=files, refused=refused, kept_at="")


async def _form(
    page: Page, number: str, typed: Typed, contract: Any, addresses: Any, trouble: Trouble, **shown: Any
) -> Response:
    return await page.render(
        "contracts/declaration.html",
        status=trouble.status,
        number=number,
        typed=typed,
        contract=contract,
        articles=articles_of(contract) if contract else _named(typed.serial_numbers),
        choices=_choices(page, addresses, typed),
        addresses_away=addresses is AWAY,
        natures=[(key, page.gettext(label)) for key, label in NATURES],
        trouble=trouble,
        owner=_owner(page, contract),
        **shown,
    )


async def _done(page: Page, number: str, typed: Typed, incident: str) -> Response:
    saved = await side_by_side(drafting.discard(page, number), _save_address(page, number, typed))
    sentence = page.gettext("Votre déclaration n° %(number)s est enregistrée.") % {"number": incident}
    if saved[1]:
        sentence += " " + saved[1]
    return page.redirect(f"/incidents/{incident}", flash=sentence)


async def _save_address(page: Page, number: str, typed: Typed) -> str:
    """A sentence when it did not work: the declaration stands all the same."""
    if not (typed.has_new_address and typed.saves_address):
        return ""
    try:
        contract = await page.get(f"/contracts/{number}")
        body = {**typed.new_address, "label": typed.get("label") or typed.get("street")}
        if page.may("reseller") and contract["client"]:
            body["organisation_id"] = contract["client"]["id"]
        await page.change("POST", "/addresses", body, key=f"{typed.key} address")
    except (ServiceAway, Refused):
        return page.gettext("L’adresse n’a pas pu être ajoutée à vos adresses de livraison.")
    return ""


def _addresses(page: Page, number: str) -> Awaitable[Any]:
    return page.get("/delivery-addresses", contract=number)


def _fresh(contract: Mapping[str, Any], addresses: Any) -> Typed:
    """A contract's only article is the one concerned; the first primary address is the likely one."""
    articles = articles_of(contract)
    offered = addresses["items"] if addresses else []
    likely = next((one for one in offered if one["primary"]), offered[0] if offered else None)
    serials = [str(articles[0]["serial_number"])] if len(articles) == 1 else []
    return Typed.fresh(serials, str(likely["id"]) if likely else NEW)


def _choices(page: Page, addresses: Any, typed: Typed) -> list[tuple[str, str]]:
    offered = [(str(one["id"]), _label(one)) for one in addresses["items"]] if addresses else []
    chosen = typed.get("address")
    if addresses is AWAY and chosen not in ("", NEW):
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


def _missing(page: Page, typed: Typed) -> dict[str, str]:
    needed = {**NEEDED, **(NEEDED_OF_ADDRESS if typed.has_new_address else {})}
    given = {**typed.texts, "serial_numbers": "".join(typed.serial_numbers)}
    if not typed.has_new_address and not _is_id(typed.get("address")):
        given["address"] = ""
    return {name: page.gettext(sentence) for name, sentence in needed.items() if not given.get(name)}


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

"""Who is told of what: pure functions from a fact to notices (a person's feed and e-mail) and hints (open pages).

Never the author; the sides of a thread are its only readers. What is here names no database and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from api.notifications import Kind, SubjectType
from events import OrganisationKind
from events.desk import IncidentAssigned, PresenceChanged
from events.identity import LoggedInFromNewDevice, SignUpRequested
from events.incidents import (
    FileDetached,
    FilesAttached,
    IncidentClosingPostponed,
    IncidentDeclared,
    IncidentEvent,
    IncidentShared,
    IncidentStatusChanged,
    MessagePosted,
    NoteWritten,
    PromiseMissed,
    Scope,
    Thread,
)

What = Literal["status", "message", "files", "declared", "desk", "presence"]

EVERY_SIDE: frozenset[OrganisationKind] = frozenset({"sqp", "reseller", "client"})

PANES: dict[Thread, str] = {
    "client": "?onglet=messagerie",
    "sqp": "?onglet=messagerie-sqp",
    "internal": "?onglet=notes",
}


@dataclass(frozen=True)
class Audience:
    """Everybody of these organisations (and of SQP's), or these people; ``administrators`` narrows to that role,
    ``only_sqp`` to SQP's people, whatever else is named. Of clients, people of ``client`` alone where it is named: its
    administrators and those of ``readers``, or everybody (None)."""

    organisations: frozenset[UUID] = frozenset()
    sqp: bool = False
    people: frozenset[UUID] = frozenset()
    administrators: bool = False
    only_sqp: bool = False
    client: UUID | None = None
    readers: frozenset[UUID] | None = None
    author: UUID | None = None

    def without(self, organisation: UUID | None, kind: str | None) -> Audience:
        """All but one side: the author's colleagues know already."""
        return replace(self, organisations=self.organisations - {organisation}, sqp=self.sqp and kind != "sqp")

    def keys(self) -> list[str]:
        """How open streams recognise what is theirs."""
        named = [self._key(each) for each in sorted(self.organisations, key=str)]
        readers = sorted(map(str, self.readers or ())) if self.client in self.organisations else []
        return [*(["sqp"] if self.sqp else []), *named, *(f"user:{each}" for each in readers)]

    def _key(self, organisation: UUID) -> str:
        is_narrowed = organisation == self.client and self.readers is not None
        return f"{'administrators' if is_narrowed else 'organisation'}:{organisation}"


@dataclass(frozen=True)
class Subject:
    """What a notification is about; ``path`` leads there in the portal."""

    type: SubjectType
    id: str
    path: str
    thread: Thread | None = None


@dataclass(frozen=True)
class MailLink:
    """Where an e-mail's button leads instead of its subject: ``sealed_token`` completes it, until ``expires_at``."""

    path: str
    sealed_token: str
    expires_at: datetime


@dataclass(frozen=True)
class Notice:
    """A fact for people. ``facts`` is what the wording needs, in JSON's types. It goes by e-mail as well to people
    of the sides ``mailed`` who want it."""

    kind: Kind
    audience: Audience
    subject: Subject
    facts: dict[str, Any] = field(default_factory=dict)
    mailed: frozenset[OrganisationKind] = EVERY_SIDE
    link: MailLink | None = None


@dataclass(frozen=True)
class Hint:
    """Something changed in an incident: to all who may read it there, the author's other tabs included."""

    number: str
    what: What
    audience: Audience
    thread: Thread | None = None


def declared(event: IncidentDeclared) -> Notice:
    """SQP; the reseller's people when the client declared, the client's when the reseller did. Both, and not SQP, when
    SQP declared for one of them. Of the client that declared, the people with whom it shares the incident by name."""
    others = parties(event, "declaration").without(event.actor.organisation_id, event.actor.organisation_kind)
    if event.actor.organisation_kind == "client":
        others = replace(others, people=frozenset(event.readers or ()))
    more = {"ends_on": event.promised_on.isoformat()} if event.promised_on else {}
    if event.on_behalf:
        more |= {"party": event.on_behalf.organisation_name, "caller": event.on_behalf.name}
    return Notice("incident_declared", by_author(event, others), incident(event), facts_of(event) | more)


def status_changed(event: IncidentStatusChanged) -> Notice:
    """The reseller's and the client's people; SQP's when one of these did it, who then waits for SQP to act."""
    by_party = event.actor.organisation_kind in ("reseller", "client")
    concerned = replace(parties(event, "client"), sqp=by_party)
    more = {"previous_status": event.previous_status, "note": event.note, "reason": event.reason}
    return Notice("status_changed", by_author(event, concerned), incident(event), facts_of(event) | more)


def shared(event: IncidentShared) -> Notice:
    """The people of the client who did not read it before."""
    audience = replace(parties(event, "client"), organisations=frozenset(), sqp=False, people=frozenset(event.given_to))
    return Notice("incident_shared", by_author(event, audience), incident(event), facts_of(event))


def closing_postponed(event: IncidentClosingPostponed) -> Notice:
    """SQP, which does not read what was written."""
    facts = facts_of(event) | {"ends_on": event.closes_on.isoformat()}
    return Notice("closing_postponed", by_author(event, Audience(sqp=True)), incident(event), facts)


def promise_missed(event: PromiseMissed) -> Notice:
    """All parties of the incident. No person caused this event, so no side is left out as its author."""
    facts = facts_of(event) | {"ends_on": event.dispatch_on.isoformat()}
    return Notice("promise_missed", by_author(event, parties(event, "declaration")), incident(event), facts)


def seen_from(notice: Notice, kind: str, role: str) -> Notice:
    """The notice as people of this kind of organisation and this role get it. If the incident waits for their answer
    and they may write, the link opens the composer of the thread."""
    if notice.facts.get("reason") != f"waiting_{kind}" or role != "administrator":
        return notice
    pane = PANES["client" if kind == "client" else "sqp"]
    subject = replace(notice.subject, path=f"{notice.subject.path}{pane}#composer")
    return replace(notice, subject=subject, facts=notice.facts | {"is_awaited": True})


def message_posted(event: MessagePosted) -> Notice:
    """The other side of that thread only."""
    others = parties(event, event.thread).without(event.actor.organisation_id, event.actor.organisation_kind)
    facts = facts_of(event) | {"excerpt": event.excerpt}
    return Notice("message_posted", by_author(event, others), incident(event, event.thread), facts)


def note_written(event: NoteWritten) -> list[Notice]:
    """The people that the note mentions, and those who wrote notes on the incident before. Only people of SQP are
    told, even if the event names others."""
    mentioned = frozenset(event.mentioned_ids)
    told: tuple[tuple[Kind, frozenset[UUID]], ...] = (
        ("note_mentioned", mentioned),
        ("note_written", frozenset(event.writer_ids) - mentioned),
    )
    subject = Subject("incident", event.number, f"/incidents/{event.number}{PANES['internal']}", "internal")
    facts = {"number": event.number, "actor": event.actor.name}
    return [
        Notice(kind, Audience(people=people, only_sqp=True, author=event.actor.user_id), subject, facts)
        for kind, people in told
        if people
    ]


def files_attached(event: FilesAttached, declared_at: datetime | None, count: int) -> Notice | None:
    """The other parties of the scope, unless a message or the declaration tells of the same act already.

    ``declared_at`` is the declaration's instant: files that came with it carry the same, later ones another.
    ``count`` is how many of the named files are bound. The others never became visible, so they are not counted.
    """
    if event.message_id is not None or _came_with_declaration(event, declared_at):
        return None
    others = parties(event, event.scope).without(event.actor.organisation_id, event.actor.organisation_kind)
    facts = facts_of(event) | {"count": count}
    return Notice("files_attached", by_author(event, others), incident(event, thread_of(event.scope)), facts)


def _came_with_declaration(event: FilesAttached, declared_at: datetime | None) -> bool:
    return event.scope == "declaration" and event.at == declared_at


def sign_up_requested(event: SignUpRequested) -> Notice:
    """The reseller's administrators, who decide."""
    audience = Audience(organisations=frozenset({event.reseller_id}), administrators=True)
    facts = {"client_name": event.client_name, "email": event.email, "contract_number": event.contract_number}
    subject = Subject("sign_up_request", str(event.request_id), "/clients#demandes")
    return Notice("sign_up_requested", audience, subject, facts)


def new_device(event: LoggedInFromNewDevice) -> Notice:
    audience = Audience(people=frozenset({event.user_id}))
    facts = {"device": event.device, "address": event.address, "at": event.at.isoformat()}
    return Notice("new_device", audience, Subject("session", str(event.session_id), "/parametres/sessions"), facts)


def hint(event: IncidentEvent | NoteWritten) -> Hint:
    if isinstance(event, NoteWritten):
        return Hint(event.number, "message", Audience(sqp=True), "internal")
    if isinstance(event, MessagePosted):
        return Hint(event.number, "message", parties(event, event.thread), event.thread)
    if isinstance(event, FilesAttached | FileDetached):
        return Hint(event.number, "files", parties(event, event.scope), thread_of(event.scope))
    if isinstance(event, IncidentClosingPostponed):
        return Hint(event.number, "status", Audience(sqp=True))
    what: What = "declared" if isinstance(event, IncidentDeclared) else "status"
    return Hint(event.number, what, parties(event, "declaration"))


def assigned(event: IncidentAssigned) -> Hint:
    """To SQP alone: resellers and clients do not learn which agent works on an incident."""
    return Hint(event.number, "desk", Audience(sqp=True))


def present(event: PresenceChanged) -> Hint:
    """To SQP alone, for the same reason as an assignment."""
    return Hint(event.number, "presence", Audience(sqp=True))


def parties(event: IncidentEvent, scope: Scope) -> Audience:
    """Who may read this part of an incident: SQP never the client thread, the client never SQP's, neither a note."""
    if scope == "internal":
        return Audience(sqp=True)
    organisations = {event.reseller_id}
    if event.client_id is not None and scope != "sqp":
        organisations.add(event.client_id)
    return Audience(
        organisations=frozenset(organisations),
        sqp=scope != "client",
        client=event.client_id,
        readers=None if event.readers is None else frozenset(event.readers),
    )


def path_of_many(notice: Notice) -> str:
    """Where a line leads that counts several."""
    if notice.kind == "sign_up_requested":
        return notice.subject.path
    return "/contrats?validity=expiring" if notice.kind == "contract_expiring" else "/contrats"


def thread_of(scope: Scope) -> Thread | None:
    return None if scope == "declaration" else scope


def incident(event: IncidentEvent, thread: Thread | None = None) -> Subject:
    pane = PANES[thread] if thread else ""
    return Subject("incident", event.number, f"/incidents/{event.number}{pane}", thread)


def by_author(event: IncidentEvent, audience: Audience) -> Audience:
    return replace(audience, author=event.actor.user_id)


def facts_of(event: IncidentEvent) -> dict[str, Any]:
    return {"number": event.number, "title": event.title, "status": event.status, "actor": event.actor.name}

"""Who sees which incident and which of its threads and files, and who may add to them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from chassis.sql import AnyRow
from events import OrganisationKind
from events.incidents import Actor, Scope, Thread
from incidents.errors import DeclarationNotYours, FileNotYours, ThreadNotFound
from incidents.models import Attachment, CoveredContract, Incident
from incidents.searching.models import SearchText
from web.auth.principal import Principal

# Without ``internal``: SQP's programs do not read its notes, because what they do with an answer is not controlled
# here.
OF_PROGRAMS: tuple[Scope, ...] = ("declaration", "sqp")
SCOPES: Mapping[OrganisationKind, tuple[Scope, ...]] = {
    "sqp": ("declaration", "sqp", "internal"),
    "reseller": ("declaration", "client", "sqp"),
    "client": ("declaration", "client"),
}
# A placeholder id, to ask which scopes a kind of organisation reads on an incident that has a client.
WITH_CLIENT = UUID(int=0)


def scopes(kind: OrganisationKind | None, client_id: UUID | None) -> tuple[Scope, ...]:
    """What people of ``kind`` may read of an incident. Without client there is no client thread.

    ``None`` is a service account: SQP's own back office, which reads what SQP reads, without its notes.
    """
    readable = SCOPES[kind] if kind else OF_PROGRAMS
    return tuple(scope for scope in readable if scope != "client" or client_id is not None)


def threads(kind: OrganisationKind | None, client_id: UUID | None) -> tuple[Thread, ...]:
    return tuple(scope for scope in scopes(kind, client_id) if scope != "declaration")


def declaring(declarer_id: UUID, reseller_id: UUID) -> frozenset[UUID]:
    """The organisations to which the declaration's files belong: the declarer, and the reseller of a client that
    declares."""
    return frozenset({declarer_id, reseller_id})


def completes(incident: Incident | AnyRow, organisation_id: UUID | None, kind: OrganisationKind | None) -> bool:
    """Whether this organisation may add files to the declaration: its owners may, and SQP if it declared for a
    caller."""
    if kind == "sqp":
        return incident.caller_name is not None
    return organisation_id in declaring(incident.declarer_id, incident.reseller_id)


def file_owners(scope: Scope, declarer_id: UUID, reseller_id: UUID, organisation_id: UUID) -> frozenset[UUID]:
    """The organisations that may detach a file: the one that attached it; for the declaration, also its owners."""
    attached_by = frozenset({organisation_id})
    return attached_by | declaring(declarer_id, reseller_id) if scope == "declaration" else attached_by


def visible(
    of: type[Incident] | type[CoveredContract] | type[SearchText], who: Principal | Actor
) -> ColumnElement[bool]:
    """A reseller sees what it sold, a client what it holds, SQP and its back office everything. Of a client's people,
    the basic ones see those incidents that are shared with them."""
    if who.organisation_kind == "reseller":
        return of.reseller_id == who.organisation_id
    if who.organisation_kind == "client":
        return and_(of.client_id == who.organisation_id, _shared(of, who))
    return true() if who.organisation_kind in (None, "sqp") else false()


def _shared(
    of: type[Incident] | type[CoveredContract] | type[SearchText], who: Principal | Actor
) -> ColumnElement[bool]:
    # Who changes something, an actor, is an administrator.
    if of is CoveredContract or isinstance(who, Actor) or who.is_administrator:
        return true()
    with_them = or_(Incident.readers.is_(None), Incident.readers.contains([who.user_id]))
    if of is Incident:
        return with_them
    theirs = select(Incident.number).where(Incident.client_id == who.organisation_id, with_them)
    return SearchText.incident_number.in_(theirs)


def readable(of: type[SearchText], who: Principal) -> ColumnElement[bool]:
    """What ``who`` may read of the incidents that ``who`` sees; without client there is no client thread."""
    is_of_nobody = and_(of.scope == "client", of.client_id.is_(None))
    return and_(of.scope.in_(scopes(who.organisation_kind, WITH_CLIENT)), not_(is_of_nobody))


def require_thread(incident: Incident, thread: Thread, by: Actor) -> None:
    if thread not in threads(by.organisation_kind, incident.client_id):
        raise ThreadNotFound


def require_open(incident: Incident, scope: Scope) -> None:
    """Raises IncidentOver for a message or file on an incident that is closed or cancelled; SQP's own notes stay
    possible. Raises Merged for any of these on an incident that was merged with another."""
    incident.require_apart()
    if scope != "internal":
        incident.require_going()


def require_attachable(incident: Incident, scope: Scope, by: Actor) -> None:
    """Raises ThreadNotFound or DeclarationNotYours unless ``by`` may attach files there."""
    if scope != "declaration":
        require_thread(incident, scope, by)
    elif not completes(incident, by.organisation_id, by.organisation_kind):
        raise DeclarationNotYours


def require_file_owner(incident: Incident, attachment: Attachment, by: Actor) -> None:
    owners = file_owners(attachment.scope, incident.declarer_id, incident.reseller_id, attachment.organisation_id)
    if by.organisation_id not in owners:
        raise FileNotYours

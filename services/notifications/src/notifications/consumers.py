"""The events that the notifications service consumes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events import Event
from events.contracts import ContractChanged, ContractExpiring, ContractExtended, ContractRegistered
from events.desk import AnswerReminded, AnswersReminded, IncidentAssigned, IncidentsMoved, PresenceChanged
from events.files import FileBindingRefused, FileBound
from events.identity import (
    AccountInvited,
    CredentialsChanged,
    EmailChangeAnnounced,
    EmailChangeRequested,
    LoggedInFromNewDevice,
    OrganisationChanged,
    PasswordResetRequested,
    RescueGranted,
    SecondFactorChanged,
    SessionClosed,
    SignUpRequested,
    UserChanged,
)
from events.incidents import (
    ExchangeChanged,
    FileDetached,
    FilesAttached,
    IncidentClientGiven,
    IncidentClosingPostponed,
    IncidentDeclared,
    IncidentEvent,
    IncidentMerged,
    IncidentShared,
    IncidentStatusChanged,
    MessagePosted,
    NoteWritten,
    PromiseMissed,
    ReturnReminded,
)
from notifications import (
    account_mails,
    answer_notices,
    bulk_notices,
    contract_notices,
    exchanges,
    merge_notices,
    projections,
    recipients,
    reminders,
    service,
)
from notifications.recipients import Notice

E = TypeVar("E", bound=Event)
Fact = TypeVar("Fact", bound=IncidentEvent)


def consumers() -> tuple[Consumer, ...]:
    identity = Consumer("notifications.identity")
    identity.on(OrganisationChanged)(projections.organisation)
    identity.on(UserChanged)(projections.user)
    identity.on(SessionClosed)(projections.closed_session)
    identity.on(AccountInvited, PasswordResetRequested, EmailChangeRequested, EmailChangeAnnounced)(account_mails.send)
    identity.on(CredentialsChanged, SecondFactorChanged, RescueGranted)(account_mails.send)
    identity.on(SignUpRequested)(_tell(recipients.sign_up_requested))
    identity.on(LoggedInFromNewDevice)(service.tell_of_new_device)

    incidents = Consumer("notifications.incidents")
    incidents.on(IncidentDeclared)(_follow_and_tell(recipients.declared))
    incidents.on(IncidentStatusChanged)(exchanges.status_changed)
    incidents.on(IncidentsMoved)(bulk_notices.tell)
    incidents.on(AnswerReminded)(answer_notices.reminded)
    incidents.on(AnswersReminded)(answer_notices.reminded_of_many)
    incidents.on(IncidentMerged)(merge_notices.tell)
    incidents.on(IncidentShared)(_follow_and_tell(recipients.shared))
    incidents.on(IncidentClosingPostponed)(_follow_and_tell(recipients.closing_postponed))
    incidents.on(PromiseMissed)(_follow_and_tell(recipients.promise_missed))
    incidents.on(ExchangeChanged)(exchanges.changed)
    incidents.on(ReturnReminded)(exchanges.reminded)
    incidents.on(MessagePosted)(_follow_and_tell(recipients.message_posted))
    incidents.on(NoteWritten)(service.tell_of_note)
    incidents.on(IncidentClientGiven, FileDetached)(service.follow_incident)
    incidents.on(FilesAttached)(service.remember_named_files)
    incidents.on(IncidentAssigned)(_show_assigned)
    incidents.on(PresenceChanged)(_show_present)

    files = Consumer("notifications.files")
    files.on(FileBound)(service.tell_of_bound_file)
    files.on(FileBindingRefused)(service.forget_refused_file)

    contracts = Consumer("notifications.contracts")
    contracts.on(ContractRegistered)(_tell(contract_notices.contract_registered))
    contracts.on(ContractChanged)(tell_of_new_holder)
    contracts.on(ContractExtended)(_tell(contract_notices.contract_extended))
    contracts.on(ContractExpiring)(reminders.tell)
    return (identity, incidents, files, contracts)


def _tell(notice_of: Callable[[E], Notice]) -> Callable[[AsyncSession, E], Awaitable[None]]:
    """A handler that tells people of the event."""

    async def handle(session: AsyncSession, event: E) -> None:
        await service.tell(session, notice_of(event))

    return handle


def _follow_and_tell(notice_of: Callable[[Fact], Notice]) -> Callable[[AsyncSession, Fact], Awaitable[None]]:
    """The same for an incident, whose parties are kept, and of which open pages are told."""

    async def handle(session: AsyncSession, event: Fact) -> None:
        await service.follow_incident(session, event)
        await service.tell(session, notice_of(event))

    return handle


async def _show_assigned(session: AsyncSession, event: IncidentAssigned) -> None:
    """Updates SQP's open pages; there is no notification."""
    service.send_hint(session, recipients.assigned(event))


async def _show_present(session: AsyncSession, event: PresenceChanged) -> None:
    service.send_hint(session, recipients.present(event))


async def tell_of_new_holder(session: AsyncSession, event: ContractChanged) -> None:
    if event.given_by is not None and event.client is not None:
        await service.tell(
            session, contract_notices.contract_given(event, event.client.organisation_id, event.given_by)
        )

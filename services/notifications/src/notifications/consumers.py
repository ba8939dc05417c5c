"""What the notifications service learns from its neighbours, and tells on."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events.contracts import ContractExpiring, ContractExtended, ContractRegistered
from events.files import FileBindingRefused, FileBound
from events.identity import (
    AccountInvited,
    LoggedInFromNewDevice,
    MailLink,
    OrganisationChanged,
    PasswordResetRequested,
    SessionClosed,
    SignUpRequested,
    UserChanged,
)
from events.incidents import FileDetached, FilesAttached, IncidentDeclared, IncidentStatusChanged, MessagePosted
from notifications import repository, rules, service

identity = Consumer("notifications.identity")
incidents = Consumer("notifications.incidents")
files = Consumer("notifications.files")
contracts = Consumer("notifications.contracts")


@identity.on(OrganisationChanged)
async def learn_organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    await repository.learn_organisation(session, event)


@identity.on(UserChanged)
async def learn_user(session: AsyncSession, event: UserChanged) -> None:
    await repository.learn_user(session, event)


@identity.on(AccountInvited, PasswordResetRequested)
async def send_link(session: AsyncSession, event: MailLink) -> None:
    await service.send_link(session, event)


@identity.on(SignUpRequested)
async def tell_of_sign_up(session: AsyncSession, event: SignUpRequested) -> None:
    await service.tell(session, rules.sign_up_requested(event))


@identity.on(SessionClosed)
async def forget_session(session: AsyncSession, event: SessionClosed) -> None:
    await repository.close_session(session, event.session_id)


@identity.on(LoggedInFromNewDevice)
async def tell_of_new_device(session: AsyncSession, event: LoggedInFromNewDevice) -> None:
    await service.tell_of_new_device(session, event)


@incidents.on(IncidentDeclared)
async def tell_of_declaration(session: AsyncSession, event: IncidentDeclared) -> None:
    await service.learn_incident(session, event)
    await service.tell(session, rules.declared(event))


@incidents.on(IncidentStatusChanged)
async def tell_of_status(session: AsyncSession, event: IncidentStatusChanged) -> None:
    await service.learn_incident(session, event)
    await service.tell(session, rules.status_changed(event))


@incidents.on(MessagePosted)
async def tell_of_message(session: AsyncSession, event: MessagePosted) -> None:
    await service.learn_incident(session, event)
    await service.tell(session, rules.message_posted(event))


@incidents.on(FilesAttached)
async def learn_named_files(session: AsyncSession, event: FilesAttached) -> None:
    await service.learn_named_files(session, event)


@incidents.on(FileDetached)
async def hint_at_detached_file(session: AsyncSession, event: FileDetached) -> None:
    await service.learn_incident(session, event)


@files.on(FileBound)
async def tell_of_bound_file(session: AsyncSession, event: FileBound) -> None:
    await service.tell_of_bound_file(session, event)


@files.on(FileBindingRefused)
async def forget_refused_file(session: AsyncSession, event: FileBindingRefused) -> None:
    await service.forget_refused_file(session, event)


@contracts.on(ContractRegistered)
async def tell_of_registration(session: AsyncSession, event: ContractRegistered) -> None:
    await service.tell(session, rules.contract_registered(event))


@contracts.on(ContractExtended)
async def tell_of_extension(session: AsyncSession, event: ContractExtended) -> None:
    await service.tell(session, rules.contract_extended(event))


@contracts.on(ContractExpiring)
async def tell_of_expiry(session: AsyncSession, event: ContractExpiring) -> None:
    await service.tell(session, rules.contract_expiring(event))


CONSUMERS = (identity, incidents, files, contracts)

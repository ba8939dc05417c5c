"""What the portal asks of the identity service for people who are not logged in, or are about to be."""

from __future__ import annotations

from api.identity.factors import EnrolledBrowser, Enrolment, PasskeyLogIn, PasskeyOptions, SecondStep, WaitingLogIn
from api.identity.sign_in import (
    Activate,
    Activated,
    Activation,
    BrowserSession,
    EmailChange,
    EmailConfirmed,
    Forgot,
    LinkToFollow,
    LogIn,
    LogOut,
    Recovery,
    Register,
    Reset,
)
from portal.page_request import PageRequest


async def log_in(page: PageRequest, credentials: LogIn) -> BrowserSession:
    return (await page.send(BrowserSession, "POST", "/auth/login", credentials)).body


async def second_step(page: PageRequest, proof: SecondStep) -> BrowserSession:
    return (await page.send(BrowserSession, "POST", "/auth/second-step", proof)).body


async def begin_passkey(page: PageRequest) -> PasskeyOptions:
    """For a log-in without a password."""
    return (await page.send(PasskeyOptions, "POST", "/auth/passkey/options")).body


async def by_passkey(page: PageRequest, proof: PasskeyLogIn) -> BrowserSession:
    return (await page.send(BrowserSession, "POST", "/auth/passkey", proof)).body


async def second_step_passkey(page: PageRequest, waiting: WaitingLogIn) -> PasskeyOptions:
    return (await page.send(PasskeyOptions, "POST", "/auth/second-step/passkey", waiting)).body


async def begin_enrolment(page: PageRequest, waiting: WaitingLogIn) -> Enrolment:
    return (await page.send(Enrolment, "POST", "/auth/second-step/application", waiting)).body


async def enrol(page: PageRequest, proof: SecondStep) -> EnrolledBrowser:
    return (await page.send(EnrolledBrowser, "POST", "/auth/second-step/application/confirm", proof)).body


async def log_out(page: PageRequest, session: LogOut) -> None:
    await page.change("POST", "/auth/logout", session)


async def register(page: PageRequest, wanted: Register) -> None:
    await page.change("POST", "/auth/register", wanted)


async def forgot(page: PageRequest, whose: Forgot) -> None:
    await page.change("POST", "/auth/password/forgot", whose)


async def recovery(page: PageRequest, link: LinkToFollow) -> Recovery:
    return (await page.send(Recovery, "POST", "/auth/password/link", link)).body


async def reset(page: PageRequest, chosen: Reset) -> Activated:
    return (await page.send(Activated, "POST", "/auth/password/reset", chosen)).body


async def activation(page: PageRequest, link: LinkToFollow) -> Activation:
    return (await page.send(Activation, "POST", "/auth/activation", link)).body


async def send_activation_again(page: PageRequest, link: LinkToFollow) -> None:
    await page.change("POST", "/auth/activation/again", link)


async def activate(page: PageRequest, chosen: Activate) -> Activated:
    return (await page.send(Activated, "POST", "/auth/activate", chosen)).body


async def email_change(page: PageRequest, link: LinkToFollow) -> EmailChange:
    return (await page.send(EmailChange, "POST", "/auth/email/link", link)).body


async def confirm_email(page: PageRequest, link: LinkToFollow) -> EmailConfirmed:
    return (await page.send(EmailConfirmed, "POST", "/auth/email/confirm", link)).body

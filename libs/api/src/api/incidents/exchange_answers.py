"""A holder's answer to a reminder of a return, by the link in its e-mail."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from api.incidents.exchange_steps import KeepDisk, MoreTime, ReturnLost, ReturnShipped, StepName
from api.incidents.incidents import Choice
from web.schemas import Answer, Request

LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
HolderStep = Annotated[ReturnShipped | ReturnLost | MoreTime | KeepDisk, Field(discriminator="step")]


class ReturnLink(Request):
    token: LinkToken


class ReturnAnswer(ReturnLink):
    """One answer; the link is good for one."""

    answer: HolderStep


class ReturnQuestion(Answer):
    """What is to come back: the faulty product, or with ``of_replacement`` what was sent for it. ``consequence`` tells
    in words what follows when it is late; ``address``: SQP's, in lines, where it is to go; ``actions``: the answers
    that are taken now."""

    incident_number: str
    line: int
    is_awaited: bool
    of_replacement: bool
    designation: str
    product_reference: str
    serial_number: str
    label: str
    due_on: date | None
    is_overdue: bool
    extension_days: int
    consequence: str
    address: str
    carriers: list[Choice]
    actions: list[StepName]

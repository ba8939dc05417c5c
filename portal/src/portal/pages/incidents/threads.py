"""One of the threads, as one person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.identity.people import User
from api.incidents import Incident, Message, PendingMessage
from portal import uploads
from portal.api_client import ApiRefused
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.incidents.base import here
from portal.services import identity, incidents
from portal.uploads import UploadedFile

STEP = 50
MOST = 1000
AT_ONCE = 200

TABS = {"client": "messagerie", "sqp": "messagerie-sqp", "internal": "notes"}
# People of SQP that are offered for a mention.
MOST_COLLEAGUES = 200


@dataclass(frozen=True)
class Waiting:
    """A message of one's own that leaves in a moment, or could not."""

    message: PendingMessage
    files: Sequence[UploadedFile]


@dataclass(frozen=True)
class Thread:
    """``href`` leads to its tab; ``messages`` oldest first; ``seen``: the tag of the thread with these; ``reader``: who
    else reads them; ``earlier``: how many to show for more, or 0."""

    number: str
    name: str
    href: str
    messages: list[Message]
    seen: str
    total: int
    shown: int
    earlier: int
    reader: str
    readership: str
    readers_page: str
    phone: str
    may_write: bool
    pending: Sequence[Waiting]

    @property
    def tab(self) -> str:
        return TABS[self.name]

    @classmethod
    async def read(cls, page: Page, incident: Incident, name: str, wanted: str) -> Thread:
        """The newest messages, as many as ``wanted`` says."""
        shown = (
            min(int(wanted), MOST)
            if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 and int(wanted)
            else STEP
        )
        messages, total, seen = await _newest(page, incident.number, name, shown)
        return cls(
            number=incident.number,
            name=name,
            href=here(page, incident.number, TABS[name]),
            messages=messages[::-1],
            seen=seen,
            total=total,
            shown=shown,
            earlier=shown + STEP if total > len(messages) and shown < MOST else 0,
            reader=_other_side(page, incident, name),
            **_readership(page, incident, name),
            may_write=name in incident.actions.write,
            pending=await _pending(page, incident.number, name),
        )


def is_undoable(page: Page, name: str) -> bool:
    """What SQP writes to the reseller waits for ten seconds."""
    return name == "sqp" and page.may("sqp", write=True)


async def _pending(page: Page, number: str, name: str) -> list[Waiting]:
    """Nothing while the incidents service is of the previous release, which knows of none."""
    if not is_undoable(page, name):
        return []
    try:
        found = await or_unavailable(incidents.pending(page, number, name))
    except ApiRefused as refused:
        if refused.status != 404:
            raise
        return []
    waiting = found.items if found else []
    return [Waiting(each, await uploads.known(page, [str(file) for file in each.file_ids])) for each in waiting]


def thread_of(page: Page) -> str:
    """The thread that the address names."""
    name = str(page.request.path_params["thread"])
    if name not in TABS:
        raise ApiRefused(404, {})
    return name


async def colleagues(page: Page, name: str) -> Sequence[User]:
    """The people that a note may mention; empty in other threads, and while identity does not answer."""
    if name != "internal" or not page.may("sqp", write=True):
        return ()
    found = await or_unavailable(identity.users(page, sort="last_name", limit=MOST_COLLEAGUES))
    return [each for each in found.items if each.status == "active" and each.id != page.who.user_id] if found else ()


async def _newest(page: Page, number: str, name: str, wanted: int) -> tuple[list[Message], int, str]:
    """What comes while they are read page by page is not seen yet: the first page's tag is theirs."""
    found: list[Message] = []
    cursor: str | None = None
    total, seen = 0, ""
    while len(found) < wanted:
        limit = min(wanted - len(found), AT_ONCE)
        answer = await incidents.messages(page, number, name, limit=limit, cursor=cursor)
        found += answer.body.items
        total, cursor, seen = answer.body.total, answer.body.next, seen or answer.etag
        if not cursor:
            break
    return found, total, seen


def _readership(page: Page, incident: Incident, name: str) -> dict[str, str]:
    """Whether the other side has a reader; if not, the page where an account is made, and the telephone number."""
    party = incident.client if name == "client" and page.may("reseller") else incident.reseller
    if name == "internal" or (name == "sqp" and page.may("reseller")) or party is None:
        return {"readership": "active", "readers_page": "", "phone": ""}
    pages = {"reseller": f"/clients/{party.id}", "sqp": f"/revendeurs/{party.id}"}
    home = pages.get(page.who.organisation_kind or "", "") if page.may(write=True) else ""
    return {
        "readership": party.readership,
        "readers_page": f"{home}/inviter" if home and party.readership != "access_closed" else home,
        "phone": party.phone,
    }


def _other_side(page: Page, incident: Incident, name: str) -> str:
    """The name of the organisation that a message of this thread reaches; a note reaches SQP."""
    if name == "internal":
        return "SQP"
    if not page.may("reseller"):
        return incident.reseller.name
    if name == "sqp":
        return "SQP"
    return incident.client.name if incident.client else ""

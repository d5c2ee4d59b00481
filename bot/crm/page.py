"""The CRM as an admin sees it: how it does, what it refuses, and who is who there."""

from collections.abc import Sequence
from typing import NamedTuple

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crm import users
from bot.crm.adapters import ADAPTERS
from bot.crm.backlog import Backlog, backlog
from bot.crm.connection import connection_of
from bot.crm.models import CrmConnection, CrmRecord, Refused
from bot.crm.notices import OPEN, OWNERS, left_out
from bot.formats import plural
from bot.leads.models import Lead
from bot.people.models import Person
from bot.slack.blocks import header, note, words
from bot.slack.text import clean, moment, safe

RETRY = "crm.retry"
RETRY_ALL = "crm.retry_all"

__all__ = ["OPEN", "OWNERS", "RETRY", "RETRY_ALL", "Health"]

_MOST_REFUSED = 10
_TRIED_AGAIN = (Refused.INVALID, Refused.DUPLICATE)
"""What *Retry all* concerns: what was deleted is made again one by one, by name."""
_FOR_PEOPLE = (Refused.AMOUNT, Refused.TWO_AMOUNTS, Refused.NOT_TAKEN)
"""Where writing again changes nothing: its owner is asked, or it is changed here or there."""


class Health(NamedTuple):
    """How the CRM does."""

    name: str
    connection: CrmConnection
    backlog: Backlog
    refused: Sequence[tuple[CrmRecord, Lead]]
    """At most one more than is shown."""
    owners: Sequence[tuple[Person, str | None]]


def health(session: Session, workspace_id: int) -> Health | None:
    """How the workspace's CRM does; None where it has none."""
    state = connection_of(session, workspace_id)
    if state is None:
        return None
    refused = session.execute(
        select(CrmRecord, Lead)
        .join(Lead, Lead.id == CrmRecord.lead_id)
        .where(CrmRecord.workspace_id == workspace_id, CrmRecord.refused.is_not(None))
        .order_by(CrmRecord.lead_id.desc())
        .limit(_MOST_REFUSED + 1)
    ).all()
    return Health(
        ADAPTERS[state.crm].name, state, backlog(session, workspace_id),
        [(record, lead) for record, lead in refused], users.table(session, workspace_id),
    )  # fmt: skip


def modal(seen: Health | None) -> View:
    """The page."""
    if seen is None:
        text = (
            "No CRM is connected. Name one in `HANDOFF_CRM` on the server, then run `handoff crm "
            "check`: it says what to do, step by step."
        )
        return View(type="modal", title="CRM", close="Done", blocks=[words(text)])
    return View(
        type="modal", title="CRM", close="Done",
        blocks=[words(_state(seen)), note(_counts(seen)), *_refused(seen), *_owners(seen)],
    )  # fmt: skip


def _state(seen: Health) -> str:
    at = seen.connection
    if at.blocked is not None:
        since = f" since {moment(at.blocked_at)}" if at.blocked_at else ""
        why = f": {safe(at.blocked_why, 300)}" if at.blocked_why else ""
        return f"*{seen.name} hasn't worked{since}*{why}. Leads wait here. Nothing is lost."
    if seen.backlog.waiting_since is not None:
        since = moment(seen.backlog.waiting_since)
        count = plural(seen.backlog.waiting, "lead")
        return f"{count} waiting to be written to *{seen.name}* since {since}."
    return f"All {'other ' if seen.backlog.refused else ''}leads are up to date in *{seen.name}*."


def _counts(seen: Health) -> str:
    at, waiting = seen.connection, seen.backlog
    parts = [f"{plural(waiting.written, 'lead')} written", f"{waiting.waiting:,} waiting"]
    if at.polled_at is not None:
        parts.append(f"last checked {moment(at.polled_at)}")
    if at.key_expires_at is not None:
        parts.append(f"key valid until {moment(at.key_expires_at)}")
    if names := left_out(at):
        parts.append(f"left out: {safe(', '.join(names), 300)}")
    return " · ".join(parts)


def _refused(seen: Health) -> list[Block]:
    count = seen.backlog.refused
    if not count:
        return []
    rows = [_row(seen.name, record, lead) for record, lead in seen.refused[:_MOST_REFUSED]]
    blocks: list[Block] = [header(f"Different in {clean(seen.name, 60)} ({count:,})"), *rows]
    if any(record.refused in _TRIED_AGAIN for record, _ in seen.refused):
        again = ButtonElement(text="Retry all", action_id=RETRY_ALL, value="0")
        blocks.append(ActionsBlock(elements=[again]))
    return blocks


def _row(name: str, record: CrmRecord, lead: Lead) -> SectionBlock:
    who = f"*#{lead.id} {safe(lead.name, 80)}*"
    why = safe(record.refused_why or "", 300)
    said = {
        Refused.INVALID: f"{name} refuses it: ",
        Refused.NOT_TAKEN: f"changed in {name}, not taken over: ",
    }.get(Refused(str(record.refused)), "")
    text = f"{who}: {said}{why}"
    button = ButtonElement(
        text="Create again" if record.refused == Refused.GONE else "Retry",
        action_id=RETRY, value=str(lead.id),
    )  # fmt: skip
    accessory = None if record.refused in _FOR_PEOPLE else button
    return SectionBlock(text=MarkdownTextObject(text=text), accessory=accessory)


def _owners(seen: Health) -> list[Block]:
    lines = [
        f"{person.mention}: {safe(name, 80) if name else '_nobody_'}"
        for person, name in seen.owners[:50]
    ]
    button = ButtonElement(text="Choose an owner…", action_id=OWNERS, value="0")
    return [
        header(f"Who's who in {clean(seen.name, 100)}"),
        words("\n".join(lines) or "_Nobody is in sales yet._"),
        ActionsBlock(elements=[button]),
    ]

"""What the admins hear of the CRM, once each, and what the owner of a lead is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.crm.models import CrmConnection, CrmNotice
from bot.crm.port import Trouble
from bot.people import service as people
from bot.people.models import Role
from bot.slack import Message
from bot.slack.text import moment, safe

NOTICE = "crm.notice"
"""The card of a notice."""
OPEN = "crm.open"
"""The button that opens the CRM's page for admins."""
OWNERS = "crm.owners"


_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(weeks=1)


class Kind(StrEnum):
    """What there is to tell."""

    BLOCKED = "blocked"
    BACK = "back"
    UNMATCHED = "unmatched"
    DROPPED = "dropped"
    GONE = "gone"
    EXPIRES = "expires"


_TROUBLE = {
    Trouble.TOKEN: (
        "doesn't accept our key", "Create a new one and put it into `HANDOFF_CRM_KEY`.",
    ),
    Trouble.RIGHT: ("doesn't give our key the rights it needs", "Add them in the CRM."),
    Trouble.PLAN: ("doesn't offer what we need on this plan", ""),
    Trouble.ADDRESS: ("doesn't answer at this address", "Check `HANDOFF_CRM_URL`."),
}  # fmt: skip
"""What is wrong, and what to do."""


def tell_admins(session: Session, workspace_id: int, kind: Kind, **facts: Any) -> None:
    """Send every admin a notice."""
    notice = CrmNotice(workspace_id=workspace_id, kind=kind, facts=facts, at=clock.now())
    session.add(notice)
    session.flush()
    for admin in people.having(session, workspace_id, Role.ADMIN):
        slack.show(session, workspace_id, NOTICE, notice.id, admin.slack_id)


def tell_of_dropped(
    session: Session, workspace_id: int, crm: str, dropped: Mapping[str, str]
) -> None:
    """Tell the admins which values the CRM refuses: each once, and again where a week went by
    without it."""
    state = session.get_one(CrmConnection, workspace_id, with_for_update=True)
    known = left_out(state)
    new = {name: why for name, why in dropped.items() if name not in known}
    state.dropped = state.dropped | dict.fromkeys(dropped, clock.now().date().isoformat())
    if new:
        tell_admins(session, workspace_id, Kind.DROPPED, crm=crm, fields=sorted(new.items()))


def left_out(state: CrmConnection) -> list[str]:
    """The values that the CRM has refused within a week. Whether it takes one for some lead says
    little: it may refuse the country of one lead and take that of the next."""
    today = clock.now().date()
    since = today - _ONE_WEEK
    # Earlier versions kept the reason in the place of the day; it is no day of this week.
    return sorted(
        name for name, day in state.dropped.items()
        if since.isoformat() <= day <= today.isoformat()
    )  # fmt: skip


def tell_of_gone(session: Session, workspace_id: int, crm: str, count: int) -> None:
    """Tell the admins of records that were deleted: one notice a day, which counts on."""
    since = clock.now() - _ONE_DAY
    of_today = session.scalar(
        select(CrmNotice)
        .where(
            CrmNotice.workspace_id == workspace_id,
            CrmNotice.kind == Kind.GONE,
            CrmNotice.at > since,
        )
        .order_by(CrmNotice.id.desc())
        .limit(1)
        .with_for_update()
    )
    if of_today is None:
        tell_admins(session, workspace_id, Kind.GONE, crm=crm, count=count)
        return
    of_today.facts = of_today.facts | {"count": of_today.facts["count"] + count}
    session.flush()
    slack.redraw(session, NOTICE, of_today.id)


def tell_of_expiry(session: Session, workspace_id: int, crm: str, at: datetime) -> None:
    """Tell the admins once that a key is about to expire."""
    known = exists().where(
        CrmNotice.workspace_id == workspace_id,
        CrmNotice.kind == Kind.EXPIRES,
        CrmNotice.facts["at"].astext == at.isoformat(),
    )
    if not session.scalar(select(known)):
        tell_admins(session, workspace_id, Kind.EXPIRES, crm=crm, at=at.isoformat())


def notice(session: Session, notice_id: int) -> Message:
    """A notice as an admin reads it."""
    notice_row = session.get_one(CrmNotice, notice_id)
    kind, facts = Kind(notice_row.kind), notice_row.facts
    text = _TEXTS[kind](facts)
    label, action = _BUTTONS.get(kind, ("Open", OPEN))
    button = ButtonElement(text=label, action_id=action, value="0")
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=[button])])


def _blocked(facts: dict[str, Any]) -> str:
    wrong, fix = _TROUBLE[Trouble(facts["trouble"])]
    why = f" ({safe(facts['why'], 300)})" if facts.get("why") else ""
    sentences = [
        f"{facts['crm']} {wrong}{why}.", fix, "Leads wait here until then. Nothing is lost.",
        "`handoff crm check` says more.",
    ]  # fmt: skip
    return " ".join(filter(None, sentences))


def _back(facts: dict[str, Any]) -> str:
    return f"{facts['crm']} is back. The waiting leads are being written now."


def _unmatched(facts: dict[str, Any]) -> str:
    names = ", ".join(f"<@{slack_id}>" for slack_id in facts["who"][:20])
    more = f" and {len(facts['who']) - 20} more" if len(facts["who"]) > 20 else ""
    if facts.get("was_chosen"):
        return (
            f"The users in {facts['crm']} that were chosen for {names}{more} are no longer active. "
            f"{facts['instead']} Choose others."
        )
    return (
        f"I can't find {names}{more} in {facts['crm']} by their email addresses. "
        f"{facts['instead']} Choose their users."
    )


def _dropped(facts: dict[str, Any]) -> str:
    lines = "\n".join(f"• {safe(name, 60)}: {safe(why, 200)}" for name, why in facts["fields"])
    return (
        f"{facts['crm']} refuses some values, so I left them out. Everything else is "
        f"written.\n{lines}\n`handoff crm check --make` creates missing fields."
    )


def _gone(facts: dict[str, Any]) -> str:
    is_one = facts["count"] == 1
    what = "the record of a lead" if is_one else f"the records of {facts['count']:,} leads"
    return (
        f"Somebody deleted {what} in {facts['crm']}. I won't create {'it' if is_one else 'them'} "
        "again unless you ask me to."
    )


def _expires(facts: dict[str, Any]) -> str:
    when = moment(datetime.fromisoformat(facts["at"]))
    return (
        f"The key to {facts['crm']} stops working {when}. Create a new one and put it into "
        "`HANDOFF_CRM_KEY` before then."
    )


_TEXTS = {
    Kind.BLOCKED: _blocked, Kind.BACK: _back, Kind.UNMATCHED: _unmatched, Kind.DROPPED: _dropped,
    Kind.GONE: _gone, Kind.EXPIRES: _expires,
}  # fmt: skip
_BUTTONS = {Kind.UNMATCHED: ("Choose owners", OWNERS)}

"""Home tabs that show what waits for someone are drawn anew when that has changed.

Only what a page shows counts, only pages that somebody has opened are drawn, and changes that come
while one waits are folded into it.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.list_models import MOST_TO_CLAIM
from bot.leads.models import IS_WAITING, EventType, Lead
from bot.people import service as people
from bot.people.models import Role
from bot.slack.cards import Card
from bot.store import table
from bot.tasks import enqueue, fold

REFRESH = "leads.refresh_home_tabs"

# Slack's documents, rate limits: views.publish allows about 100 a minute, for all pages together.
_EACH = timedelta(seconds=0.6)

_MOVES = (
    EventType.CLAIMED,
    EventType.RELEASED,
    EventType.TAKEN_BACK,
    EventType.REASSIGNED,
    EventType.WOKEN,
    EventType.MERGED,
    EventType.UNMERGED,
    # Done by a program, also while nobody owns the lead.
    EventType.CONTACTED,
    EventType.QUALIFIED,
    EventType.WON,
    EventType.LOST,
    EventType.REOPENED,
    EventType.UNDONE,
)

# Every lead runs through it: how many pages there are, and how many leads wait longer than it. They
# are counted up to where no page would show it.
_card, _lead = table(Card), table(Lead)
_PAGES = select(func.count()).where(
    _card.c.kind == slack.HOME, _card.c.workspace_id == bindparam("workspace_id")
)
_LONGER = (
    select(_lead.c.id)
    .where(
        _lead.c.workspace_id == bindparam("workspace_id"),
        IS_WAITING,
        _lead.c.received_at < bindparam("since"),
    )
    .limit(MOST_TO_CLAIM + 1)
    .subquery()
)
PAGES = _PAGES.scalar_subquery()
LONGER = select(func.count()).select_from(_LONGER).scalar_subquery()
_LOOK = select(PAGES, LONGER)


def refresh_after(session: Session, lead: Lead, event_type: EventType, before: int | None) -> None:
    """Let the pages follow, if the event made the lead wait or took it from those that do.

    `before` is its owner until then.
    """
    was_free = event_type == EventType.CLAIMED or (
        event_type in (EventType.REASSIGNED, EventType.UNDONE) and before is None
    )
    if event_type in _MOVES and (was_free or lead.claimed_by is None):
        refresh_home_tabs(
            session, lead.workspace_id, lead.received_at, is_listed=lead.call_list_id is not None
        )


def refresh_home_tabs(
    session: Session, workspace_id: int, since: datetime, *, is_listed: bool = False
) -> None:
    """Let the pages follow that show a lead which waits since then, or that count its call list."""
    pages, longer = session.execute(_LOOK, {"workspace_id": workspace_id, "since": since}).one()
    refresh_counted(session, workspace_id, pages, 0 if is_listed else longer)


def refresh_counted(session: Session, workspace_id: int, pages: int, longer: int) -> None:
    """The same for who has looked already: how many pages there are, how many wait longer."""
    if pages and longer <= MOST_TO_CLAIM:
        enqueue(session, REFRESH, at=clock.now() + pages * _EACH, workspace_id=workspace_id)


def redraw_home_tabs(session: Session, workspace_id: int) -> None:
    """Draw the pages of all who see what waits, for this change and those that came meanwhile."""
    fold(session, REFRESH, workspace_id=workspace_id)
    staff = people.everyone(session, workspace_id)
    slack.redraw_all(
        session, [(slack.HOME, each.id) for each in staff if each.has(Role.SALESPERSON)]
    )

"""What home tabs show of who has which lead: what a manager must see to, and one's own absence."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.leads import notices, queries
from bot.leads.messages import lists, notifications
from bot.leads.models import Lead
from bot.leads.notice_models import Listed
from bot.people.models import ANY_ROLE, Person, Role
from bot.routing import absences, capability, forms
from bot.slack.blocks import note, words
from bot.slack.text import moment

_MOST_LATE = 5
_MOST_STALLED = 3
_MOST_UNATTENDED = 3

capability.home_setting("Response targets", forms.SLA, 30, Role.ADMIN)
capability.home_setting("Lead rotation", forms.ROUND_ROBIN, 40, Role.ADMIN)


@capability.home_section(Place.NEEDS_YOU_NOW, Role.MANAGER)
def late(session: Session, who: Person) -> list[Block]:
    """Leads whose answer is overdue."""
    return show_late(queries.late(session, who.workspace_id, _MOST_LATE + 1))


def show_late(found: Sequence[tuple[Lead, Person | None]]) -> list[Block]:
    """The first leads that are late, with their owners; one more was read, if there are more."""
    more = f"These {_MOST_LATE} have been overdue longest. There are more."
    return [
        *[lists.row_late(lead, owner) for lead, owner in found[:_MOST_LATE]],
        *([note(more)] if len(found) > _MOST_LATE else []),
    ]


@capability.home_section(Place.NEEDS_YOU_NOW, Role.MANAGER)
def unattended(session: Session, who: Person) -> list[Block]:
    """Leads whose customer wrote again while their owner is out."""
    return show_unattended(notices.unattended(session, who.workspace_id, _MOST_UNATTENDED))


def show_unattended(found: Sequence[tuple[Lead, Person]]) -> list[Block]:
    """A line for each lead, with its owner."""
    lines = [f"• {notifications.line_unattended(*each)}" for each in found]
    title = "*Wrote again while the owner is out*"
    return [words("\n".join([title, *lines]))] if lines else []


@capability.home_section(Place.NEEDS_YOU_NOW, Role.MANAGER)
def stalled(session: Session, who: Person) -> list[Block]:
    """Leads that stand still for twice the limit."""
    return show_stalled(notices.long_stalled(session, who.workspace_id, _MOST_STALLED + 1))


def show_stalled(found: Sequence[Listed]) -> list[Block]:
    """A line for each of the first; one more was read, if there are more."""
    lines = [f"• {notifications.line_listed(each)}" for each in found[:_MOST_STALLED]]
    more = ["and more"] if len(found) > _MOST_STALLED else []
    title = "*Stalled*"
    return [words("\n".join([title, *lines, *more]))] if lines else []


@capability.home_section(Place.AWAY, *ANY_ROLE)
def away(session: Session, who: Person) -> list[Block]:
    """Until when the person is away."""
    absence = absences.absence_of(session, who)
    return [show_away(absence.ends_at)] if absence else []


def show_away(until: datetime) -> Block:
    """That they are away, and how to be back."""
    return words(f"You're away until {moment(until)}. `/lead back` ends it earlier.")

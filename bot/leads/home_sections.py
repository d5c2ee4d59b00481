"""What home tabs show of leads: a person's own, those that they may claim, and the call lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.leads import capability, forms, notices, queries
from bot.leads.list_models import MOST_TO_CLAIM, Mine
from bot.leads.messages import lists
from bot.leads.models import CallList, Lead
from bot.people.models import ANY_ROLE, Person, Role
from bot.slack.blocks import header, note, part
from bot.slack.text import clean

SHOWN = {Mine.TO_CALL: 7, Mine.IN_WORK: 5, Mine.TO_RATE: 4}
FEW = {Mine.TO_CALL: 3, Mine.IN_WORK: 2, Mine.TO_RATE: 1}
"""For those whose page has more than their leads."""

_BEHIND_BUTTONS = (Mine.STALLED, Mine.SNOOZED, Mine.CLOSED)

capability.home_action("Find", forms.FIND, 20, *ANY_ROLE)


@capability.home_section(Place.HEADLINE, *ANY_ROLE)
def headline(session: Session, who: Person) -> list[Block]:
    """How many leads of the person's own wait."""
    return show_headline(who, queries.count_mine(session, who), *queries.count_due(session, who))


def show_headline(
    who: Person, counts: Mapping[Mine, int], overdue: int, due_today: int
) -> list[Block]:
    """`Sofia · 1 overdue · 2 due today · 6 active`; nothing where they have no leads."""
    counted = {
        "overdue": overdue,
        "due today": due_today,
        "active": counts[Mine.IN_WORK],
        "stalled": counts[Mine.STALLED],
        "to rate": counts[Mine.TO_RATE],
    }
    parts = [f"{count:,} {what}" for what, count in counted.items() if count]
    first_name = who.name.split(maxsplit=1)[:1]
    return [header(clean(" · ".join([*first_name, *parts]), 150))] if parts else []


@capability.home_section(Place.NOW, *ANY_ROLE)
def now(session: Session, who: Person) -> list[Block]:
    """Leads that wait for the person's answer, or for somebody to claim them. A manager assigns
    those, further up."""
    most = _most(who)[Mine.TO_CALL]
    mine = queries.mine(session, who, Mine.TO_CALL, most + 1)
    claims = {Role.SALESPERSON, Role.ADMIN} & set(who.roles) and Role.MANAGER not in who.roles
    free = queries.waiting(session, who.workspace_id, MOST_TO_CLAIM + 1) if claims else ()
    return show_now(who, mine[:most], free, has_more=len(mine) > most)


def show_now(
    who: Person, mine: Sequence[Lead], to_claim: Sequence[Lead], *, has_more: bool = False
) -> list[Block]:
    """Leads that are offered to them, their own, and leads that nobody has; of these one more was
    read, if there are more."""
    free = sorted(to_claim[:MOST_TO_CLAIM], key=lambda lead: lead.suggested_to != who.id)
    offered = sum(lead.suggested_to == who.id for lead in free)
    claims: list[Block] = [lists.row_to_claim(lead, who) for lead in free]
    more = "There are more unclaimed leads. These have waited longest."
    rows = [
        *claims[:offered],
        *map(lists.row_own, mine),
        *([lists.show_all(Mine.TO_CALL)] if has_more else []),
        *claims[offered:],
        *([note(more)] if len(to_claim) > MOST_TO_CLAIM else []),
    ]
    return part("Now", rows) if rows else []


@capability.home_section(Place.OWN_LEADS, *ANY_ROLE)
def own_leads(session: Session, who: Person) -> list[Block]:
    """The person's leads that are answered, and those to rate."""
    counts, most = queries.count_mine(session, who), _most(who)
    active, to_rate = (
        queries.mine(session, who, which, most[which]) if counts[which] else ()
        for which in (Mine.IN_WORK, Mine.TO_RATE)
    )
    return show_own(counts, active, to_rate, notices.last_moves(session, active))


def show_own(
    counts: Mapping[Mine, int],
    active: Sequence[Lead],
    to_rate: Sequence[Lead],
    moved: Mapping[int, datetime],
) -> list[Block]:
    """A line for each, by when something was done last (`moved`); what rests or has ended is behind
    buttons."""
    behind = {which: counts[which] for which in (Mine.STALLED, Mine.SNOOZED, Mine.CLOSED)}
    buttons = [lists.show_lists(behind)] if any(behind.values()) else []
    rows = [lists.row_active(each, moved.get(each.id)) for each in active]
    rating = [lists.row_to_rate(each) for each in to_rate]
    return [
        *(_list(counts, Mine.IN_WORK, rows, buttons) if active else buttons),
        *(_list(counts, Mine.TO_RATE, rating, []) if to_rate else []),
    ]


def _list(
    counts: Mapping[Mine, int], which: Mine, rows: Sequence[Block], below: Sequence[Block]
) -> list[Block]:
    count = counts[which]
    rest = [lists.show_all(which, count)] if count > len(rows) else []
    return part(f"{which.label} ({count:,})", [*rows, *rest, *below])


def _most(who: Person) -> Mapping[Mine, int]:
    return SHOWN if set(who.roles) <= {Role.SALESPERSON} else FEW


@capability.home_section(Place.CALL_LISTS, Role.SALESPERSON, Role.MANAGER, Role.ADMIN)
def call_lists(session: Session, who: Person) -> list[Block]:
    """Lists that are not called through."""
    return show_call_lists(queries.call_lists(session, who.workspace_id))


def show_call_lists(waiting: Sequence[tuple[CallList, int]]) -> list[Block]:
    """Each list, with how many are left."""
    return part("Call lists", [lists.row_of_calls(*each) for each in waiting]) if waiting else []

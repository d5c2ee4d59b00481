"""What home tabs show of leads: a person's own lists, the call lists, and leads that nobody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.leads import capability, notices, queries
from bot.leads.list_models import MOST_TO_CLAIM, Mine
from bot.leads.messages import lists
from bot.leads.models import CallList, Lead
from bot.people.models import ANY_ROLE, Person, Role
from bot.slack.blocks import note, part

# A row takes two blocks; the rest is behind a button.
SHOWN = {
    Mine.TO_CALL: 7, Mine.IN_WORK: 5, Mine.STALLED: 2, Mine.SNOOZED: 2, Mine.TO_RATE: 4,
    Mine.CLOSED: 2,
}  # fmt: skip
FEW = {
    Mine.TO_CALL: 3, Mine.IN_WORK: 1, Mine.STALLED: 0, Mine.SNOOZED: 0, Mine.TO_RATE: 1,
    Mine.CLOSED: 0,
}  # fmt: skip
"""For those whose page has more than their leads; 0 leaves the button that shows the list."""


@dataclass(frozen=True)
class OwnList:
    """What a home tab shows of one of a person's lists."""

    which: Mine
    leads: Sequence[Lead]
    count: int
    moved: Mapping[int, datetime] = field(default_factory=dict)
    """When something was done last with each of them."""


@capability.home_section(Place.OWN_LEADS, *ANY_ROLE)
def own_leads(session: Session, who: Person) -> list[Block]:
    """The person's lists that have something in them."""
    counts = queries.count_mine(session, who)
    only_sells = set(who.roles) <= {Role.SALESPERSON}
    found = [
        OwnList(which, queries.mine(session, who, which, most), counts[which])
        for which, most in (SHOWN if only_sells else FEW).items()
        if counts[which]
    ]
    moved = notices.last_moves(session, [lead for each in found for lead in each.leads])
    return show_own([replace(each, moved=moved) for each in found])


def show_own(found: Sequence[OwnList]) -> list[Block]:
    """A part for each list."""
    return [block for each in found for block in _list(each)]


def _list(own: OwnList) -> list[Block]:
    rest = [lists.show_all(own.which, own.count)] if own.count > len(own.leads) else []
    title = f"{own.which.label} ({own.count:,})"
    return part(title, [*lists.rows(own.which, own.leads, own.moved), *rest])


@capability.home_section(Place.FREE_LEADS, Role.SALESPERSON, Role.MANAGER, Role.ADMIN)
def call_lists(session: Session, who: Person) -> list[Block]:
    """Lists that are not called through."""
    return show_call_lists(queries.call_lists(session, who.workspace_id))


def show_call_lists(waiting: Sequence[tuple[CallList, int]]) -> list[Block]:
    """Each list, with how many are left."""
    return part("Call lists", [lists.row_of_calls(*each) for each in waiting]) if waiting else []


@capability.home_section(Place.FREE_LEADS, Role.SALESPERSON, Role.MANAGER, Role.ADMIN)
def to_claim(session: Session, who: Person) -> list[Block]:
    """Leads that nobody has."""
    return show_to_claim(queries.waiting(session, who.workspace_id, MOST_TO_CLAIM + 1))


def show_to_claim(waiting: Sequence[Lead]) -> list[Block]:
    """The first of the leads that nobody has; one more was read, if there are more."""
    if not waiting:
        return []
    more = len(waiting) > MOST_TO_CLAIM
    count = f"{MOST_TO_CLAIM}+" if more else str(len(waiting))
    rows = [block for lead in waiting[:MOST_TO_CLAIM] for block in lists.row_to_claim(lead)]
    rest = [note(f"The {MOST_TO_CLAIM} that have waited longest are shown.")] if more else []
    return part(f"Unclaimed ({count})", [*rows, *rest])

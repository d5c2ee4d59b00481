"""What home tabs show of planning: proposals that wait for sales, and requests for marketing."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot import clock
from bot.capability import Place
from bot.formats import plural
from bot.people.models import Person, Role
from bot.planning import capability, proposal_messages, queries, request_messages, requests
from bot.planning.models import ProposalRow, RequestRow
from bot.slack.blocks import note, part, words

_MOST_PROPOSALS = 2
_MOST_TO_ANSWER = 3

# Proposals that are looked through for those of one person.
_MOST_WAITING = 20


@capability.home_section(Place.NEEDS_YOU_NOW, Role.MANAGER)
def overdue(session: Session, who: Person) -> list[Block]:
    """Requests that marketing has not answered in time."""
    return show_overdue(len(requests.overdue(session, who.workspace_id)))


def show_overdue(count: int) -> list[Block]:
    """How many there are."""
    late = f"{plural(count, 'request')} to marketing {'is' if count == 1 else 'are'} overdue"
    return [words(f"{late}: `/request list`")] if count else []


@capability.home_section(Place.READY, Role.SALESPERSON)
def to_agree(session: Session, who: Person) -> list[Block]:
    """Proposals that wait for this person's answer."""
    waiting = queries.open_proposals(session, who.workspace_id, _MOST_WAITING)
    return show_to_agree([each for each in waiting if who.id in each.responses.silent])


def show_to_agree(waiting: Sequence[ProposalRow]) -> list[Block]:
    """The first of them, with the buttons to answer."""
    rows = _rows(waiting, may_answer=True)
    return part("Are you ready for this?", rows) if rows else []


@capability.home_section(Place.PLANNING, Role.MARKETER)
def proposals(session: Session, who: Person) -> list[Block]:
    """Proposals of their own that wait for sales."""
    waiting = queries.open_proposals(session, who.workspace_id, _MOST_WAITING)
    return show_proposals([each for each in waiting if each.campaign.owner_id == who.id])


def show_proposals(waiting: Sequence[ProposalRow]) -> list[Block]:
    """The first of them, with how they stand."""
    rows = _rows(waiting, may_answer=False)
    return part("Is sales ready?", rows) if rows else []


def _rows(waiting: Sequence[ProposalRow], *, may_answer: bool) -> list[Block]:
    return [
        block
        for each in waiting[:_MOST_PROPOSALS]
        for block in proposal_messages.list_row(each, may_answer=may_answer)
    ]


@capability.home_section(Place.PLANNING, Role.MARKETER)
def to_answer(session: Session, who: Person) -> list[Block]:
    """Requests that wait for marketing."""
    return show_to_answer(requests.unanswered(session, who.workspace_id, _MOST_TO_ANSWER + 1))


def show_to_answer(waiting: Sequence[RequestRow]) -> list[Block]:
    """The first of them; one more was read, if there are more."""
    if not waiting:
        return []
    shown = waiting[:_MOST_TO_ANSWER]
    more = len(waiting) > len(shown)
    rest = [note("`/request list` shows the rest.")] if more else []
    rows = [block for each in shown for block in request_messages.row_to_answer(each, clock.now())]
    return part("Requests to answer", [*rows, *rest])

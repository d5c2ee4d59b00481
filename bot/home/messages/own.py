"""What is a salesperson's own: their lists, call lists, and what waits for someone."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, DividerBlock

from bot.home.messages.parts import header, note, words
from bot.home.models import OwnList, Page
from bot.leads import messages as leads
from bot.leads.models import MOST_TO_CLAIM, CallList, Lead
from bot.planning import messages as planning
from bot.planning.models import Proposed
from bot.slack.text import moment


def own(page: Page) -> list[Block]:
    """Everything that is theirs to do with leads."""
    return [
        *([words(_away(page))] if page.away_until else []),
        *[block for each in page.own for block in _list(each)],
        *_to_agree(page.to_agree),
        *_calls(page.calls),
        *_waiting(page.to_claim),
    ]


def _away(page: Page) -> str:
    assert page.away_until is not None
    return f"You are away until {moment(page.away_until)}. `/lead back` ends it earlier."


def _list(own: OwnList) -> list[Block]:
    rest = [leads.show_all(own.which, own.count)] if own.count > len(own.leads) else []
    heading = header(f"{own.which.label} ({own.count:,})")
    return [heading, *leads.rows(own.which, own.leads, own.moved), *rest, DividerBlock()]


def _to_agree(found: Sequence[Proposed]) -> list[Block]:
    rows = [block for each in found for block in planning.row_proposed(each, may_answer=True)]
    return [header("Are you ready for this?"), *rows, DividerBlock()] if rows else []


def _calls(found: Sequence[tuple[CallList, int]]) -> list[Block]:
    if not found:
        return []
    return [header("Call lists"), *[leads.row_of_calls(*each) for each in found], DividerBlock()]


def _waiting(found: Sequence[Lead]) -> list[Block]:
    if not found:
        return []
    more = len(found) > MOST_TO_CLAIM
    count = f"{MOST_TO_CLAIM}+" if more else str(len(found))
    rows = [block for lead in found[:MOST_TO_CLAIM] for block in leads.row_to_claim(lead)]
    rest = [note(f"The {MOST_TO_CLAIM} that wait longest are shown.")] if more else []
    return [header(f"Waiting for someone ({count})"), *rows, *rest, DividerBlock()]

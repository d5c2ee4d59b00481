"""The modal of the rotation: what each salesperson was offered, and how much each shall be."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.leads.rotation import MOST_WEIGHT
from bot.leads.service.turns import Share
from bot.rounding import whole
from bot.slack import option_of
from bot.slack.text import plural, safe

TURNS = "lead.turns"
SAVE_WEIGHT = "lead.save_weight"

_A_SECTION = 25  # lines of at most 120 characters; a section has 3,000
_MOST_LISTED = 1_000


def turns(shares: Sequence[Share], days: int) -> View:
    """What each was offered in the last `days`, and a weight to change."""
    total, weights = sum(each.offered for each in shares), sum(each.weight for each in shares)
    lines = [_line(each, total, weights) for each in shares[:_MOST_LISTED]]
    told: list[Block] = [
        SectionBlock(text="\n".join(lines[start : start + _A_SECTION]))
        for start in range(0, len(lines), _A_SECTION)
    ]
    title = f"*{plural(total, 'offer')} in the last {days} days.* Absences and full hands shift"
    return View(
        type="modal", callback_id=SAVE_WEIGHT, title="Turns", submit="Save", close="Cancel",
        blocks=[
            SectionBlock(text=f"{title} shares, and should."),
            *(told or [SectionBlock(text="_Nobody is a salesperson yet: `/handoff people`._")]),
            InputBlock(block_id="person", label="Whose weight shall change?",
                       element=UserSelectElement(action_id="person")),
            InputBlock(block_id="weight", label="Weight", element=_weights()),
        ],
    )  # fmt: skip


def weight_of(fields: dict[str, Any]) -> tuple[str, int]:
    """Slack's ID of the person, and the weight."""
    return str(fields["person"]), option_of(int, fields["weight"])


def _line(share: Share, total: int, weights: int) -> str:
    due = f", due {_percent(share.weight, weights)}" if weights else ""
    got = f" ({_percent(share.offered, total)}{due})" if total else ""
    weight = "" if share.weight == 1 else f" · weight {share.weight}"
    return f"• {safe(share.person.name, 60)}: {share.offered:,} offered{got}{weight}"


def _percent(part: int, of: int) -> str:
    return f"{whole(Fraction(100 * part, of))}%"


def _weights() -> StaticSelectElement:
    words = {0: "0: is offered nothing", 1: "1: the usual share"}
    options = [
        Option(text=words.get(weight, f"{weight}: {weight} times as much"), value=str(weight))
        for weight in range(MOST_WEIGHT + 1)
    ]
    return StaticSelectElement(action_id="weight", options=options, initial_option=options[1])

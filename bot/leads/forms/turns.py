"""The modal of the rotation: what each salesperson was offered, and how much each shall be."""

from collections.abc import Sequence
from fractions import Fraction

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.leads.rotation import MOST_WEIGHT
from bot.leads.service.turns import Share
from bot.rounding import whole
from bot.slack.forms import Form
from bot.slack.inputs import Choice, select, user
from bot.slack.text import plural, safe

TURNS = "lead.turns"

_A_SECTION = 25  # lines of at most 120 characters; a section has 3,000
_MOST_LISTED = 1_000
_WORDS = {0: "0: is offered nothing", 1: "1: the usual share"}


class ChangeWeight(Form, id="lead.save_weight", title="Turns"):
    """What each salesperson was offered, and how much one of them shall be."""

    person: str = user("Whose weight shall change?")
    weight: int = select(
        "Weight",
        options=[
            Choice(weight, _WORDS.get(weight, f"{weight}: {weight} times as much"))
            for weight in range(MOST_WEIGHT + 1)
        ],
    )

    @classmethod
    def of(cls, shares: Sequence[Share], days: int) -> View:
        """The form below what each was offered in the last `days`."""
        return cls.modal(weight=1, blocks=_offered(shares, days))


def _offered(shares: Sequence[Share], days: int) -> list[Block]:
    total, weights = sum(each.offered for each in shares), sum(each.weight for each in shares)
    lines = [_line(each, total, weights) for each in shares[:_MOST_LISTED]]
    lines = lines or ["_Nobody is a salesperson yet: `/handoff people`._"]
    title = f"*{plural(total, 'offer')} in the last {days} days.* Absences and full hands shift"
    return [
        SectionBlock(text=f"{title} shares, and should."),
        *(SectionBlock(text="\n".join(lines[start : start + _A_SECTION]))
          for start in range(0, len(lines), _A_SECTION)),
    ]  # fmt: skip


def _line(share: Share, total: int, weights: int) -> str:
    due = f", due {_percent(share.weight, weights)}" if weights else ""
    got = f" ({_percent(share.offered, total)}{due})" if total else ""
    weight = "" if share.weight == 1 else f" · weight {share.weight}"
    return f"• {safe(share.person.name, 60)}: {share.offered:,} offered{got}{weight}"


def _percent(part: int, of: int) -> str:
    return f"{whole(Fraction(100 * part, of))}%"

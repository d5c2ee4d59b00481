"""What people hear of leads that others look after while somebody is away."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement, SectionBlock

from bot.formats import plural
from bot.leads.messages.lead_card import SHOW
from bot.leads.models import Lead
from bot.people.models import Person
from bot.routing.models import Handover
from bot.slack import Message
from bot.slack.text import moment, safe

# A message holds 50 blocks.
_MOST_HANDED_OVER = 40


def stands_in(handover: Handover) -> Message:
    """Which leads a colleague has while their owner is away, and what they should know."""
    text = (
        f"{handover.away.mention} is away until {moment(handover.until)}. You have "
        f"{plural(len(handover.leads), 'lead')} of theirs until then. What is still open by then "
        "goes back to them."
    )
    said = f"\n> {safe(' '.join(handover.note.split()), 1_000)}" if handover.note else ""
    rows = _handed_over(handover.leads, home=handover.reader)
    return Message(text, [SectionBlock(text=text + said), *rows])


def came_back(handover: Handover) -> Message:
    """What returned to its owner after an absence, and what did not."""
    away = handover.away
    theirs = [row for row in handover.leads if row[0].id in handover.returned]
    rest = [row for row in handover.leads if row not in theirs]
    text = f"{away.mention} is back. {plural(len(theirs), 'lead')} came back to them."
    blocks = [SectionBlock(text=text), *_handed_over(theirs, home=away.slack_id)]
    if rest and len(theirs) < _MOST_HANDED_OVER:
        blocks += [
            SectionBlock(text="*Not returned*"),
            *_handed_over(rest, _MOST_HANDED_OVER - len(theirs)),
        ]
    return Message(text, blocks)


def _handed_over(
    leads: Sequence[tuple[Lead, Person | None]],
    most: int = _MOST_HANDED_OVER,
    home: str = "",
) -> list[SectionBlock]:
    """A lead each, with who has it now, unless they have Slack's ID `home`, and the way to it; how
    many more there are."""
    rows = [
        SectionBlock(
            text=_lead_line(lead) + _owner_now(lead, owner, home),
            accessory=ButtonElement(text="Open", action_id=SHOW, value=str(lead.id)),
        )
        for lead, owner in leads[:most]
    ]
    if more := len(leads) - len(rows):
        rows.append(SectionBlock(text=f"and {more:,} more"))
    return rows


def _lead_line(lead: Lead) -> str:
    company = f" · {safe(lead.company, 50)}" if lead.company else ""
    return f"*{safe(lead.name, 50)}*{company} (#{lead.id})"


def _owner_now(lead: Lead, owner: Person | None, home: str) -> str:
    """Who has it now; that it has ended or is part of another, if so."""
    if lead.merged_into is not None:
        return f": merged into #{lead.merged_into}"
    if lead.is_closed:
        return f": {lead.status}"
    if owner is None:
        return ": back in the channel"
    return "" if owner.slack_id == home else f": {owner.mention}"

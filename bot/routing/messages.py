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
    """Who has which lead while its owner is away, and what they should know."""
    away = handover.away
    text = (
        f"{away.mention} is away until {moment(handover.until)}. Colleagues look after "
        f"{plural(len(handover.leads), 'lead')} until then. Those still open go back to them."
    )
    said = f"\n> {safe(' '.join(handover.note.split()), 1_000)}" if handover.note else ""
    return Message(text, [SectionBlock(text=text + said), *_handed_over(handover.leads)])


def came_back(handover: Handover) -> Message:
    """What returned to its owner after an absence, and what did not."""
    away = handover.away
    theirs = [row for row in handover.leads if row[0].id in handover.returned]
    rest = [row for row in handover.leads if row not in theirs]
    text = f"{away.mention} is back. {plural(len(theirs), 'lead')} came back to them."
    blocks = [SectionBlock(text=text), *_handed_over(theirs, home=away)]
    if rest and len(theirs) < _MOST_HANDED_OVER:
        blocks += [
            SectionBlock(text="*Not returned*"),
            *_handed_over(rest, _MOST_HANDED_OVER - len(theirs)),
        ]
    return Message(text, blocks)


def _handed_over(
    leads: Sequence[tuple[Lead, Person | None]],
    most: int = _MOST_HANDED_OVER,
    home: Person | None = None,
) -> list[SectionBlock]:
    """A lead each, with who has it now, if that is not `home`, and the way to it; how many more
    there are."""
    rows = [
        SectionBlock(
            text=_lead_line(lead) + ("" if home and owner == home else _owner_now(lead, owner)),
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


def _owner_now(lead: Lead, owner: Person | None) -> str:
    """Who has it now; that it has ended or is part of another, if so."""
    if lead.merged_into is not None:
        return f": merged into #{lead.merged_into}"
    if lead.is_closed:
        return f": {lead.status}"
    return f": {owner.mention}" if owner is not None else ": back in the channel"

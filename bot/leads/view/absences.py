"""How being away looks: who stands in for whom, and what came back."""

from collections.abc import Sequence

from slack_sdk.models.blocks import SectionBlock

from bot.leads.model import Handover, Lead
from bot.people.model import Person
from bot.slack import Message
from bot.slack.text import moment, plural, safe

# Lines of at most 150 characters; a section has 3,000.
_A_SECTION = 18


def stands_in(handover: Handover) -> Message:
    """Who has which lead while its owner is away."""
    away = handover.away
    text = (
        f"{away.mention} is away until {moment(handover.until)}. Colleagues look after "
        f"{plural(len(handover.leads), 'lead')} meanwhile; what is open then goes back to them:"
    )
    lines = [f"{_who(lead)}{_with(lead, owner)}" for lead, owner in handover.leads]
    return Message(text, [SectionBlock(text=text), *_sections(lines)])


def came_back(handover: Handover) -> Message:
    """What returned to its owner after an absence, and what did not."""
    away = handover.away
    theirs = [lead for lead, owner in handover.leads if owner is not None and owner.id == away.id]
    rest = [(lead, owner) for lead, owner in handover.leads if lead not in theirs]
    text = f"{away.mention} is back. {plural(len(theirs), 'lead')} came back to them."
    blocks = [SectionBlock(text=text), *_sections([_who(lead) for lead in theirs])]
    if rest:
        blocks.append(SectionBlock(text="*Not returned*"))
        blocks += _sections([f"{_who(lead)}{_with(lead, owner)}" for lead, owner in rest])
    return Message(text, blocks)


def _who(lead: Lead) -> str:
    company = f" · {safe(lead.company, 50)}" if lead.company else ""
    return f"• *{safe(lead.name, 50)}*{company} (#{lead.id})"


def _with(lead: Lead, owner: Person | None) -> str:
    """Who has it now; that it has ended or is part of another, if so."""
    if lead.merged_into is not None:
        return f": merged into #{lead.merged_into}"
    if lead.is_closed:
        return f": {lead.status}"
    return f": {owner.mention}" if owner is not None else ": back in the channel"


def _sections(lines: Sequence[str]) -> list[SectionBlock]:
    starts = range(0, len(lines), _A_SECTION)
    return [SectionBlock(text="\n".join(lines[start : start + _A_SECTION])) for start in starts]

"""What people hear of leads that others look after while somebody is away."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.formats import plural
from bot.leads.messages.lead_card import SHOW
from bot.leads.models import Lead
from bot.people.models import Absence, Person
from bot.routing.models import AwayOffer, Cover, Handover
from bot.slack import Message
from bot.slack.text import moment, safe

# A message holds 50 blocks.
_MOST_HANDED_OVER = 40

END_COVER = "lead.end_cover"
AWAY_TOO = "lead.away_too"
NOT_AWAY = "lead.not_away"


def away_offer(offer: AwayOffer, absence: Absence | None) -> Message:
    """Whether somebody is away here too, whose Slack status says so; or what came of that."""
    if absence is not None:
        text = f"You're away until {moment(absence.ends_at)}. `/lead back` ends it earlier."
        return Message(text, [SectionBlock(text=text)], too_late=True)
    if offer.declined:
        text = "OK, you get leads as usual."
        return Message(text, [SectionBlock(text=text)], too_late=True)
    until = f" until {moment(offer.until, '{date_short_pretty}')}" if offer.until else ""
    text = f"Your Slack status says you're away{until}. Shall I set you away here too?"
    buttons = [
        ButtonElement(text="I'm away", action_id=AWAY_TOO, value=str(offer.id)),
        ButtonElement(text="No thanks", action_id=NOT_AWAY, value=str(offer.id)),
    ]
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=buttons)])


def stands_in(handover: Handover) -> Message:
    """Which leads a colleague has while their owner is away, and what they should know."""
    text = (
        f"{handover.away.mention} is away until {moment(handover.until)}. You have "
        f"{len(handover.leads):,} of their leads until then. What's still open or paused goes back "
        "to them."
    )
    note = f"\n> {safe(' '.join(handover.note.split()), 1_000)}" if handover.note else ""
    rows = _handed_over(handover.leads, home=handover.reader)
    return Message(text, [SectionBlock(text=text + note), *rows])


def covers(cover: Cover, reader: str) -> Message:
    """For whom a colleague covers, with the leads; or that this is over, to either of them."""
    away, until = cover.away, moment(cover.until)
    if reader == away.slack_id:
        text = f"{cover.by.mention} no longer covers for you. Your leads wait until you're back."
        return Message(text, [SectionBlock(text=text)])
    if cover.is_over:
        text = f"You covered for {away.mention} until {until}."
        return Message(text, [SectionBlock(text=text)], too_late=True)
    count = len(cover.leads)
    text = f"You're covering for {away.mention} until {until}."
    owned = "it" if count == 1 else "them"
    how = f"Work on their {plural(count, 'open lead')} as if you owned {owned}."
    rows = _handed_over([(lead, away) for lead in cover.leads], home=away.slack_id)
    end = end_cover_button(cover.absence_id)
    return Message(text, [SectionBlock(text=f"{text} {how}", accessory=end), *rows])


def end_cover_button(absence_id: int) -> ButtonElement:
    """End the cover of this absence."""
    return ButtonElement(text="End cover", action_id=END_COVER, value=str(absence_id))


def came_back(handover: Handover) -> Message:
    """What returned to its owner after an absence, and what did not."""
    away = handover.away
    theirs = [row for row in handover.leads if row[0].id in handover.returned]
    rest = [row for row in handover.leads if row not in theirs]
    count = plural(len(theirs), "lead")
    text = f"{away.mention} is back. {count} came back to them."
    if handover.reader == away.slack_id:
        text = f"You're back. {count} came back to you."
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
    """Who has it now, and until when it is paused; that it has ended or is part of another, if
    so."""
    if lead.merged_into is not None:
        return f": merged into #{lead.merged_into}"
    if lead.is_closed:
        return f": {lead.status}"
    if owner is None:
        return ": back in the channel"
    facts = [] if owner.slack_id == home else [owner.mention]
    if lead.wake_at is not None:
        facts.append(f"paused until {moment(lead.wake_at)}")
    return f": {', '.join(facts)}" if facts else ""

"""What colleagues wrote about a lead, as its card and its modal show it."""

from collections.abc import Iterator

from slack_sdk.models.blocks import SectionBlock

from bot.leads.models import EventType, LeadFacts, LeadNote
from bot.people.models import Person
from bot.slack.text import moment, plural, safe

_MOST_ON_CARD = 3
# Characters that a card says of a reason, beside the rating or the outcome.
_MOST_BESIDE = 300
# Four sections of 3,000 characters each leave a modal room for all else.
_MOST_SECTIONS = 4
_SECTION = 2_900

_AT = {
    EventType.CALLED: "after a call",
    EventType.REASSIGNED: "at the handover",
    EventType.RATED: "with the rating",
    EventType.LOST: "when it was lost",
    EventType.RECYCLED: "when it was paused",
}


def few(facts: LeadFacts) -> list[SectionBlock]:
    """The newest notes, a line each, and how many more there are."""
    found = _unsaid(facts)
    lines = [_line(note, author, 200) for note, author in found[:_MOST_ON_CARD]]
    if more := len(found) - len(lines):
        lines.append(f"and {plural(more, 'older note')}: `/lead {facts.lead.id}`")
    return [SectionBlock(text="\n".join(["*Notes*", *lines]))] if lines else []


def every(facts: LeadFacts) -> Iterator[SectionBlock]:
    """All notes, as many as a modal holds beside all else."""
    text, sections, found = "*Notes*", 0, _unsaid(facts)
    for place, (note, author) in enumerate(found):
        line = _line(note, author, 1_200)
        if len(text) + len(line) > _SECTION:
            yield SectionBlock(text=text)
            text, sections = "", sections + 1
        if sections == _MOST_SECTIONS:
            yield SectionBlock(text=f"and {plural(len(found) - place, 'older note')}")
            return
        text = f"{text}\n{line}" if text else line
    if found:
        yield SectionBlock(text=text)


def _unsaid(facts: LeadFacts) -> list[tuple[LeadNote, Person | None]]:
    """The notes without those that the card says beside the rating and the outcome."""
    lead = facts.lead
    said = {lead.rating_reason, lead.disposition_note if lead.is_closed else None}
    return [
        (note, author)
        for note, author in facts.notes
        if note.text not in said or len(note.text) > _MOST_BESIDE
    ]


def _line(note: LeadNote, author: Person | None, most: int) -> str:
    step = _AT.get(EventType(note.event_type))
    when = f"{moment(note.at)}, {step}" if step else moment(note.at)
    who = author.mention if author else f"via {safe(note.via or 'a program', 60)}"
    return f"• {who}, {when}: {safe(' '.join(note.text.split()), most)}"

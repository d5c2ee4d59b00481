"""The parts of which a lead's card, modal and forms are made: how to reach it, how often it was
tried, and what was written about it, in few lines or in full."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

from slack_sdk.models.blocks import SectionBlock

from bot.formats import in_words, plural
from bot.leads.lead_facts import LeadFacts
from bot.leads.meeting_models import MeetingStatus
from bot.leads.models import (
    CallResult,
    EventType,
    HandoverReason,
    Lead,
    LeadEvent,
    LeadNote,
    Touch,
)
from bot.people.models import Person
from bot.slack.text import moment, safe

_LONGEST_LINK = 800  # RFC 5321: an address has at most 254 characters; each quoted, up to three

Answers = Sequence[Mapping[str, Any]]
"""What `Lead.unplaced` gives: each with its question, and the problem if there was one."""

_MOST_ON_CARD = 3
_MOST_BESIDE = 3
# Eight sections of 3,000 characters each stay below what a modal holds, whatever is escaped.
_MOST_SECTIONS = 8
_MOST_MEETING_SECTIONS = 2
_MOST_RETURN_SECTIONS = 2
_SECTION = 2_900

# What only a machine reads: `adset_id`, `Record ID`.
_FOR_MACHINES = re.compile(r"(?:^|[\W_])id\W*$", re.IGNORECASE)


def phone_link(lead: Lead) -> str:
    """The phone number, to be called by a click where it can be read as one."""
    number = safe(lead.phone or "", 300)
    return f"<tel:{lead.phone_e164}|{number}>" if lead.phone_e164 else number


def mail_link(lead: Lead) -> str:
    """The email address, to be written to by a click."""
    shown, address = safe(lead.email or "", 300), quote(lead.email or "", safe="@")
    return f"<mailto:{address}|{shown}>" if 0 < len(address) <= _LONGEST_LINK else shown


def tried(facts: LeadFacts) -> str:
    """How often somebody called and reached nobody; empty where nobody has."""
    if not facts.attempts:
        return ""
    last = facts.attempts[0]
    how = in_words(last.outcome).lower()
    return f"{plural(len(facts.attempts), 'attempt')}, last {moment(last.at)} ({how})"


def meeting(facts: LeadFacts) -> str:
    """The meeting that they booked, in a line; empty where none is ahead or unanswered."""
    found = facts.meeting
    if found is None:
        return ""
    doubt = "" if found.is_ahead else ", result not logged yet"
    return f"📅 Meeting {moment(found.starts_at)}{doubt}"


def every_meeting(facts: LeadFacts) -> Iterator[SectionBlock]:
    """All meetings, and what became of each."""
    lines = []
    for each in facts.meetings:
        status = MeetingStatus(each.status)
        parts = [moment(each.starts_at)]
        if not facts.names_only:
            parts += [safe(each.title or "", 150), safe(each.place or "", 300)]
        if status is not MeetingStatus.BOOKED:
            parts.append(f"*{status.label}*")
        lines.append(f"📅 {' · '.join(part for part in parts if part)}")
    return _in_sections(lines, _MOST_MEETING_SECTIONS, "older meeting", title="*Meetings*")


def besides_meeting(answers: Answers) -> Answers:
    """The answers without those that tell of a meeting as it was booked."""
    return [each for each in answers if "meeting" not in each]


def handover(facts: LeadFacts) -> str:
    """Who gave it to its owner, and why; empty where nobody did."""
    if facts.handover is None:
        return ""
    event, by = facts.handover
    who = f"by {by.mention}" if by else f"via {safe(event.facts.get('via', 'a program'), 60)}"
    given = "Handed over" if event.facts.get("from_id") else "Assigned"
    return f"{given} {who}{handover_reason(event)}"


def handover_reason(event: LeadEvent) -> str:
    """Why it was handed over, behind a colon; empty where nobody said."""
    known = [each for each in HandoverReason if each == event.facts.get("reason")]
    why = known[0].label.lower() if known else ""
    why = why or ("away" if event.facts.get("why") == "away" else "")
    return f": {why}" if why else ""


def few_answers(answers: Answers, most: int = _MOST_ON_CARD) -> str:
    """The first answers, a line each, and how many more there are; nothing where there is none."""
    telling = (each for each in answers if not _FOR_MACHINES.search(each["question"]))
    lines = [_line(each, 80, 200) for each in islice(telling, most)]
    more = len(answers) - len(lines)
    if lines and more:
        lines.append(f"and {plural(more, 'more answer')}")
    return "\n".join(lines)


def answers_beside(answers: Answers) -> str:
    """The same below what somebody wrote when they came back."""
    found = few_answers(answers, _MOST_BESIDE)
    return f"\n{found}" if found else ""


def given_anew(touch: Touch, lead: Lead, *, names_only: bool) -> str:
    """Who wrote and how to reach them, where that is not what the lead says already: colleagues
    share a telephone, and many give their number only the second time."""
    given, known = touch.facts, map(_letters, (
        lead.name, lead.company, lead.job_title, lead.email, lead.phone_raw, lead.phone_e164
    ))  # fmt: skip
    name = " ".join(filter(None, [given.get("first_name"), given.get("last_name")]))
    parts = [name, given.get("company")]
    if not names_only:
        parts += [given.get("job_title"), given.get("email"), given.get("phone")]
    said = set(known)
    return " · ".join(safe(each, 100) for each in parts if each and _letters(each) not in said)


def _letters(text: str | None) -> str:
    """The letters and digits alone, in lower case: two ways to write a number are one."""
    return re.sub(r"[\W_]", "", text or "").casefold()


def earlier_returns(facts: LeadFacts) -> Iterator[SectionBlock]:
    """What was said each time before the newest, as much as a modal holds."""
    lines = [
        f"• {moment(touch.at)}: {said}"
        for touch in facts.touches[1:]
        if (said := _in_one_line(touch, facts.lead))
    ]
    return _in_sections(lines, _MOST_RETURN_SECTIONS, "older one", title="*Came back before*")


def _in_one_line(touch: Touch, lead: Lead) -> str:
    message = touch.facts.get("message")
    words = safe(" ".join(message.split()), 500) if isinstance(message, str) else ""
    parts = [given_anew(touch, lead, names_only=False), words]
    parts += [_line(each, 100, 200) for each in touch.unplaced]
    return " · ".join(filter(None, parts))


def every_answer(answers: Answers) -> Iterator[SectionBlock]:
    """All answers, as many as a modal holds."""
    lines = [_line(each, 200, 1_000) for each in answers]
    return _in_sections(lines, _MOST_SECTIONS, "more answer")


def _in_sections(
    lines: Sequence[str], most: int, left_out: str, title: str = ""
) -> Iterator[SectionBlock]:
    """The lines in so many sections at most; of the others their number, each a `left_out`."""
    text, sections = title, 0
    for place, line in enumerate(lines):
        if len(text) + len(line) > _SECTION:
            yield SectionBlock(text=text)
            text, sections = "", sections + 1
        if sections == most:
            yield SectionBlock(text=f"and {plural(len(lines) - place, left_out)}")
            return
        text = f"{text}\n{line}" if text else line
    if lines:
        yield SectionBlock(text=text)


def _line(answer: Mapping[str, str], question: int, most: int) -> str:
    """A question and its answer; why it is no more than that stands behind it."""
    at = moment(datetime.fromisoformat(answer["at"])) if "at" in answer else ""
    text = at or safe(" ".join(answer["answer"].split()), most)
    problem = f" _({answer['problem']})_" if "problem" in answer else ""
    return f"*{safe(' '.join(answer['question'].split()), question)}*: {text}{problem}"


_MOST_NOTES_ON_CARD = 3
# Characters that a card says of a reason, beside the rating or the outcome.
_MOST_NOTES_BESIDE = 300
# Four sections of 3,000 characters each leave a modal room for all else.
_MOST_NOTE_SECTIONS = 4

_AT = {
    EventType.CALLED: "after a call",
    EventType.REASSIGNED: "at the handover",
    EventType.RATED: "with the rating",
    EventType.LOST: "when it was lost",
    EventType.RECYCLED: "when it was paused",
}


def last_note(facts: LeadFacts) -> str:
    """The newest note in a line, and how many older ones there are; empty where there is none."""
    found = [each for each in _unsaid(facts) if not _is_bare_attempt(each[0])]
    if not found:
        return ""
    note, author = found[0]
    more = f" · {plural(len(found) - 1, 'older note')}" if len(found) > 1 else ""
    text = safe(" ".join(note.text.split()), 200)
    return f"*Note* {text} · {_who(note, author)}, {moment(note.at)}{more}"


def _is_bare_attempt(note: LeadNote) -> bool:
    """Whether it says no more than the card does of the attempts (`tried`)."""
    return note.event_type == EventType.CALLED and note.text in {each.label for each in CallResult}


def few_notes(facts: LeadFacts) -> list[SectionBlock]:
    """The newest notes, a line each, and how many more there are."""
    found = _unsaid(facts)
    lines = [_note_line(note, author, 200) for note, author in found[:_MOST_NOTES_ON_CARD]]
    if more := len(found) - len(lines):
        lines.append(f"and {plural(more, 'older note')}: `/lead {facts.lead.id}`")
    return [SectionBlock(text="\n".join(["*Notes*", *lines]))] if lines else []


def every_note(facts: LeadFacts) -> Iterator[SectionBlock]:
    """All notes, as many as a modal holds beside all else."""
    lines = [_note_line(note, author, 1_200) for note, author in _unsaid(facts)]
    return _in_sections(lines, _MOST_NOTE_SECTIONS, "older note", title="*Notes*")


def _unsaid(facts: LeadFacts) -> list[tuple[LeadNote, Person | None]]:
    """The notes without those that the card says beside the rating and the outcome."""
    lead = facts.lead
    shown = {lead.rating_reason, lead.disposition_note if lead.is_closed else None}
    return [
        (note, author)
        for note, author in facts.notes
        if note.text not in shown or len(note.text) > _MOST_NOTES_BESIDE
    ]


def _note_line(note: LeadNote, author: Person | None, most: int) -> str:
    step = _AT.get(EventType(note.event_type))
    when = f"{moment(note.at)}, {step}" if step else moment(note.at)
    return f"• {_who(note, author)}, {when}: {safe(' '.join(note.text.split()), most)}"


def _who(note: LeadNote, author: Person | None) -> str:
    return author.mention if author else f"via {safe(note.via or 'a program', 60)}"

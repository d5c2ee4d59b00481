"""How a lead looks: its card in the channel, with its notes, answers and the buttons that fit."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.campaigns.texts import offer_line, offer_then
from bot.leads.models import EventType, Lead, LeadFacts, LeadNote, Rating, Status, Touch
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import clean, duration, moment, plural, safe
from bot.sources import SOURCES

Answers = Sequence[Mapping[str, str]]
"""What `Lead.unplaced` gives: each with its question, and the problem if there was one."""

_MOST_ON_CARD = 5
_MOST_BESIDE = 3
# Eight sections of 3,000 characters each stay below what a modal holds, whatever is escaped.
_MOST_SECTIONS = 8
_SECTION = 2_900

# What only a machine reads: `adset_id`, `Record ID`.
_FOR_MACHINES = re.compile(r"(?:^|[\W_])id\W*$", re.IGNORECASE)


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


def every_answer(answers: Answers) -> Iterator[SectionBlock]:
    """All answers, as many as a modal holds."""
    text, sections = "", 0
    for place, each in enumerate(answers):
        line = _line(each, 200, 1_000)
        if len(text) + len(line) > _SECTION:
            yield SectionBlock(text=text)
            text, sections = "", sections + 1
        if sections == _MOST_SECTIONS:
            yield SectionBlock(text=f"and {plural(len(answers) - place, 'more answer')}")
            return
        text = f"{text}\n{line}" if text else line
    if text:
        yield SectionBlock(text=text)


def _line(answer: Mapping[str, str], question: int, most: int) -> str:
    """A question and its answer; why it is no more than that stands behind it."""
    told = moment(datetime.fromisoformat(answer["at"])) if "at" in answer else ""
    said = told or safe(" ".join(answer["answer"].split()), most)
    problem = f" _({answer['problem']})_" if "problem" in answer else ""
    return f"*{safe(' '.join(answer['question'].split()), question)}*: {said}{problem}"


_MOST_NOTES_ON_CARD = 3
# Characters that a card says of a reason, beside the rating or the outcome.
_MOST_NOTES_BESIDE = 300
# Four sections of 3,000 characters each leave a modal room for all else.
_MOST_NOTE_SECTIONS = 4
_NOTE_SECTION = 2_900

_AT = {
    EventType.CALLED: "after a call",
    EventType.REASSIGNED: "at the handover",
    EventType.RATED: "with the rating",
    EventType.LOST: "when it was lost",
    EventType.RECYCLED: "when it was paused",
}


def few_notes(facts: LeadFacts) -> list[SectionBlock]:
    """The newest notes, a line each, and how many more there are."""
    found = _unsaid(facts)
    lines = [_note_line(note, author, 200) for note, author in found[:_MOST_NOTES_ON_CARD]]
    if more := len(found) - len(lines):
        lines.append(f"and {plural(more, 'older note')}: `/lead {facts.lead.id}`")
    return [SectionBlock(text="\n".join(["*Notes*", *lines]))] if lines else []


def every_note(facts: LeadFacts) -> Iterator[SectionBlock]:
    """All notes, as many as a modal holds beside all else."""
    text, sections, found = "*Notes*", 0, _unsaid(facts)
    for place, (note, author) in enumerate(found):
        line = _note_line(note, author, 1_200)
        if len(text) + len(line) > _NOTE_SECTION:
            yield SectionBlock(text=text)
            text, sections = "", sections + 1
        if sections == _MOST_NOTE_SECTIONS:
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
        if note.text not in said or len(note.text) > _MOST_NOTES_BESIDE
    ]


def _note_line(note: LeadNote, author: Person | None, most: int) -> str:
    step = _AT.get(EventType(note.event_type))
    when = f"{moment(note.at)}, {step}" if step else moment(note.at)
    who = author.mention if author else f"via {safe(note.via or 'a program', 60)}"
    return f"• {who}, {when}: {safe(' '.join(note.text.split()), most)}"


CLAIM = "lead.claim"
CONTACTED = "lead.contacted"
RELEASE = "lead.release"
RATE = "lead.rate"
WON = "lead.won"
LOST = "lead.lost"
SNOOZE = "lead.snooze"
REASSIGN = "lead.reassign"
QUALIFIED = "lead.qualified"
CORRECT = "lead.correct"
REOPEN = "lead.reopen"

_WAYS = {"api": "over the API", "form": "from a web form", "typed": "typed in by a colleague"}
_WAYS |= {slug: f"via {each.name}" for slug, each in SOURCES.items() if slug not in _WAYS}
_STAGES = {Status.QUALIFIED: "Qualified", Status.RECYCLED: "Recycled"}
_LONGEST_LINK = 800  # RFC 5321: an address has at most 254 characters; each quoted, up to three
_PREVIEW = 1_200  # characters of a message that a card shows


def rate_action(rating: Rating) -> str:
    """The action id of a rating's button."""
    return f"{RATE}.{rating}"


def card(facts: LeadFacts, *, with_all_answers: bool = False) -> Message:
    """The lead as the channel sees it; with what every form asked where there is room for it."""
    lead = facts.lead
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(_title(lead), 150), emoji=False)),
        SectionBlock(fields=_details(facts)),
    ]
    if facts.offer:
        blocks.append(SectionBlock(text=offer_then(facts.offer)))
    if lead.message and not facts.names_only:
        blocks.append(
            SectionBlock(text=PlainTextObject(text=clean(lead.message, _PREVIEW), emoji=False))
        )
    if not facts.names_only:
        blocks.extend(_answers(lead, with_all=with_all_answers))
    if facts.touches:
        blocks.append(SectionBlock(text=_came_back(facts)))
    if not facts.names_only:
        blocks.extend(every_note(facts) if with_all_answers else few_notes(facts))
    lines = [_heat(lead), _consent(facts), _before(facts), _in_crm(lead), _history(facts)]
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=line) for line in lines if line]))
    blocks.extend(_buttons(lead))
    return Message(_sentence(facts), blocks)


def _answers(lead: Lead, *, with_all: bool) -> Iterable[Block]:
    if with_all:
        return every_answer(lead.unplaced)
    found = few_answers(lead.unplaced)
    return [SectionBlock(text=found)] if found else []


def returned(touch: Touch, lead: Lead) -> Message:
    """Someone whose lead is open wrote again: told to its owner."""
    said = touch.facts.get("message")
    words = f"\n> {safe(said, 1_000)}" if isinstance(said, str) else ""
    words += answers_beside(touch.unplaced)
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    text = f"{who} came back {way(touch.source)}: your lead #{lead.id}.{words}"
    return Message(f"{safe(lead.name, 100)} came back.", [SectionBlock(text=text)])


def claim_button(lead: Lead) -> ButtonElement:
    """Take the lead."""
    return ButtonElement(text="Claim", action_id=CLAIM, value=str(lead.id), style="primary")


def _title(lead: Lead) -> str:
    at = f" · {lead.company}" if lead.company else ""
    return f"{_stage(lead)}: {lead.name}{at}"


def _stage(lead: Lead) -> str:
    if lead.merged_into:
        return "Merged"
    if lead.is_closed:
        return "Won" if lead.status == Status.WON else "Lost"
    if lead.claimed_by is None:
        return "New lead"
    return _STAGES.get(Status(lead.status), "Claimed")


def _details(facts: LeadFacts) -> list[MarkdownTextObject]:
    lead = facts.lead
    known = {
        "Phone": phone_link(lead),
        "E-mail": mail_link(lead),
        "Role": safe(lead.job_title or "", 300),
        "Country": safe(lead.country or "", 300),
    }
    if facts.names_only:
        known = {"Contact": "Only its owner sees how to reach them."}
    fields = [f"*{label}*\n{value}" for label, value in known.items() if value]
    fields.append(f"*Campaign*\n{_campaign(facts)}")
    return [MarkdownTextObject(text=field) for field in fields]


def phone_link(lead: Lead) -> str:
    """The phone number, to be called by a click where it can be read as one."""
    number = safe(lead.phone or "", 300)
    return f"<tel:{lead.phone_e164}|{number}>" if lead.phone_e164 else number


def mail_link(lead: Lead) -> str:
    """The e-mail address, to be written to by a click."""
    shown, address = safe(lead.email or "", 300), quote(lead.email or "", safe="@")
    return f"<mailto:{address}|{shown}>" if 0 < len(address) <= _LONGEST_LINK else shown


def _campaign(facts: LeadFacts) -> str:
    if facts.campaign:
        name = safe(facts.campaign.name, 150)
        return name if facts.offer else f"{name}\n{offer_line(facts.campaign)}"
    code = facts.lead.utm_campaign
    return f"None with the code “{safe(code, 100)}”" if code else "Not attributed"


def way(source: str) -> str:
    """How a lead came, in words."""
    return _WAYS.get(source, f"from {safe(source, 40)}")


def _came_back(facts: LeadFacts) -> str:
    """The newest of the submissions that joined this lead."""
    touch = facts.touches[0]
    often = f" ({len(facts.touches)} times so far)" if len(facts.touches) > 1 else ""
    said = touch.facts.get("message")
    words = f"\n> {safe(said, 300)}" if isinstance(said, str) else ""
    words = "" if facts.names_only else words + answers_beside(touch.unplaced)
    return f"*Came back* {moment(touch.at)} {way(touch.source)}{often}{words}"


def _heat(lead: Lead) -> str:
    """Why it is hot, or not."""
    reasons = ", ".join(f"{safe(words, 60)} {points:+d}" for words, points in lead.score_reasons)
    return f"{'Hot' if lead.is_hot else 'Quiet'}, {lead.score} points: {reasons}" if reasons else ""


def _consent(facts: LeadFacts) -> str:
    said = facts.consent
    if said is None:
        return "Consent: unknown"
    purposes = f" for {safe(', '.join(said.purposes), 100)}" if said.purposes else ""
    wording = f" (“{safe(said.wording, 100)}”)" if said.wording else ""
    verb = "given" if said.granted else "refused"
    return f"Consent {verb} {moment(said.given_at)}{purposes}{wording}"


def _before(facts: LeadFacts) -> str:
    """What became of the person's earlier leads."""
    ends = []
    for lead in facts.earlier:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        ends.append(f"{lead.status}{amount} {moment(lead.closed_at or lead.received_at)}")
    return f"Known to us: an earlier lead was {'; another '.join(ends)}" if ends else ""


def _in_crm(lead: Lead) -> str:
    """Where it is in the CRM, or why it is not; and whether that knows the company."""
    said = lead.in_crm or {}
    lines = []
    if "url" in said:
        lines.append(f"In <{said['url']}|{said['crm']}>")
    if "problem" in said:
        lines.append(safe(said["problem"], 300))
    if account := said.get("account"):
        owner = account.get("owner") or safe(account.get("owner_name", ""), 80)
        known = f"Known company {safe(account['name'], 100)}"
        lines.append(f"{known}, owner {owner}" if owner else known)
    return " · ".join(lines)


def _history(facts: LeadFacts) -> str:
    lead = facts.lead
    steps = [f"#{lead.id} received {moment(lead.received_at)} {way(lead.source)}"]
    steps += _owners(facts)
    if lead.first_response_at:
        steps.append(
            f"contacted {moment(lead.first_response_at)}{_via(facts, EventType.CONTACTED)}"
        )
    steps += _rests(facts)
    if lead.rating:
        reason = f" ({safe(lead.rating_reason, 300)})" if lead.rating_reason else ""
        steps.append(f"rated *{Rating(lead.rating).label}*{reason}")
    if lead.won_amount:
        steps.append(f"won *{lead.won_amount}*{_via(facts, EventType.WON)}")
    if lead.status == Status.LOST:
        code = f": {lead.disposition.replace('_', ' ')}" if lead.disposition else ""
        note = f" ({safe(lead.disposition_note, 300)})" if lead.disposition_note else ""
        steps.append(f"lost{code}{note}{_via(facts, EventType.LOST)}")
    if lead.merged_into:
        steps.append(f"merged into #{lead.merged_into}")
    return " · ".join(steps)


def _via(facts: LeadFacts, event_type: EventType) -> str:
    """The program that did this, where no person did."""
    name = facts.via.get(event_type)
    return f" via {safe(name, 60)}" if name else ""


def _owners(facts: LeadFacts) -> list[str]:
    """Who claimed it first, and who has it now if that is somebody else."""
    lead, steps = facts.lead, []
    if facts.first_owner and lead.first_claimed_at:
        waited = duration((lead.first_claimed_at - lead.received_at).total_seconds())
        steps.append(f"claimed by {facts.first_owner.mention} after {waited}")
    if facts.owner and lead.claimed_at and lead.claimed_by != lead.first_claimed_by:
        steps.append(f"with {facts.owner.mention} since {moment(lead.claimed_at)}")
    return steps


def _rests(facts: LeadFacts) -> list[str]:
    """What it waits for."""
    lead, steps = facts.lead, []
    if lead.status == Status.RECYCLED and lead.wake_at:
        return [f"*rests* until {moment(lead.wake_at)}: bad timing"]
    if lead.status == Status.QUALIFIED:
        steps.append(f"*qualified*{_via(facts, EventType.QUALIFIED)}")
    if lead.snoozed_until:
        steps.append(f"snoozed until {moment(lead.snoozed_until)}")
    if facts.suggested_to:
        steps.append(f"offered to {facts.suggested_to.mention}")
    if facts.kept_for and lead.reserved_until:
        steps.append(f"kept for {facts.kept_for.mention} until {moment(lead.reserved_until)}")
    return steps


def _buttons(lead: Lead) -> list[Block]:
    value = str(lead.id)
    if lead.merged_into:
        return []
    if lead.claimed_by is None:
        return [] if lead.is_closed else [ActionsBlock(elements=[claim_button(lead)])]
    rows = [] if lead.is_closed else [work_buttons(lead, value)]
    if lead.rating is None or not lead.is_closed:
        rows.append([rating_button(lead, rating, value) for rating in Rating])
    if lead.is_closed:
        rows.append(_buttons_of_closed(lead, value))
    return [ActionsBlock(elements=row) for row in rows]


def work_buttons(lead: Lead, value: str) -> list[InteractiveElement]:
    """What the owner of an open lead may do."""
    contacted = ButtonElement(text="Contacted", action_id=CONTACTED, value=value, style="primary")
    release = ButtonElement(
        text="Release",
        action_id=RELEASE,
        value=value,
        confirm=ConfirmObject(
            title="Release this lead?",
            text=PlainTextObject(text="It goes back to the channel, and anyone can claim it."),
            confirm="Release",
            deny="Keep it",
        ),
    )
    later = [
        ButtonElement(text="Snooze…", action_id=SNOOZE, value=value),
        ButtonElement(text="Reassign…", action_id=REASSIGN, value=value),
    ]
    ends = [
        ButtonElement(text="Won", action_id=WON, value=value),
        ButtonElement(text="Lost", action_id=LOST, value=value),
    ]
    qualified = ButtonElement(text="Qualified", action_id=QUALIFIED, value=value, style="primary")
    if lead.first_response_at is None:
        first = [contacted]
    else:
        first = [qualified] if lead.status == Status.NEW else []
    return [*first, *ends, *later, release]


def _buttons_of_closed(lead: Lead, value: str) -> list[InteractiveElement]:
    """What can be put right once it has ended."""
    reopen = ButtonElement(
        text="Reopen", action_id=REOPEN, value=value,
        confirm=ConfirmObject(
            title="Reopen this lead?",
            text=PlainTextObject(text="It counts as open again, and its owner goes on with it."),
            confirm="Reopen", deny="Leave it closed",
        ),
    )  # fmt: skip
    if lead.status != Status.WON:
        return [reopen]
    return [ButtonElement(text="Correct amount…", action_id=CORRECT, value=value), reopen]


def rating_button(lead: Lead, rating: Rating, value: str) -> ButtonElement:
    """Judge the lead's quality."""
    chosen = "✓ " if lead.rating == rating else ""
    return ButtonElement(text=chosen + rating.label, action_id=rate_action(rating), value=value)


def _sentence(facts: LeadFacts) -> str:
    """The card for a screen reader, a notification and the search."""
    lead = facts.lead
    who = safe(lead.name, 100) + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if lead.merged_into:
        return f"The lead {who} was merged into #{lead.merged_into}."
    if lead.is_closed:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        return f"The lead {who} is {lead.status}{amount}."
    if facts.owner:
        return f"{facts.owner.mention} claimed the lead {who}."
    return f"New lead: {who}. Nobody has claimed it yet."

"""One lead in a modal, with all that is known of it and what whoever looks can do with it; and the
offer that it was made."""

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.messages import offer_for_a_call
from bot.campaigns.texts import offer_line, offer_standing
from bot.formats import duration
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages import lead_card
from bot.leads.messages.details import (
    besides_meeting,
    earlier_returns,
    every_answer,
    every_meeting,
    every_note,
    handover,
    mail_link,
    phone_link,
    tried,
)
from bot.leads.messages.lead_card import via
from bot.leads.messages.meetings import answer_buttons
from bot.leads.models import EventType, Lead, LeadEvent, Rating, Status
from bot.people.models import Role
from bot.slack import Message
from bot.slack.text import clean, moment, safe
from bot.sources import way

TAKE_OVER = "lead.take_over"
UNDO = "lead.undo"

_MESSAGE = 2_900  # characters; a section holds 3,000


def modal(facts: LeadFacts) -> View:
    """One lead, with what can be done with it."""
    return View(
        type="modal", callback_id=lead_card.SHOW, private_metadata=str(facts.lead.id),
        title=f"Lead #{facts.lead.id}"[:24], close="Done", blocks=list(_blocks(facts)),
    )  # fmt: skip


def _blocks(facts: LeadFacts) -> Iterator[Block]:
    lead = facts.lead
    undo = _undo_button(facts.undoable) if facts.undoable else None
    yield SectionBlock(text=lead_card.headline(facts), accessory=undo)
    if lead.message and not facts.names_only:
        quoted = f"“{clean(lead.message.strip(), _MESSAGE)}”"
        yield SectionBlock(text=PlainTextObject(text=quoted, emoji=False))
    yield SectionBlock(fields=_fields(facts))
    if facts.offer and (standing := offer_standing(facts.offer)):
        yield SectionBlock(text=f"⚠️ {standing}")
    if not facts.names_only:
        yield from every_answer(besides_meeting(lead.unplaced))
    yield from every_meeting(facts)
    if facts.touches:
        yield SectionBlock(text=lead_card.came_back(facts))
        if not facts.names_only:
            yield from earlier_returns(facts)
    if not facts.names_only:
        yield from every_note(facts)
    yield ContextBlock(elements=[MarkdownTextObject(text=line) for line in _small_print(facts)])
    if facts.owner is not None and facts.owner_back_at is not None:
        away = f"{facts.owner.mention} is away until {moment(facts.owner_back_at)}."
        if facts.covered_by is not None:
            away += f" {facts.covered_by.mention} covers for them."
        yield ContextBlock(elements=[MarkdownTextObject(text=away)])
    yield from (ActionsBlock(elements=row) for row in _rows(facts) if row)
    if facts.may_work and lead.merged_into is None:
        question = "Change quality" if lead.rating else "How good is it?"
        yield SectionBlock(text=f"*{question}*")
        yield ActionsBlock(elements=[lead_card.rating_button(lead, rating) for rating in Rating])
    yield ActionsBlock(elements=[*_for_everybody(facts)])


def _fields(facts: LeadFacts) -> list[MarkdownTextObject]:
    lead = facts.lead
    known = {
        "Phone": phone_link(lead),
        "Email": mail_link(lead),
        "Job title": safe(lead.job_title or "", 300),
        "Country": safe(lead.country or "", 300),
    }
    if facts.names_only:
        known = {"Contact": "Only its owner sees how to reach them."}
    known["Expected"] = "" if lead.is_closed else lead_card.expected_in_words(lead)
    known["Campaign"] = _campaign(facts)
    return [
        MarkdownTextObject(text=f"*{label}*\n{value}") for label, value in known.items() if value
    ]


def _campaign(facts: LeadFacts) -> str:
    if facts.campaign:
        shown = facts.offer.offer if facts.offer else facts.campaign
        return f"{safe(facts.campaign.name, 150)}\n{offer_line(shown)}"
    code = facts.lead.utm_campaign
    return f"None has the code “{safe(code, 100)}”" if code else "No campaign"


def _small_print(facts: LeadFacts) -> Iterable[str]:
    lead = facts.lead
    lines = [
        _score(lead), lead_card.consent_in_words(facts), lead_card.earlier_in_words(facts),
        lead_card.in_crm(lead), _history(facts),
    ]  # fmt: skip
    return [line for line in lines if line]


def _score(lead: Lead) -> str:
    """Its score, and why."""
    reasons = ", ".join(f"{safe(words, 60)} {points:+d}" for words, points in lead.score_reasons)
    kind = "hot" if lead.is_hot else "quiet"
    return f"Lead score {lead.score}, {kind}: {reasons}" if reasons else ""


def _history(facts: LeadFacts) -> str:
    lead = facts.lead
    steps = [f"Received {moment(lead.received_at)} {safe(way(lead.source))}"]
    steps += _owners(facts)
    if attempts := tried(facts):
        steps.append(attempts)
    if lead.first_response_at:
        when = moment(lead.first_response_at)
        steps.append(f"contacted {when}{via(facts, EventType.CONTACTED)}")
    if lead.status == Status.QUALIFIED:
        steps.append(f"qualified{via(facts, EventType.QUALIFIED)}")
    if resting := lead_card.rests(lead):
        steps.append(resting.lower())
    if not lead.is_closed and (quality := lead_card.quality_of(facts)):
        steps.append(quality)
    if lead.closed_at:
        steps.append(f"closed {moment(lead.closed_at)}")
    return " · ".join(steps)


def _owners(facts: LeadFacts) -> list[str]:
    """Who claimed it first, and who has it now if that is somebody else."""
    lead, steps = facts.lead, []
    if facts.first_owner and lead.first_claimed_at:
        waited = duration((lead.first_claimed_at - lead.received_at).total_seconds())
        after = "at once" if waited == "0 s" else f"after {waited}"
        steps.append(f"claimed by {facts.first_owner.mention} {after}")
    if facts.owner and lead.claimed_at and lead.claimed_by != lead.first_claimed_by:
        steps.append(f"with {facts.owner.mention} since {moment(lead.claimed_at)}")
    given = handover(facts)
    return [*steps, *([given[0].lower() + given[1:]] if given else [])]


def _rows(facts: LeadFacts) -> Iterator[list[InteractiveElement]]:
    """What whoever looks can do with it, a row of buttons each."""
    lead, who = facts.lead, facts.viewer
    is_open = not lead.is_closed and lead.merged_into is None
    if who is not None and lead.claimed_by is None and is_open:
        claim = [lead_card.claim_button(lead)] if who.has(Role.SALESPERSON) else []
        yield [*claim, *([lead_card.assign_button(lead)] if who.leads_others else [])]
    if facts.may_work and is_open:
        if facts.meeting and facts.meeting.is_unanswered:
            yield [*answer_buttons(facts.meeting)]
        yield _steps(lead)
        yield [
            lead_card.snooze_button(lead), lead_card.hand_over_button(lead), _release_button(lead)
        ]  # fmt: skip
    if facts.may_work and lead.is_closed and lead.merged_into is None:
        correct = [lead_card.correct_button(lead)] if lead.status == Status.WON else []
        yield [*correct, _reopen_button(lead)]


def _steps(lead: Lead) -> list[InteractiveElement]:
    first = [lead_card.contacted_button(lead)] if lead.first_response_at is None else []
    qualified = [lead_card.qualified_button(lead)] if lead.status == Status.NEW else []
    return [lead_card.log_call_button(lead), *first, *qualified, *lead_card.end_buttons(lead)]


def _for_everybody(facts: LeadFacts) -> Iterator[InteractiveElement]:
    lead = facts.lead
    yield lead_card.note_button(lead)
    if facts.may_work and lead.merged_into is None:
        yield ButtonElement(text="Edit details", action_id=lead_card.EDIT, value=str(lead.id))
    if facts.campaign:
        yield lead_card.offer_button(lead)
    if facts.may_ask:
        is_free = facts.owner_back_at is not None and facts.covered_by is None
        label = "Take over" if is_free else "Ask to take over"
        yield ButtonElement(text=label, action_id=TAKE_OVER, value=str(lead.id))


_STEPS = {
    EventType.CALLED: "call", EventType.CLAIMED: "claim", EventType.CORRECTED: "correction",
    EventType.EDITED: "edit",
    EventType.MEETING_HELD: "meeting", EventType.MEETING_MISSED: "meeting",
    EventType.RATED: "quality", EventType.REASSIGNED: "handover", EventType.RECYCLED: "pause",
    EventType.RELEASED: "release", EventType.REOPENED: "reopening", EventType.SNOOZED: "snooze",
}  # fmt: skip


def _undo_button(step: Sequence[LeadEvent]) -> ButtonElement:
    """Take back the step; what it began with says what it was."""
    first = EventType(step[-1].event_type)
    what = _STEPS.get(first, first.value)
    return ButtonElement(text=f"Undo {what}", action_id=UNDO, value=str(step[-1].id))


def noted(what: str, facts: LeadFacts) -> Message:
    """What whoever noted something on a card reads there: a click is quickly made by mistake."""
    text = f"{what}: {safe(facts.lead.name, 150)} · #{facts.lead.id}"
    undo = _undo_button(facts.undoable) if facts.undoable else None
    return Message(text, [SectionBlock(text=text, accessory=undo)])


def _release_button(lead: Lead) -> ButtonElement:
    return ButtonElement(
        text="Release", action_id=lead_card.RELEASE, value=str(lead.id),
        confirm=ConfirmObject(
            title="Release this lead?",
            text=PlainTextObject(text="It goes back to the channel, and anyone can claim it."),
            confirm="Release", deny="Keep it",
        ),
    )  # fmt: skip


def _reopen_button(lead: Lead) -> ButtonElement:
    return ButtonElement(
        text="Reopen", action_id=lead_card.REOPEN, value=str(lead.id),
        confirm=ConfirmObject(
            title="Reopen this lead?",
            text=PlainTextObject(text="It counts as open again, and its owner continues with it."),
            confirm="Reopen", deny="Leave it closed",
        ),
    )  # fmt: skip


def offer(facts: LeadFacts) -> View:
    """What this lead may be promised: as it was on its day, with what to know before."""
    assert facts.campaign is not None
    shown = facts.offer.offer if facts.offer else facts.campaign
    standing = offer_standing(facts.offer) if facts.offer else ""
    head = f"*{safe(facts.campaign.name, 150)}*\n{offer_line(shown)}"
    return View(
        type="modal", title="Offer & terms", close="Close",
        blocks=[
            SectionBlock(text=head),
            *([SectionBlock(text=f"⚠️ {standing}")] if standing else []),
            *offer_for_a_call(shown),
        ],
    )  # fmt: skip

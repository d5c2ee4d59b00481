"""How a lead looks: its card in the channel, and the buttons that fit where it stands."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

from bot import clock
from bot.campaigns.texts import offer_in_brief, offer_standing
from bot.formats import day, in_words, plural
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages.details import (
    answers_beside,
    besides_meeting,
    few_answers,
    given_anew,
    handover,
    last_note,
    mail_link,
    meeting,
    phone_link,
    tried,
)
from bot.leads.models import EventType, Lead, Rating, Status, Touch
from bot.slack import Message
from bot.slack.blocks import menu
from bot.slack.text import clean, moment, safe
from bot.sources import way

CLAIM = "lead.claim"
CONTACTED = "lead.contacted"
RELEASE = "lead.release"
RATE = "lead.rate"
WON = "lead.won"
LOST = "lead.lost"
SNOOZE = "lead.snooze"
REASSIGN = "lead.reassign"
ASSIGN = "lead.assign"
QUALIFIED = "lead.qualified"
CORRECT = "lead.correct"
REOPEN = "lead.reopen"
EDIT = "lead.edit"
SHOW = "lead.show"
NOTE = "lead.note"
OFFER = "lead.offer"
LOG_CALL = "lead.log_call"

_QUESTION = 500  # characters of what somebody wrote that a card quotes

# A deadline that is nearer than this is told by the clock alone.
_BY_THE_CLOCK = timedelta(hours=12)


def rate_action(rating: Rating) -> str:
    """The action id of a rating's button."""
    return f"{RATE}.{rating}"


def card(facts: LeadFacts) -> Message:
    """The lead as the channel sees it: who, what they want, how to reach them, and by when. What
    else is known stands in the lead's modal."""
    lead = facts.lead
    if lead.is_closed or lead.merged_into:
        return Message(_sentence(facts), [_ended(facts)])
    texts = [block for block in (_question(facts), *_answers(facts)) if block]
    small_print = (_deadline(facts), meeting(facts), *_remarks(facts), in_crm(lead))
    lines = [line for line in small_print if line]
    blocks = [
        SectionBlock(text=headline(facts)),
        *texts,
        *_section(_reach(facts), _about(facts), _standing(facts)),
        *_section(handover(facts), came_back(facts), "" if facts.names_only else last_note(facts)),
        ContextBlock(elements=[MarkdownTextObject(text=line) for line in lines]),
        ActionsBlock(elements=_buttons(facts)),
    ]
    return Message(_sentence(facts), blocks)


def _section(*lines: str) -> list[Block]:
    text = "\n".join(line for line in lines if line)
    return [SectionBlock(text=text)] if text else []


def headline(facts: LeadFacts) -> str:
    """Where it stands, who it is, whose it is, and its number."""
    lead = facts.lead
    parts = [f"{_emoji(lead)} *{safe(lead.name, 150)}*", safe(lead.company or "", 150), _end(facts)]
    parts += [quality_of(facts)] if lead.is_closed and not lead.merged_into else []
    parts += [facts.owner.mention if facts.owner else "", f"#{lead.id}"]
    return " · ".join(part for part in parts if part)


def _emoji(lead: Lead) -> str:
    if lead.merged_into:
        return "🔗"
    if lead.is_closed:
        return "🏆" if lead.status == Status.WON else "✖️"
    if lead.claimed_by is None:
        return "🔥" if lead.is_hot else "🌱"
    if lead.snoozed_until or lead.status == Status.RECYCLED:
        return "💤"
    if lead.status == Status.QUALIFIED:
        return "⭐"
    return "💬" if lead.first_response_at else "📞"


def _end(facts: LeadFacts) -> str:
    """How it ended; empty while it is open."""
    lead = facts.lead
    if lead.merged_into:
        return f"merged into #{lead.merged_into}"
    if lead.status == Status.WON:
        amount = f"won *{lead.won_amount}*" if lead.won_amount else "won"
        return f"{amount}{via(facts, EventType.WON)}"
    if lead.status != Status.LOST:
        return ""
    code = f": {in_words(lead.disposition).lower()}" if lead.disposition else ""
    note = safe(lead.disposition_note or "", 300)
    reason = f" ({note})" if note and not facts.names_only else ""
    return f"lost{code}{reason}{via(facts, EventType.LOST)}"


def _ended(facts: LeadFacts) -> SectionBlock:
    """A lead that has ended, in one line."""
    rest = None if facts.lead.merged_into else _menu_of_closed(facts.lead)
    return SectionBlock(text=headline(facts), accessory=rest)


def win(facts: LeadFacts) -> Message:
    """A win as the campaign's owner and its thread read it, or that it was taken back."""
    lead, owner = facts.lead, facts.owner
    who = safe(lead.name, 150) + (f" ({safe(lead.company, 150)})" if lead.company else "")
    if lead.status == Status.WON:
        parts = [f"🏆 {who} won", str(lead.won_amount or ""), owner.mention if owner else ""]
    else:
        parts = [f"↩️ {who}", "reopened, not won after all"]
    text = " · ".join(part for part in parts if part)
    return Message(text, [SectionBlock(text=text)])


def quality_of(facts: LeadFacts) -> str:
    """What its owner says of it, with the reason where whoever looks may read it."""
    lead = facts.lead
    if not lead.rating:
        return ""
    reason = safe(lead.rating_reason or "", 300)
    why = f" ({reason})" if reason and not facts.names_only else ""
    return f"Quality: *{Rating(lead.rating).label}*{why}"


def _question(facts: LeadFacts) -> SectionBlock | None:
    """What they want, in their words."""
    message = facts.lead.message
    if not message or facts.names_only:
        return None
    quoted = f"“{clean(message.strip(), _QUESTION)}”"
    return SectionBlock(text=PlainTextObject(text=quoted, emoji=False))


def _answers(facts: LeadFacts) -> list[SectionBlock]:
    answers = besides_meeting(facts.lead.unplaced)
    found = "" if facts.names_only else few_answers(answers)
    return [SectionBlock(text=found)] if found else []


def _reach(facts: LeadFacts) -> str:
    """How to reach them."""
    lead = facts.lead
    if facts.names_only:
        return "Only its owner sees how to reach them."
    phone, mail = phone_link(lead), mail_link(lead)
    return " · ".join([*([f"📞 {phone}"] if phone else []), *([f"✉️ {mail}"] if mail else [])])


def _about(facts: LeadFacts) -> str:
    """What they do, where, and what they were offered."""
    lead = facts.lead
    known = (
        [] if facts.names_only else [safe(lead.job_title or "", 150), safe(lead.country or "", 60)]
    )
    if facts.campaign:
        promise = facts.offer.offer if facts.offer else facts.campaign
        known.append(f"*{safe(facts.campaign.name, 150)}*: {offer_in_brief(promise)}")
    elif lead.utm_campaign:
        known.append(f"No campaign has the code “{safe(lead.utm_campaign, 100)}”")
    return " · ".join(part for part in known if part)


def _standing(facts: LeadFacts) -> str:
    """What to know before the offer is promised."""
    warning = offer_standing(facts.offer) if facts.offer else ""
    return f"⚠️ {warning}" if warning else ""


def came_back(facts: LeadFacts) -> str:
    """The newest of the submissions that joined this lead."""
    if not facts.touches:
        return ""
    touch = facts.touches[0]
    often = f" ({plural(len(facts.touches), 'time')} so far)" if len(facts.touches) > 1 else ""
    message = touch.facts.get("message")
    words = f"\n> {safe(message, 300)}" if isinstance(message, str) else ""
    answers = besides_meeting(touch.unplaced)
    words = "" if facts.names_only else words + answers_beside(answers)
    if given := given_anew(touch, facts.lead, names_only=facts.names_only):
        words = f"\n{given}{words}"
    return f"*Came back* {moment(touch.at)} {safe(way(touch.source))}{often}{words}"


def returned(touch: Touch, lead: Lead) -> Message:
    """Someone whose lead is open wrote again or booked a meeting: told to its owner."""
    message = touch.facts.get("message")
    words = f"\n> {safe(message, 1_000)}" if isinstance(message, str) else ""
    words += answers_beside(touch.unplaced)
    if given := given_anew(touch, lead, names_only=False):
        words = f"\n{given}{words}"
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    did = "booked a meeting" if any("meeting" in each for each in touch.unplaced) else "came back"
    text = f"{who} {did} {safe(way(touch.source))}: your lead #{lead.id}.{words}"
    return Message(f"{safe(lead.name, 100)} {did}.", [SectionBlock(text=text)])


def _deadline(facts: LeadFacts) -> str:
    """By when it has to be claimed or answered; once it is, how it stands."""
    lead = facts.lead
    if resting := rests(lead):
        return resting
    if lead.first_response_at:
        stage = "Qualified" if lead.status == Status.QUALIFIED else "Contacted"
        step = EventType.QUALIFIED if lead.status == Status.QUALIFIED else EventType.CONTACTED
        since = lead.qualified_at if stage == "Qualified" else lead.first_response_at
        when = f" {moment(since)}" if since else ""
        return f"{stage}{when}{via(facts, step)}"
    return _due(facts)


def _due(facts: LeadFacts) -> str:
    """By when it has to be claimed or answered; until a meeting nothing else is due of its
    owner."""
    lead = facts.lead
    if lead.claimed_by is not None and facts.meeting and facts.meeting.is_ahead:
        return ""
    what = "Claim" if lead.claimed_by is None else "Reply"
    if lead.due_at and lead.due_at <= clock.now():
        return f"🔴 *Overdue*: {_MISSED[what]} {moment(lead.due_at)}"
    if lead.due_at:
        return f"⏱ {what} by {by_the_clock(lead.due_at)}"
    if lead.claimed_by is None:
        return f"Unclaimed since {moment(lead.received_at)}"
    return f"Claimed {moment(lead.claimed_at or lead.received_at)}"


_MISSED = {"Claim": "nobody claimed it by", "Reply": "the reply was due"}


def by_the_clock(at: datetime) -> str:
    """A moment to come: the time of day, with its day where that is not clear."""
    is_near = at - clock.now() < _BY_THE_CLOCK
    return moment(at, "{time}") if is_near else moment(at)


def rests(lead: Lead) -> str:
    """Until when it rests; empty where it does not."""
    if lead.status == Status.RECYCLED and lead.wake_at:
        return f"Paused until {moment(lead.wake_at)}: bad timing"
    return f"Snoozed until {moment(lead.snoozed_until)}" if lead.snoozed_until else ""


def _remarks(facts: LeadFacts) -> Iterator[str]:
    """What else the channel should know of it now."""
    lead = facts.lead
    if facts.suggested_to:
        yield f"Offered to {facts.suggested_to.mention}"
    if facts.kept_for and lead.reserved_until:
        yield f"Kept for {facts.kept_for.mention} until {by_the_clock(lead.reserved_until)}"
    if lead.first_response_at is None:
        yield tried(facts)
    if expected := expected_in_words(lead):
        yield f"Expected: {expected}"
    yield quality_of(facts)
    if facts.consent is not None and not facts.consent.granted:
        yield consent_in_words(facts)
    yield earlier_in_words(facts)


def expected_in_words(lead: Lead) -> str:
    """What it is expected to bring, and by when: `12,500 EUR by 15 Dec`; empty if nobody said."""
    until = f"by {day(lead.expected_on, clock.now().date())}" if lead.expected_on else ""
    return " ".join(part for part in (str(lead.expected_amount or ""), until) if part)


def consent_in_words(facts: LeadFacts) -> str:
    """What they agreed to, or refused; empty where nothing is known."""
    consent = facts.consent
    if consent is None:
        return ""
    purposes = f" for {safe(', '.join(consent.purposes), 100)}" if consent.purposes else ""
    wording = f" (“{safe(consent.wording, 100)}”)" if consent.wording else ""
    verb = "given" if consent.granted else "refused"
    return f"Consent {verb} {moment(consent.given_at)}{purposes}{wording}"


def earlier_in_words(facts: LeadFacts) -> str:
    """What became of the person's earlier leads."""
    ends = []
    for lead in facts.earlier:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        ends.append(f"{lead.status}{amount} {moment(lead.closed_at or lead.received_at)}")
    return f"Known to us: an earlier lead was {'; another was '.join(ends)}" if ends else ""


def in_crm(lead: Lead) -> str:
    """Where it is in the CRM, or why it is not; and whether that knows the company."""
    there = lead.in_crm or {}
    lines = []
    if "url" in there:
        lines.append(f"In <{there['url']}|{there['crm']}>")
    if "problem" in there:
        lines.append(safe(there["problem"], 300))
    if account := there.get("account"):
        owner = account.get("owner") or safe(account.get("owner_name", ""), 80)
        known = f"Known company {safe(account['name'], 100)}"
        lines.append(f"{known}, owner {owner}" if owner else known)
    return " · ".join(lines)


def via(facts: LeadFacts, event_type: EventType) -> str:
    """The program that did this, where no person did."""
    name = facts.via.get(event_type)
    return f" via {safe(name, 60)}" if name else ""


def _button(lead: Lead, text: str, action_id: str, style: str | None = None) -> ButtonElement:
    return ButtonElement(text=text, action_id=action_id, value=str(lead.id), style=style)


def claim_button(lead: Lead) -> ButtonElement:
    """Take the lead."""
    return _button(lead, "Claim", CLAIM, "primary")


def assign_button(lead: Lead) -> ButtonElement:
    """Give a lead that nobody has to somebody."""
    return _button(lead, "Assign", REASSIGN)


def reassign_button(lead: Lead) -> ButtonElement:
    """Give a lead that somebody has to somebody else."""
    return _button(lead, "Reassign", REASSIGN)


def offer_button(lead: Lead) -> ButtonElement:
    """What may be promised."""
    return _button(lead, "Offer & terms", OFFER)


def note_button(lead: Lead) -> ButtonElement:
    """Write something about it."""
    return _button(lead, "Add note", NOTE)


def _buttons(facts: LeadFacts) -> list[InteractiveElement]:
    """What the card of an open lead offers: the next step, the offer, and a menu of the rest."""
    lead = facts.lead
    offer = [offer_button(lead)] if facts.campaign else []
    if lead.claimed_by is not None:
        *steps, rest = work_buttons(lead)
        return [*steps, *offer, rest]
    rest = menu(
        "lead.menu",
        [assign_button(lead), note_button(lead), _button(lead, "More", SHOW)],
    )
    return [claim_button(lead), *offer, rest]


def work_buttons(lead: Lead) -> list[InteractiveElement]:
    """What the owner of an open lead does next, and a menu of what else they can do."""
    is_waiting = lead.first_response_at is None
    first = [log_call_button(lead), *([contacted_button(lead)] if is_waiting else [])]
    is_new = lead.status == Status.NEW
    choices = [
        *([qualified_button(lead)] if is_new else []),
        *end_buttons(lead),
        *([] if is_new else [snooze_button(lead)]),
        hand_over_button(lead),
        _button(lead, "More", SHOW),
    ]
    return [*first, menu("lead.menu", choices)]


def log_call_button(lead: Lead) -> ButtonElement:
    """Say how a call went."""
    style = "primary" if lead.first_response_at is None else None
    return _button(lead, "Log call", LOG_CALL, style)


def contacted_button(lead: Lead) -> ButtonElement:
    """The first contact was made, by whatever way."""
    return _button(lead, "Contacted", CONTACTED)


def qualified_button(lead: Lead) -> ButtonElement:
    """Sales has verified need, budget and fit."""
    return _button(lead, "Mark as qualified", QUALIFIED)


def end_buttons(lead: Lead) -> list[ButtonElement]:
    """The ways in which it ends."""
    return [_button(lead, "Mark as won", WON), _button(lead, "Mark as lost", LOST)]


def snooze_button(lead: Lead) -> ButtonElement:
    """Let it rest for a while."""
    return _button(lead, "Snooze", SNOOZE)


def hand_over_button(lead: Lead) -> ButtonElement:
    """Give it to a colleague."""
    return _button(lead, "Hand over", REASSIGN)


def reopen_button(lead: Lead) -> ButtonElement:
    """Take back that it has ended."""
    return _button(lead, "Reopen", REOPEN)


def correct_button(lead: Lead) -> ButtonElement:
    """Put the amount right."""
    return _button(lead, "Correct amount", CORRECT)


def _menu_of_closed(lead: Lead) -> OverflowMenuElement:
    """What can be put right once it has ended."""
    correct = [correct_button(lead)] if lead.status == Status.WON else []
    mine = [] if lead.claimed_by is None else [reopen_button(lead), *correct]
    return menu("lead.menu", [*mine, _button(lead, "More", SHOW)])


def rating_button(lead: Lead, rating: Rating) -> ButtonElement:
    """Judge the lead's quality."""
    chosen = "✓ " if lead.rating == rating else ""
    return _button(lead, chosen + rating.label, rate_action(rating))


def _sentence(facts: LeadFacts) -> str:
    """The card for a screen reader, a notification and the search."""
    lead = facts.lead
    who = safe(lead.name, 100) + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if lead.merged_into:
        return f"{who} was merged into #{lead.merged_into}."
    if lead.is_closed:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        return f"{who} was {lead.status}{amount}."
    if facts.owner:
        return f"{facts.owner.mention} claimed the lead {who}."
    return f"New lead: {who}. Nobody has claimed it yet."

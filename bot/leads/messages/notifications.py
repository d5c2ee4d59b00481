"""What people are told: steps of the escalation, notices, absences and lost submissions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.formats import day, in_words, plural
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages.details import handover, handover_reason
from bot.leads.messages.lead_card import (
    ASSIGN,
    SHOW,
    assign_button,
    card,
    claim_button,
    reassign_button,
    work_buttons,
)
from bot.leads.models import EventType, Lead, LeadEvent, Touch
from bot.leads.notice_models import (
    CLAIMED_STEPS,
    EscalationStep,
    LeadNotice,
    Listed,
    NoticeFacts,
    NoticeKind,
    StepFacts,
)
from bot.money import Money
from bot.people.models import Person, Role
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.text import clean, moment, safe
from bot.sources import way

SHOW_NOTICE = "lead.show_notice"

# As many as read well in a message, and fit a modal with a title.
_MOST_SHOWN = 10
_MOST_IN_MODAL = 90
# More people than one scrolls through on a phone are found in the form, by typing.
_MOST_COLLEAGUES = 30


def notice(facts: NoticeFacts) -> Message:
    """All leads that one person should look at now, each with what they can do about it."""
    if not facts.listed:
        return _settled(_notice_done(facts.notice))
    title, more = _notice_title(facts), len(facts.listed) - _MOST_SHOWN
    if facts.notice.kind == NoticeKind.UNCLAIMED and len(facts.listed) == 1:
        return Message(title, [_row(facts.listed[0], facts, f" {_asks(facts)}")])
    rows = [_row(each, facts) for each in facts.listed[:_MOST_SHOWN]]
    blocks: list[Block] = [SectionBlock(text=f"*{title}*"), *rows]
    if more > 0:
        show = ButtonElement(text="Show all", action_id=SHOW_NOTICE, value=str(facts.notice.id))
        blocks.append(SectionBlock(text=f"and {more:,} more", accessory=show))
    return Message(title, blocks)


def whole_notice(facts: NoticeFacts) -> View:
    """The same in a modal, with more of its leads."""
    rows: list[Block] = [_row(each, facts) for each in facts.listed[:_MOST_IN_MODAL]]
    left = len(facts.listed) - len(rows)
    rest = [note(f"and {left:,} more, which are shown as these are assigned")] if left else []
    return View(
        type="modal", callback_id=SHOW_NOTICE, private_metadata=str(facts.notice.id),
        title="Leads", close="Done",
        blocks=[*(rows or [SectionBlock(text=_notice_done(facts.notice))]), *rest],
    )  # fmt: skip


def _notice_title(facts: NoticeFacts) -> str:
    count, first = len(facts.listed), facts.listed[0].lead
    if facts.notice.kind == NoticeKind.STALLED:
        return f"{plural(count, 'lead')} {'has' if count == 1 else 'have'} stalled"
    who = f"{safe(first.name, 100)} (#{first.id})" if count == 1 else f"{count:,} leads"
    return f"{who} {_asks(facts)}"


def _asks(facts: NoticeFacts) -> str:
    """What is asked of the person for leads that nobody has."""
    is_one = len(facts.listed) == 1
    what = "Can you find someone?"
    if facts.person.leads_others:
        what = "Assign someone?"
    elif facts.person.has(Role.SALESPERSON):
        what = f"Can you take {'it' if is_one else 'one'}?"
    return f"{'is' if is_one else 'are'} still unclaimed. {what}"


def _notice_done(found: LeadNotice) -> str:
    """What a message says of which nothing is left."""
    if not found.lead_ids:
        return "There's a newer message about what is still open here."
    if found.kind == NoticeKind.STALLED:
        return "All done: none of these leads is stalled any more."
    count = len(set(found.lead_ids))
    return "This lead isn't unclaimed any more." if count == 1 else (
        f"None of these {count:,} leads is unclaimed any more."
    )  # fmt: skip


def _row(each: Listed, facts: NoticeFacts, asks: str = "") -> SectionBlock:
    """A lead that nobody has, or with which nothing happens; `asks` where it is the only one."""
    if facts.notice.kind == NoticeKind.STALLED:
        return SectionBlock(text=line_listed(each), accessory=reassign_button(each.lead))
    nobody = ", nobody is free" if each.nobody_free else ""
    came = f"Came in {moment(each.lead.received_at, '{ago}')}"
    came += f" · {_meets(each.meets_at)}" if each.meets_at else ""
    text = f"{_bold(each.lead)} · #{each.lead.id}{asks}\n{came}{nobody}"
    return SectionBlock(text=text, accessory=_next(each.lead, facts))


def _next(lead: Lead, facts: NoticeFacts) -> InteractiveElement:
    """What this person can do about a lead that nobody has."""
    if facts.person.leads_others:
        if 0 < len(facts.colleagues) <= _MOST_COLLEAGUES:
            return assign_select(lead, facts.colleagues)
        return assign_button(lead)
    if facts.person.has(Role.SALESPERSON):
        return claim_button(lead)
    return ButtonElement(text="Open", action_id=SHOW, value=str(lead.id))


def assign_select(lead: Lead, colleagues: Sequence[tuple[Person, int]]) -> StaticSelectElement:
    """Give a lead that nobody has to one of these, each with the open leads that they hold."""
    options = [
        Option(
            text=PlainTextObject(text=clean(f"{person.name}, {held:,} open", 75), emoji=False),
            value=f"{lead.id} {person.id}",
        )
        for person, held in colleagues
    ]
    return StaticSelectElement(action_id=ASSIGN, placeholder="Assign to…", options=options)


def line_listed(each: Listed) -> str:
    """A lead that has an owner, and when something was done with it last."""
    owner = f" · {each.owner.mention}" if each.owner else ""
    since = f", last step {moment(each.moved_at, '{ago}')}" if each.moved_at else ""
    return f"{_bold(each.lead)} · #{each.lead.id}{owner}{since}"


def cover(touch: Touch, facts: LeadFacts) -> Message:
    """A customer wrote again while their owner is out: told to somebody who is there."""
    lead, owner = facts.lead, facts.owner
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if owner is None or lead.is_closed or lead.merged_into is not None:
        return _settled(f"{who} (#{lead.id}) wrote again. It's taken care of.")
    message = touch.facts.get("message")
    words = (
        f"\n> {safe(message, 1_000)}" if isinstance(message, str) and not facts.names_only else ""
    )
    text = (
        f"{who} wrote again {safe(way(touch.source))}, and {owner.mention} is out. Can you answer? "
        f"`/lead {lead.id}` shows everything; a manager can reassign it.{words}"
    )
    return Message(f"{safe(lead.name, 100)} wrote again.", [SectionBlock(text=text)])


def _settled(text: str) -> Message:
    return Message(text, [SectionBlock(text=text)], too_late=True)


NOT_NOW = "lead.not_now"
AGREE = "lead.agree"
KEEP = "lead.keep"

_OWNERS = (*CLAIMED_STEPS, EscalationStep.WAKE)


def step(facts: StepFacts) -> Message:
    """What a step says; once it is settled, what came of it, without buttons."""
    lead = facts.lead
    if settled := _step_text(facts):
        return _message(settled)
    if not _still_holds(facts):
        return _message(f"{_lead_name(lead)}: {_outcome(facts)}.", too_late=True)
    buttons = _buttons(facts)
    return _message(_text(facts), *([ActionsBlock(elements=buttons)] if buttons else []))


def _step_text(facts: StepFacts) -> str | None:
    """What a step says that asks for nothing; None for one that asks."""
    match facts.step.step:
        case EscalationStep.TAKE_BACK:
            return f"{_lead_name(facts.lead)} went back to the channel: no contact was logged."
        case EscalationStep.MOVED:
            return _moved(facts)
        case EscalationStep.CLOSED if facts.event is not None and facts.by is not None:
            return _closed(facts.lead, facts.event, facts.by, is_undone=facts.is_undone)
        case EscalationStep.KEPT if facts.by is not None:
            return f"{facts.by.mention} would like to keep {_lead_name(facts.lead)}."
    return None


def _text(facts: StepFacts) -> str:
    step, lead = EscalationStep(facts.step.step), facts.lead
    if step in _OWNERS:
        is_cover = facts.owner is not None and facts.owner.id != facts.step.person_id
        asks = _COVER_ASKS if is_cover else _OWNER_ASKS
        owner = facts.owner.mention if facts.owner else ""
        return asks[step].format(lead=_lead_name(lead), when=_claimed(lead), owner=owner)
    if step is EscalationStep.ASKED and facts.by is not None:
        return f"{facts.by.mention} would like to take over {_lead_name(lead)}{_whose(facts)}."
    text = _ASKS.get(step, "{lead} is still unclaimed.").format(
        lead=_lead_name(lead), until=moment(lead.reserved_until or lead.received_at)
    )
    return f"{text}\n{_meets(facts.meets_at)}" if facts.meets_at else text


def _meets(at: datetime) -> str:
    return f"📅 Meeting {moment(at)}"


def _buttons(facts: StepFacts) -> list[InteractiveElement]:
    step, lead, value = EscalationStep(facts.step.step), facts.lead, str(facts.step.id)
    if step is EscalationStep.NUDGE:
        return []
    if step in _OWNERS:
        return work_buttons(lead)
    if step is EscalationStep.ASKED:
        return [
            ButtonElement(text="Hand over", action_id=AGREE, value=value, style="primary"),
            ButtonElement(text="Keep it", action_id=KEEP, value=value),
        ]
    claim = claim_button(lead)
    if step is EscalationStep.SUGGEST:
        return [claim, ButtonElement(text="Not now", action_id=NOT_NOW, value=value)]
    return [claim]


def details(taken: StepFacts, facts: LeadFacts) -> Message:
    """All that is known of a lead, for its owner alone; nothing once it is somebody else's."""
    lead = facts.lead
    if lead.claimed_by != taken.step.person_id or lead.merged_into is not None:
        return _message(f"{_lead_name(lead)} is no longer yours.", too_late=True)
    shown, given = card(replace(facts, names_only=False)), handover(facts)
    return replace(shown, text=f"{_lead_name(lead)} is yours. {given}.") if given else shown


_ASKS = {
    EscalationStep.NUDGE: "Nobody has claimed this lead yet. Can somebody take it?",
    EscalationStep.SUGGEST: "You're next for {lead}. Can you take it?",
    EscalationStep.HEAD_START: "{lead} is kept for you until {until}, because you know them.",
}
_OWNER_ASKS = {
    EscalationStep.REMIND: "You claimed {lead} {when}. Have you been in touch?",
    EscalationStep.WAKE: "It's time to get back to {lead}.",
}

_COVER_ASKS = {
    EscalationStep.REMIND: "{owner} claimed {lead} {when}, and you're covering for them. Has "
    "anybody been in touch?",
    EscalationStep.WAKE: "It's time to get back to {lead}. You're covering for {owner}.",
}


def _still_holds(facts: StepFacts) -> bool:
    """Whether the lead still waits for what the step asks."""
    step, lead = facts.step, facts.lead
    if lead.assignment_no != step.assignment_no or lead.is_closed or lead.merged_into is not None:
        return False
    if step.step == EscalationStep.REMIND:
        return lead.first_response_at is None
    if step.step == EscalationStep.ASKED:
        return not facts.is_kept
    return step.step != EscalationStep.SUGGEST or lead.suggested_to == step.person_id


def _moved(facts: StepFacts) -> str:
    """What became of a lead that somebody had until now."""
    lead, by, owner = facts.lead, facts.by, facts.owner
    if lead.claimed_by == facts.step.person_id:
        return f"{_lead_name(lead)} is yours again."
    if owner is None:
        who = by.mention if by else f"somebody{_moved_by(facts)}"
        return f"{_lead_name(lead)}: {who} gave it back to the channel."
    if by is not None and by.id == owner.id:
        back = (
            " You get it back when you return." if lead.returns_to == facts.step.person_id else ""
        )
        return f"{by.mention} took over {_lead_name(lead)}.{back}"
    why = handover_reason(facts.event) if facts.event else ""
    gave = f" {by.mention} handed it over{why}." if by else ""
    gave = f" Somebody handed it over{_moved_by(facts)}." if facts.via else gave
    return f"{_lead_name(lead)} is with {owner.mention} now.{gave}"


def _closed(lead: Lead, event: LeadEvent, by: Person, *, is_undone: bool) -> str:
    """What a colleague did with somebody's lead, with what they said."""
    name, facts = f"{by.mention} %s {_lead_name(lead)}", event.facts
    if is_undone:
        return f"{by.mention} undid what they did with {_lead_name(lead)}."
    code = f": {in_words(facts['disposition']).lower()}" if facts.get("disposition") else ""
    note = f"\n> {safe(' '.join(facts['note'].split()), 1_000)}" if facts.get("note") else ""
    match event.event_type:
        case EventType.WON:
            return f"{name % 'won'}: {Money(facts['minor'], facts['currency'])}."
        case EventType.LOST:
            return f"{name % 'closed'} as lost{code}.{note}"
        case EventType.RECYCLED:
            until = day(date.fromisoformat(facts["wake_on"]))
            return f"{name % 'paused'} until {until}{code}.{note}"
    return f"{name % 'reopened'}. It's open again."


def _moved_by(facts: StepFacts) -> str:
    return f" via {safe(facts.via, 60)}" if facts.via else ""


def _whose(facts: StepFacts) -> str:
    """Whose it is, for a manager who is asked."""
    owner = facts.owner
    is_own = owner is None or owner.id == facts.step.person_id
    return "" if is_own or owner is None else f" from {owner.mention}"


def _outcome(facts: StepFacts) -> str:
    lead = facts.lead
    if lead.merged_into is not None:
        return f"merged into #{lead.merged_into}"
    if lead.is_closed:
        return lead.status
    if facts.is_kept and facts.owner is not None:
        return f"stays with {facts.owner.mention}"
    if facts.owner is not None:
        is_first = lead.first_claimed_by in (None, facts.owner.id)
        has_contact = is_first and lead.first_response_at is not None
        return f"contacted by {facts.owner.mention}" if has_contact else (
            f"with {facts.owner.mention} now"
        )  # fmt: skip
    return "offered to somebody else" if lead.suggested_to else "back in the channel"


def _lead_name(lead: Lead) -> str:
    return f"{_bold(lead)} (#{lead.id})"


def _bold(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company}"


def _claimed(lead: Lead) -> str:
    return moment(lead.claimed_at or lead.received_at, "{ago}")


def _message(text: str, *blocks: Block, too_late: bool = False) -> Message:
    return Message(text, [SectionBlock(text=text), *blocks], too_late=too_late)

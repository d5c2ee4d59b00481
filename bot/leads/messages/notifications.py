"""What people are told: steps of the escalation, notices, absences and lost submissions."""

from collections.abc import Sequence
from dataclasses import replace

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    SectionBlock,
)

from bot.leads.intake_models import Submission
from bot.leads.messages.lead_card import REASSIGN, card, claim_button, way, work_buttons
from bot.leads.messages.lists import SHOW, headline
from bot.leads.models import Lead, LeadFacts, Touch
from bot.leads.routing_models import (
    CLAIMED_STEPS,
    EscalationStep,
    Handover,
    LeadNotice,
    Listed,
    NoticeKind,
    StepFacts,
)
from bot.leads.sources import source_name
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import moment, plural, safe

_MOST_SHOWN = 10


def notice(found: LeadNotice, listed: Sequence[Listed]) -> Message:
    """All that waits for somebody, or stands still, with a way to give each to a colleague."""
    if not listed:
        return _settled(_DONE[NoticeKind(found.kind)])
    title = _TITLES[NoticeKind(found.kind)].format(
        leads=plural(len(listed), "lead"), waits="waits" if len(listed) == 1 else "wait",
        stands="stands" if len(listed) == 1 else "stand",
    )  # fmt: skip
    blocks: list[Block] = [SectionBlock(text=f"*{title}*")]
    blocks += [_row(each) for each in listed[:_MOST_SHOWN]]
    left = len(listed) - _MOST_SHOWN
    if left > 0:
        more = MarkdownTextObject(text=f"and {left:,} more, which have waited less long")
        blocks.append(ContextBlock(elements=[more]))
    return Message(title, blocks)


def _row(each: Listed) -> SectionBlock:
    """A lead that nobody has, or with which nothing happens."""
    lead = each.lead
    reassign = ButtonElement(text="Reassign…", action_id=REASSIGN, value=str(lead.id))
    if each.owner is None:
        return SectionBlock(text=f"{headline(lead)} · #{lead.id}", accessory=reassign)
    return SectionBlock(text=line_listed(each), accessory=reassign)


def line_listed(each: Listed) -> str:
    """A lead that has an owner, and when something was done with it last."""
    lead = each.lead
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    owner = f" · {each.owner.mention}" if each.owner else ""
    since = f", last step {moment(each.moved_at, '{ago}')}" if each.moved_at else ""
    return f"*{safe(lead.name, 100)}*{company} · #{lead.id}{owner}{since}"


def line_unattended(lead: Lead, owner: Person) -> str:
    """A lead whose customer wrote again while its owner is out."""
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    again = moment(lead.last_touch_at, "{ago}")
    return f"*{safe(lead.name, 100)}*{company} · #{lead.id} · {owner.mention}, {again}"


def cover(touch: Touch, facts: LeadFacts) -> Message:
    """A customer wrote again while their owner is out: told to somebody who is there."""
    lead, owner = facts.lead, facts.owner
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if owner is None or lead.is_closed or lead.merged_into is not None:
        return _settled(f"{who} (#{lead.id}) wrote again, and that is settled.")
    said = touch.facts.get("message")
    words = f"\n> {safe(said, 1_000)}" if isinstance(said, str) and not facts.names_only else ""
    text = (
        f"{who} wrote again {way(touch.source)}, and {owner.mention} is out. Can you answer? "
        f"`/lead {lead.id}` shows everything; a manager can reassign it.{words}"
    )
    return Message(f"{safe(lead.name, 100)} wrote again.", [SectionBlock(text=text)])


def _settled(text: str) -> Message:
    return Message(text, [SectionBlock(text=text)], too_late=True)


_TITLES = {
    NoticeKind.NOBODY_FREE: "Nobody in sales is free, and {leads} {waits}",
    NoticeKind.STALLED: "{leads} {stands} still",
}
_DONE = {
    NoticeKind.NOBODY_FREE: "Nobody in sales was free; by now every lead has an owner.",
    NoticeKind.STALLED: "Nothing of this stands still any more.",
}


NOT_NOW = "lead.not_now"
AGREE = "lead.agree"
KEEP = "lead.keep"

_OWNERS = (*CLAIMED_STEPS, EscalationStep.WAKE)


def step(facts: StepFacts) -> Message:
    """What a step says; once it is settled, what came of it, without buttons."""
    lead = facts.lead
    if told := _step_text(facts):
        return _message(told)
    if not _still_holds(facts):
        return _message(f"{_lead_name(lead)}: {_outcome(facts)}.", too_late=True)
    buttons = _buttons(facts)
    return _message(_text(facts), *([ActionsBlock(elements=buttons)] if buttons else []))


def _step_text(facts: StepFacts) -> str | None:
    """What a step says that asks for nothing; None for one that asks."""
    match facts.step.step:
        case EscalationStep.TAKE_BACK:
            went = "went back to the channel: no contact was noted after your claim."
            return f"{_lead_name(facts.lead)} {went}"
        case EscalationStep.MOVED:
            return _moved(facts)
        case EscalationStep.KEPT if facts.by is not None:
            return f"{facts.by.mention} would like to keep {_lead_name(facts.lead)}."
    return None


def _text(facts: StepFacts) -> str:
    step, lead = EscalationStep(facts.step.step), facts.lead
    if step in _OWNERS:
        return f"{_lead_name(lead)}: {_OWNER_ASKS[step].format(when=_claimed(lead))}"
    if step is EscalationStep.ASKED and facts.by is not None:
        return f"{facts.by.mention} would like to take over {_lead_name(lead)}{_whose(facts)}."
    return _ASKS[step].format(
        lead=_lead_name(lead),
        since=moment(lead.received_at),
        until=moment(lead.reserved_until or lead.received_at),
    )


def _buttons(facts: StepFacts) -> list[InteractiveElement]:
    step, lead, value = EscalationStep(facts.step.step), facts.lead, str(facts.step.id)
    if step is EscalationStep.NUDGE:
        return []
    if step in _OWNERS:
        return work_buttons(lead, str(lead.id))
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
        return _message(f"{_lead_name(lead)} is not yours any more.", too_late=True)
    return card(replace(facts, names_only=False))


_ASKS = {
    EscalationStep.NUDGE: "Nobody has claimed this lead yet. Who takes it?",
    EscalationStep.MESSAGE: "{lead} waits for someone since {since}.",
    EscalationStep.SUGGEST: "It is your turn: {lead} waits since {since}. Do you take it?",
    EscalationStep.HEAD_START: "You know this customer: {lead} is kept for you until {until}.",
    EscalationStep.MANAGER: "Nobody takes {lead}, who waits since {since}. Please find someone.",
    EscalationStep.FALLBACK: "Nobody is free for {lead}, who waits since {since}.",
}
_OWNER_ASKS = {
    EscalationStep.REMIND: "you claimed this lead {when}. Have you been in touch?",
    EscalationStep.WAKE: "you wanted to come back to this lead now.",
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
        back = " You get it back when you are." if lead.returns_to == facts.step.person_id else ""
        return f"{by.mention} took over {_lead_name(lead)}.{back}"
    gave = f" {by.mention} handed it over." if by else ""
    gave = f" Somebody handed it over{_moved_by(facts)}." if facts.via else gave
    return f"{_lead_name(lead)} is with {owner.mention} now.{gave}"


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
        if lead.first_claimed_by not in (None, facts.owner.id):
            return f"with {facts.owner.mention} now"
        done = "contacted" if lead.first_response_at else "claimed"
        return f"{done} by {facts.owner.mention}"
    return "offered to somebody else" if lead.suggested_to else "back in the channel"


def _lead_name(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company} (#{lead.id})"


def _claimed(lead: Lead) -> str:
    return moment(lead.claimed_at or lead.received_at)


def _message(text: str, *blocks: Block, too_late: bool = False) -> Message:
    return Message(text, [SectionBlock(text=text), *blocks], too_late=too_late)


# A message holds 50 blocks.
_MOST_HANDED_OVER = 40


def stands_in(handover: Handover) -> Message:
    """Who has which lead while its owner is away, and what they should know."""
    away = handover.away
    text = (
        f"{away.mention} is away until {moment(handover.until)}. Colleagues look after "
        f"{plural(len(handover.leads), 'lead')} meanwhile; what is open then goes back to them."
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


REPLAY = "submission.replay"
DISMISS = "submission.dismiss"


def rows_unread(found: Sequence[Submission]) -> list[Block]:
    """Submissions that could not be read, with what an admin may do; never what they hold."""
    return [block for each in found for block in _submission_row(each)]


def _submission_row(submission: Submission) -> list[Block]:
    text = (
        f"*{_source_of(submission)}* · #{submission.id}, {moment(submission.received_at)}\n"
        f"{safe(submission.problem or '', 500)}"
    )
    value = str(submission.id)
    buttons = [
        ButtonElement(text="Replay", action_id=REPLAY, value=value),
        ButtonElement(text="Dismiss", action_id=DISMISS, value=value),
    ]
    return [SectionBlock(text=text), ActionsBlock(elements=buttons)]


def silent(last: Submission) -> Message:
    """A warning: nothing has come from this sender for longer than is usual for it."""
    text = (
        f"*{_source_of(last)} has fallen silent.* Its last submission came "
        f"{moment(last.received_at)}; that is longer ago than is usual for it. Is its form still "
        "online, and its webhook still switched on? `handoff sources` on the server says how it "
        "is set up."
    )
    return Message(f"{_source_of(last)} has fallen silent.", [SectionBlock(text=text)])


def refused(kept: Submission) -> Message:
    """A warning: a vendor would not say which leads it has, of a form or at all."""
    title = f"{_source_of(kept)} does not let Handoff read back its leads."
    what = safe(kept.body.decode("utf-8", "replace"), 200)
    text = (
        f"*{title}*\n{what[:1].upper() + what[1:] + ': ' if what else ''}"
        f"{safe(kept.problem or '', 500)}.\n"
        "Leads arrive by its webhook as before, but those that the webhook misses there stay "
        "unknown. Does it still exist, and may the token of HANDOFF_SOURCE_TOKENS read it?"
    )
    return Message(title, [SectionBlock(text=text)])


def _source_of(submission: Submission) -> str:
    name = source_name(submission.source)
    same = submission.sender in (submission.source, "fetched")
    return safe(name if same else f"{name} ({submission.sender})", 80)

"""How the ladder speaks: the word in the thread, and the direct messages."""

from dataclasses import replace

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.leads.model import OWNED_LADDER, Lead, LeadFacts, Rung, StepFacts
from bot.leads.view.card import card, claim_button, work_buttons
from bot.slack import Message
from bot.slack.text import moment, safe

NOT_NOW = "lead.not_now"

_OWNERS = (*OWNED_LADDER, Rung.WAKE)


def step(facts: StepFacts) -> Message:
    """What a step says; once it is settled, what came of it, without buttons."""
    rung, lead = Rung(facts.step.rung), facts.lead
    if rung is Rung.TAKE_BACK:
        return _message(
            f"{_who(lead)} went back to the channel: no contact was noted after your claim."
        )
    if not _still_holds(facts):
        return _message(f"{_who(lead)}: {_outcome(facts)}.", too_late=True)
    value = str(lead.id)
    if rung in _OWNERS:
        buttons = ActionsBlock(elements=work_buttons(lead, value))
        return _message(f"{_who(lead)}: {_OWNER_ASKS[rung].format(when=_claimed(lead))}", buttons)
    elements = [claim_button(lead)]
    if rung is Rung.OFFER:
        elements.append(ButtonElement(text="Not now", action_id=NOT_NOW, value=str(facts.step.id)))
    text = _ASKS[rung].format(
        lead=_who(lead),
        since=moment(lead.received_at),
        until=moment(lead.reserved_until or lead.received_at),
    )
    if rung is Rung.NUDGE:
        return _message(text)
    return _message(text, ActionsBlock(elements=elements))


def details(taken: StepFacts, facts: LeadFacts) -> Message:
    """All that is known of a lead, for its owner alone; nothing once it is somebody else's."""
    lead = facts.lead
    if lead.claimed_by != taken.step.person_id or lead.merged_into is not None:
        return _message(f"{_who(lead)} is not yours any more.", too_late=True)
    return card(replace(facts, names_only=False))


_ASKS = {
    Rung.NUDGE: "Nobody has claimed this lead yet. Who takes it?",
    Rung.MESSAGE: "{lead} waits for someone since {since}.",
    Rung.OFFER: "It is your turn: {lead} waits since {since}. Do you take it?",
    Rung.HEAD_START: "You know this customer: {lead} is kept for you until {until}.",
    Rung.MANAGER: "Nobody takes {lead}, who waits since {since}. Please find someone.",
    Rung.FALLBACK: "Nobody is free for {lead}, who waits since {since}.",
}
_OWNER_ASKS = {
    Rung.REMIND: "you claimed this lead {when}. Have you been in touch?",
    Rung.WAKE: "you wanted to come back to this lead now.",
}


def _still_holds(facts: StepFacts) -> bool:
    """Whether the lead still waits for what the step asks."""
    step, lead = facts.step, facts.lead
    if lead.stint != step.stint or lead.is_closed or lead.merged_into is not None:
        return False
    if step.rung == Rung.REMIND:
        return lead.first_response_at is None
    return step.rung != Rung.OFFER or lead.offered_to == step.person_id


def _outcome(facts: StepFacts) -> str:
    lead = facts.lead
    if lead.merged_into is not None:
        return f"merged into #{lead.merged_into}"
    if lead.is_closed:
        return lead.status
    if facts.owner is not None:
        done = "contacted" if lead.first_response_at else "claimed"
        return f"{done} by {facts.owner.mention}"
    return "offered to somebody else" if lead.offered_to else "back in the channel"


def _who(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company} (#{lead.id})"


def _claimed(lead: Lead) -> str:
    return moment(lead.claimed_at or lead.received_at)


def _message(text: str, *blocks: Block, too_late: bool = False) -> Message:
    return Message(text, [SectionBlock(text=text), *blocks], too_late=too_late)

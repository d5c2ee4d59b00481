"""Leads that somebody looks up: what was found, what is theirs, and one lead in a modal."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.leads.messages.card import card
from bot.leads.messages.rows import SHOW, headline, list_action, rows
from bot.leads.models import Lead, LeadFacts, Mine
from bot.slack import Message
from bot.slack.text import moment, plural, safe

NOTE = "lead.note"
TAKE_OVER = "lead.take_over"
MOST_FOUND = 8


def one(facts: LeadFacts) -> View:
    """One lead, with what can be done with it."""
    blocks = [
        block for block in card(facts, with_all_answers=True).content if isinstance(block, Block)
    ]
    value = str(facts.lead.id)
    buttons = [ButtonElement(text="Add note…", action_id=NOTE, value=value)]
    if facts.owner is not None and facts.owner_back_at is not None:
        away = f"{facts.owner.mention} is away until {moment(facts.owner_back_at)}."
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=away)]))
    if facts.may_ask:
        label = "Take over" if facts.owner_back_at else "Ask to take over"
        buttons.append(ButtonElement(text=label, action_id=TAKE_OVER, value=value))
    blocks.append(ActionsBlock(elements=buttons))
    return View(
        type="modal", callback_id=SHOW, private_metadata=str(facts.lead.id),
        title=f"Lead #{facts.lead.id}"[:24], close="Done", blocks=blocks,
    )  # fmt: skip


def found(words: str, leads: Sequence[Lead]) -> Message:
    """What was found; one more than is shown tells that there are more."""
    said = f"“{safe(words, 60)}”"
    if not leads:
        return Message(
            f"No lead has {said} in its name, company or e-mail address. Try the beginning of a "
            "word, or a phone number with its country code."
        )
    shown = leads[:MOST_FOUND]
    has_more = len(leads) > len(shown)
    title = f"{'The newest ' if has_more else ''}{plural(len(shown), 'lead')} with {said}"
    blocks: list[Block] = [SectionBlock(text=f"*{title}*"), *map(_row, shown)]
    if has_more:
        more = "There are more: another word narrows it down."
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=more)]))
    return Message(title, blocks)


def mine(urgent: Sequence[Lead], counts: Mapping[Mine, int]) -> Message:
    """What is somebody's own: the most urgent in full, and a button for each list."""
    lists = [which for which in Mine if counts[which]]
    if not lists:
        return Message("Nothing is yours at the moment. New leads appear in the channel.")
    title = ", ".join(f"{counts[which]:,} {which.label.lower()}" for which in lists)
    buttons = [
        ButtonElement(
            text=f"{which.label} ({counts[which]:,})", action_id=list_action(which), value="0"
        )
        for which in lists
    ]
    blocks = [
        SectionBlock(text=f"*Yours:* {title}"),
        *rows(Mine.TO_CALL, urgent),
        ActionsBlock(elements=buttons),
    ]
    return Message(f"Yours: {title}", blocks)


def _row(lead: Lead) -> SectionBlock:
    show = ButtonElement(text="Open", action_id=SHOW, value=str(lead.id))
    return SectionBlock(text=f"{headline(lead)} · #{lead.id}", accessory=show)

"""A pair in one row of a home tab: with whom, when, and the next thing to do, with its button."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, SectionBlock

from bot.shadowing.messages.card import GOALS, PICK, WRITE, span
from bot.shadowing.models import ShadowPair, ShadowParticipant, ShadowSlot, Stage
from bot.slack.text import moment

SHOW = "shadow.show"
"""Opens what `/shadow` shows."""


def row(participant: ShadowParticipant, now: datetime) -> SectionBlock | None:
    """The pair as the person of this participant sees it; None where nothing is left for them."""
    pair = participant.pair
    assert pair is not None
    other = pair.partner_of(participant).person.mention
    if pair.stage == Stage.FINDING:
        return _finding(participant, pair, other, now)
    if pair.stage == Stage.AGREED:
        return _agreed(participant, pair, other, now)
    if pair.stage == Stage.HELD and participant.answered_at is None:
        asking = f"How was it with {other}? A few lines are enough."
        return _row(asking, "Write about it", WRITE, participant.id, is_next=True)
    return None


def _finding(
    participant: ShadowParticipant, pair: ShadowPair, other: str, now: datetime
) -> SectionBlock:
    if wanted := _wanted(participant, pair, now):
        return _suits(f"{other} can meet you {span(wanted)}. Does that suit you?", wanted)
    if participant.picked:
        waiting = f"You said which times suit you. {other} has not answered yet."
        return _row(waiting, "Show the times", SHOW, participant.id)
    until = moment(participant.round.closes_at, "{date_long_pretty}")
    finding = f"You and {other}: say by {until} which times suit you."
    return _row(finding, "Pick a time", SHOW, participant.id, is_next=True)


def _agreed(
    participant: ShadowParticipant, pair: ShadowPair, other: str, now: datetime
) -> SectionBlock:
    assert pair.agreed is not None
    meet = f"You meet {other} {span(pair.agreed)}."
    if wanted := _wanted(participant, pair, now):
        return _suits(f"{meet} They propose {span(wanted)} instead.", wanted)
    if not participant.wants:
        asking = f"{meet} What do you want to see or to learn?"
        return _row(asking, "Set goals", GOALS, participant.id, is_next=True)
    return _row(meet, "Show", SHOW, participant.id)


def _wanted(participant: ShadowParticipant, pair: ShadowPair, now: datetime) -> ShadowSlot | None:
    """The first time that suits the other, and waits for a word of this person."""
    theirs = set(pair.partner_of(participant).picked) - set(participant.picked)
    return next((slot for slot in pair.open_slots(now) if slot.id in theirs), None)


def _suits(text: str, slot: ShadowSlot) -> SectionBlock:
    return _row(f"{text} `/shadow` shows all times.", "Suits me", PICK, slot.id, is_next=True)


def _row(
    text: str, label: str, action_id: str, row_id: int, *, is_next: bool = False
) -> SectionBlock:
    style = "primary" if is_next else None
    button = ButtonElement(text=label, action_id=action_id, value=str(row_id), style=style)
    return SectionBlock(text=text, accessory=button)

"""What is said to one person beside the card: left over, resting, the reminder, the question."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.shadowing.messages.card import WRITE, span
from bot.shadowing.models import (
    LeftOver,
    Reason,
    ShadowMember,
    ShadowPair,
    ShadowSeat,
    ShadowSlot,
    Stage,
)
from bot.slack import Message
from bot.slack.text import moment, safe

_REASONS = {
    Reason.UNEVEN: "there are not as many people on the other side this time",
    Reason.ALL_MET: "you have met all who take part this time, and the others are away or busy",
    Reason.NO_TIME: "nobody of the other side works at hours that you work too",
    Reason.NOBODY: "there is nobody to pair you with at the moment",
}


def left_over(told: LeftOver) -> Message:
    """Nobody was found for the person: why, and what comes next."""
    if told.has_found:
        return _said("You were left over in this round, and have a partner now.", too_late=True)
    why = _REASONS[Reason(told.seat.reason or Reason.UNEVEN)]
    return _said(
        f"A round of Stay in my shoes has begun, and you have no partner in it: {why}. "
        f"You come first in the next one{when(told)}."
    )


def when(told: LeftOver) -> str:
    """When the next round is, as the end of a sentence."""
    if told.next_round_at is None:
        return ""
    return f", {moment(told.next_round_at, '{date_short_pretty}')}"


def rest(member: ShadowMember | None) -> Message:
    """Somebody gave no sign in three rounds: they are left in peace, and can come back."""
    if member is None or not member.rests:
        return _said("You are in the rounds of Stay in my shoes again.", too_late=True)
    return _said(
        "I have not heard from you in the last three rounds of Stay in my shoes, so I leave you in "
        "peace from now on. Whenever you want to take part again, write `/shadow in`."
    )


def reminder(slot: ShadowSlot, pair: ShadowPair) -> Message:
    """On the day, to both."""
    if pair.stage != Stage.AGREED or pair.slot_id != slot.id:
        return _said("This time does not hold any more. The card above says what does.",
                     too_late=True)  # fmt: skip
    names = " and ".join(seat.person.mention for seat in pair.taken)
    goals = [f"• {safe(goal, 250)}" for seat in pair.taken for goal in dict.fromkeys(seat.wants)]
    lines = [f"Today you stay in each other's shoes, {names}: {span(slot)}."]
    if goals:
        lines += ["What you want of it:", *dict.fromkeys(goals)]
    return _said("\n".join(lines)[:2900])


def ask(seat: ShadowSeat) -> Message:
    """After the time, each alone: how was it?"""
    pair = seat.pair
    assert pair is not None
    if seat.answered_at is not None:
        return _said("Thank you, your lines are noted.", too_late=True)
    if not Stage(pair.stage).has_met:
        return _said("This one did not take place.", too_late=True)
    button = ButtonElement(
        text="Write about it", action_id=WRITE, value=str(seat.id), style="primary"
    )
    asking = (
        f"How was it with {pair.partner_of(seat).person.mention}? What surprised you, what will "
        "you change, and do you have an idea? A few lines are enough."
    )
    return _said(asking, ActionsBlock(elements=[button]))


def _said(text: str, *more: Block, too_late: bool = False) -> Message:
    return Message(text, [SectionBlock(text=text), *more], too_late=too_late)

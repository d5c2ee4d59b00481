"""How a pair looks to each of the two: one card from the first word to the debrief."""

from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    SectionBlock,
)

from bot.shadowing.models import ShadowPair, ShadowSeat, ShadowSlot, Stage
from bot.slack import Message
from bot.slack.text import moment, plural, safe

PICK = "shadow.pick"
UNPICK = "shadow.unpick"
ANOTHER = "shadow.another"
GOALS = "shadow.goals"
HAND_ON = "shadow.hand_on"
CANCEL = "shadow.cancel"
WRITE = "shadow.write"

# More do not fit a card that is read in a moment.
_MOST_SLOTS = 8


def card(seat: ShadowSeat, now: datetime) -> Message:
    """The pair as the person of this seat sees it; `now` decides which times are still to come."""
    pair = _pair(seat)
    if seat.handed_on:
        told = "You have handed this place on to a colleague. Thank you for finding somebody."
        return Message(told, [SectionBlock(text=told)], too_late=True)
    stage = Stage(pair.stage)
    heading = f"*Stay in my shoes: you and {pair.partner_of(seat).person.mention}*"
    sentence = _SENTENCES[stage](seat, pair)
    blocks: list[Block] = [SectionBlock(text=f"{heading}\n{sentence}")]
    if stage.is_live:
        blocks += [*_slots(seat, pair, now), SectionBlock(text=_goals(seat, pair))]
    if buttons := _buttons(seat, pair):
        blocks.append(ActionsBlock(elements=buttons))
    text = f"Stay in my shoes, you and {pair.partner_of(seat).person.mention}: {sentence}"
    return Message(text, blocks, too_late=stage in (Stage.CANCELLED, Stage.LAPSED))


def span(slot: ShadowSlot) -> str:
    """When it is, in the reader's zone, and how long it takes."""
    hours = (slot.ends_at - slot.starts_at) / timedelta(hours=1)
    starts = moment(slot.starts_at, "{date_long_pretty} {time}")
    return f"{starts} to {moment(slot.ends_at, '{time}')} ({hours:.3g} h)"


def _pair(seat: ShadowSeat) -> ShadowPair:
    assert seat.pair is not None
    return seat.pair


def _finding(seat: ShadowSeat, pair: ShadowPair) -> str:
    until = moment(seat.round.closes_at, "{date_long_pretty}")
    return (
        f"{_why(seat, pair)} For an hour or a shift, one of you sits with the other at work.\n"
        f"Say by {until} which times suit you: the first that suits both is agreed."
    )


def _why(seat: ShadowSeat, pair: ShadowPair) -> str:
    if pair.campaign is None:
        return "One of you is in marketing, one in sales."
    leads = plural(pair.leads, "lead")
    name = safe(pair.campaign.name, 100)
    if seat.person_id == pair.marketer_id:
        return f"They work {leads} of your campaigns, most of them from *{name}*."
    return f"You work {leads} of their campaigns, most of them from *{name}*."


def _agreed(_seat: ShadowSeat, pair: ShadowPair) -> str:
    assert pair.agreed is not None
    return f"You meet {span(pair.agreed)}. A calendar file is in the thread."


def _held(seat: ShadowSeat, pair: ShadowPair) -> str:
    if seat.answered_at is None:
        return "How was it? A few lines are enough. You read each other's once both have written."
    other = pair.partner_of(seat).person.mention
    return f"Thank you for writing. As soon as {other} has written too, you both read both."


def _settled(_seat: ShadowSeat, pair: ShadowPair) -> str:
    assert pair.held_at is not None
    met = f"You met {moment(pair.held_at, '{date_short_pretty}')}."
    if not any(each.answered_at for each in pair.taken):
        return f"{met} Neither of you has written about it."
    return f"{met} What was written is in a message of its own."


def _cancelled(seat: ShadowSeat, pair: ShadowPair) -> str:
    mine = pair.ended_by == seat.person_id
    who = "You" if mine else pair.partner_of(seat).person.mention
    if pair.held_at is not None:
        return f"{who} told me that it did not take place. You can be paired again."
    told = f"{who} cancelled this one."
    return told if mine else f"{told} You come first in the next round."


def _lapsed(seat: ShadowSeat, pair: ShadowPair) -> str:
    told = "No time was found before the round ended."
    alone = seat.acted_at is not None and pair.partner_of(seat).acted_at is None
    return f"{told} You come first in the next one." if alone else told


_SENTENCES = {
    Stage.FINDING: _finding,
    Stage.AGREED: _agreed,
    Stage.HELD: _held,
    Stage.SETTLED: _settled,
    Stage.CANCELLED: _cancelled,
    Stage.LAPSED: _lapsed,
}


def _slots(seat: ShadowSeat, pair: ShadowPair, now: datetime) -> list[Block]:
    found = pair.open_slots(now)
    if not found:
        nothing = "No time is on the table at the moment. Propose one."
        return [] if pair.stage == Stage.AGREED else [SectionBlock(text=nothing)]
    proposed = [
        SectionBlock(text="Another time was proposed. Until both take it, nothing changes.")
    ]
    # What suits somebody comes first: that is what the other has to know of.
    found.sort(key=lambda slot: not _suiting(slot, pair))
    rows = [_slot(slot, seat, pair) for slot in found[:_MOST_SLOTS]]
    return [*(proposed if pair.stage == Stage.AGREED else []), *rows]


def _suiting(slot: ShadowSlot, pair: ShadowPair) -> list[ShadowSeat]:
    return [seat for seat in pair.taken if slot.id in seat.picked]


def _slot(slot: ShadowSlot, seat: ShadowSeat, pair: ShadowPair) -> SectionBlock:
    whom = ["you" if each.id == seat.id else each.person.mention for each in _suiting(slot, pair)]
    suits = f" · suits {' and '.join(whom)}" if whom else ""
    mine = slot.id in seat.picked
    button = ButtonElement(
        text="Does not suit me" if mine else "Suits me",
        action_id=UNPICK if mine else PICK,
        value=str(slot.id),
        style="primary" if whom and not mine else None,
    )
    return SectionBlock(text=f"{span(slot)}{suits}", accessory=button)


def _goals(seat: ShadowSeat, pair: ShadowPair) -> str:
    told = [
        ("You" if each.id == seat.id else each.person.mention, each.wants) for each in pair.taken
    ]
    lines = [f"• {who}: {safe('; '.join(wants), 700)}" for who, wants in told if wants]
    if not lines:
        return "*Goals*\nNone yet. Say what you want to see or to learn."
    return "\n".join(["*Goals*", *lines])


def _buttons(seat: ShadowSeat, pair: ShadowPair) -> list[ButtonElement]:
    stage, value = Stage(pair.stage), str(seat.id)
    if stage.is_live:
        return [
            ButtonElement(text="Propose a time", action_id=ANOTHER, value=value),
            ButtonElement(text="Goals", action_id=GOALS, value=value),
            ButtonElement(text="A colleague goes", action_id=HAND_ON, value=value),
            _cancel("Cancel", "Cancel this one?", value),
        ]
    if not stage.has_met or (stage == Stage.SETTLED and seat.answered_at is not None):
        return []
    label = "Write about it" if seat.answered_at is None else "Change what I wrote"
    write = ButtonElement(text=label, action_id=WRITE, value=value)
    if any(each.answered_at for each in pair.taken) or stage == Stage.SETTLED:
        return [write]
    return [write, _cancel("We did not meet", "Did you not meet?", value)]


def _cancel(label: str, title: str, value: str) -> ButtonElement:
    confirm = ConfirmObject(
        title=title,
        text="The other is told. You can be paired again in a later round.",
        confirm="Yes",
        deny="No",
    )
    return ButtonElement(text=label, action_id=CANCEL, value=value, confirm=confirm)

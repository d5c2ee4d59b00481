"""How a pair looks to each of the two: a card, a row of the home tab, and the page of `/shadow`."""

from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    DividerBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.formats import plural
from bot.people.models import Person
from bot.shadowing.models import Mine, ShadowPair, ShadowParticipant, ShadowSlot, Stage
from bot.slack import AnyBlock, Message
from bot.slack.text import moment, safe

PICK = "shadow.pick"
UNPICK = "shadow.unpick"
ANOTHER = "shadow.another"
GOALS = "shadow.goals"
HAND_ON = "shadow.hand_on"
CANCEL = "shadow.cancel"
WRITE = "shadow.write"

# More do not fit a card that is read in a moment.
_MOST_SLOTS = 8


def card(participant: ShadowParticipant, now: datetime) -> Message:
    """The pair as this participant sees it; `now` decides which times are still to come."""
    pair = _pair(participant)
    if participant.handed_on:
        words = "A colleague is going instead of you. Thanks for finding somebody."
        return Message(words, [SectionBlock(text=words)], too_late=True)
    stage = Stage(pair.stage)
    heading = f"*Stay in my shoes: you and {pair.partner_of(participant).person.mention}*"
    sentence = _SENTENCES[stage](participant, pair)
    blocks: list[Block] = [SectionBlock(text=f"{heading}\n{sentence}")]
    if stage.is_live:
        blocks += [*_slots(participant, pair, now), SectionBlock(text=_goals(participant, pair))]
    if buttons := _buttons(participant, pair):
        blocks.append(ActionsBlock(elements=buttons))
    text = f"Stay in my shoes, you and {pair.partner_of(participant).person.mention}: {sentence}"
    return Message(text, blocks, too_late=stage in (Stage.CANCELLED, Stage.LAPSED))


def span(slot: ShadowSlot) -> str:
    """When it is, in the reader's zone, and how long it takes."""
    hours = (slot.ends_at - slot.starts_at) / timedelta(hours=1)
    starts = moment(slot.starts_at, "{date_long_pretty} {time}")
    return f"{starts} to {moment(slot.ends_at, '{time}')} ({hours:.3g} h)"


def _pair(participant: ShadowParticipant) -> ShadowPair:
    assert participant.pair is not None
    return participant.pair


def _finding(participant: ShadowParticipant, pair: ShadowPair) -> str:
    until = moment(participant.round.closes_at, "{date_long_pretty}")
    return (
        f"{_why(participant, pair)} One of you sits in on the other's work, for an hour or a shift."
        f"\nPick times by {until}. The first one that works for both of you is booked."
    )


def _why(participant: ShadowParticipant, pair: ShadowPair) -> str:
    if pair.campaign is None:
        return "One of you is in marketing, the other in sales."
    leads = plural(pair.leads, "lead")
    name = safe(pair.campaign.name, 100)
    if participant.person_id == pair.marketer_id:
        return f"They work on {leads} from your campaigns, mostly from *{name}*."
    return f"You work on {leads} from their campaigns, mostly from *{name}*."


def _agreed(_add_pair: ShadowParticipant, pair: ShadowPair) -> str:
    assert pair.agreed is not None
    return f"You're meeting {span(pair.agreed)}. There's a calendar file in the thread."


def _held(participant: ShadowParticipant, pair: ShadowPair) -> str:
    if participant.answered_at is None:
        return (
            "How was it? A few lines are enough. You'll see each other's once you've both written."
        )
    other = pair.partner_of(participant).person.mention
    return f"Thanks! You'll see what {other} wrote once they're done too."


def _settled(_add_pair: ShadowParticipant, pair: ShadowPair) -> str:
    assert pair.held_at is not None
    met = f"You met {moment(pair.held_at, '{date_short_pretty}')}."
    if not any(each.answered_at for each in pair.taken):
        return f"{met} Neither of you has written about it yet."
    return f"{met} See the message below for what you wrote."


def _cancelled(participant: ShadowParticipant, pair: ShadowPair) -> str:
    if pair.ended_by is None:
        return _left(pair.partner_of(participant).person)
    mine = pair.ended_by == participant.person_id
    who = "You" if mine else pair.partner_of(participant).person.mention
    if pair.held_at is not None:
        return f"{who} said that you didn't meet. You can be paired again."
    words = f"{who} cancelled."
    return words if mine else f"{words} You're first in line for the next round."


def _left(partner: Person) -> str:
    """Nobody cancelled it; whoever had left and is back reads why, too."""
    if partner.active:
        return "This was cancelled while your account was deactivated."
    return (
        f"{partner.mention} has left, so you won't meet. You're first in line for the next round."
    )


def _lapsed(participant: ShadowParticipant, pair: ShadowPair) -> str:
    words = "You didn't find a time before the round ended."
    alone = participant.acted_at is not None and pair.partner_of(participant).acted_at is None
    return f"{words} You're first in line for the next one." if alone else words


_SENTENCES = {
    Stage.FINDING: _finding,
    Stage.AGREED: _agreed,
    Stage.HELD: _held,
    Stage.SETTLED: _settled,
    Stage.CANCELLED: _cancelled,
    Stage.LAPSED: _lapsed,
}


def _slots(participant: ShadowParticipant, pair: ShadowPair, now: datetime) -> list[Block]:
    slots = pair.open_slots(now)
    if not slots:
        nothing = "No times to choose from. Propose one."
        return [] if pair.stage == Stage.AGREED else [SectionBlock(text=nothing)]
    proposed = [
        SectionBlock(text="Another time was proposed. The old one stays until you both agree.")
    ]
    # What suits somebody comes first: that is what the other has to know of.
    slots.sort(key=lambda slot: not _suiting(slot, pair))
    rows = [_slot(slot, participant, pair) for slot in slots[:_MOST_SLOTS]]
    return [*(proposed if pair.stage == Stage.AGREED else []), *rows]


def _suiting(slot: ShadowSlot, pair: ShadowPair) -> list[ShadowParticipant]:
    return [participant for participant in pair.taken if slot.id in participant.picked]


def _slot(slot: ShadowSlot, participant: ShadowParticipant, pair: ShadowPair) -> SectionBlock:
    names = [
        "you" if each.id == participant.id else each.person.mention for each in _suiting(slot, pair)
    ]
    suits = f" · works for {' and '.join(names)}" if names else ""
    mine = slot.id in participant.picked
    button = ButtonElement(
        text="Doesn't work for me" if mine else "Works for me",
        action_id=UNPICK if mine else PICK,
        value=str(slot.id),
        style="primary" if names and not mine else None,
    )
    return SectionBlock(text=f"{span(slot)}{suits}", accessory=button)


def _goals(participant: ShadowParticipant, pair: ShadowPair) -> str:
    goals = [
        ("You" if each.id == participant.id else each.person.mention, each.wants)
        for each in pair.taken
    ]
    lines = [f"• {who}: {safe('; '.join(wants), 700)}" for who, wants in goals if wants]
    if not lines:
        return "*Goals*\nNone yet. What would you like to see or learn?"
    return "\n".join(["*Goals*", *lines])


def _buttons(participant: ShadowParticipant, pair: ShadowPair) -> list[ButtonElement]:
    stage, value = Stage(pair.stage), str(participant.id)
    if stage.is_live:
        return [
            ButtonElement(text="Propose a time", action_id=ANOTHER, value=value),
            ButtonElement(text="Goals", action_id=GOALS, value=value),
            ButtonElement(text="Send a colleague instead", action_id=HAND_ON, value=value),
            _cancel("Cancel", "Cancel this pairing?", value),
        ]
    if not stage.has_met or (stage == Stage.SETTLED and participant.answered_at is not None):
        return []
    label = "Write about it" if participant.answered_at is None else "Edit what I wrote"
    write = ButtonElement(text=label, action_id=WRITE, value=value)
    if any(each.answered_at for each in pair.taken) or stage == Stage.SETTLED:
        return [write]
    return [write, _cancel("We didn't meet", "You didn't meet?", value)]


def _cancel(label: str, title: str, value: str) -> ButtonElement:
    confirm = ConfirmObject(
        title=title,
        text="Your partner will be told. You can be paired again in a later round.",
        confirm="Yes",
        deny="No",
    )
    return ButtonElement(text=label, action_id=CANCEL, value=value, confirm=confirm)


SHOW = "shadow.show"
"""Opens what `/shadow` shows."""


def row(participant: ShadowParticipant, now: datetime) -> SectionBlock | None:
    """The pair as the person of this participant sees it; None where nothing is left for them."""
    pair = participant.pair
    assert pair is not None
    other = pair.partner_of(participant).person.mention
    if pair.stage == Stage.FINDING:
        return _finding_row(participant, pair, other, now)
    if pair.stage == Stage.AGREED:
        return _agreed_row(participant, pair, other, now)
    if pair.stage == Stage.HELD and participant.answered_at is None:
        asking = f"How was it with {other}? A few lines are enough."
        return _row(asking, "Write about it", WRITE, participant.id, is_next=True)
    return None


def _finding_row(
    participant: ShadowParticipant, pair: ShadowPair, other: str, now: datetime
) -> SectionBlock:
    if wanted := _wanted(participant, pair, now):
        return _suits(f"{other} can meet you {span(wanted)}. Does that work for you?", wanted)
    if participant.picked:
        waiting = f"You picked your times. {other} hasn't answered yet."
        return _row(waiting, "Show times", SHOW, participant.id)
    until = moment(participant.round.closes_at, "{date_long_pretty}")
    finding = f"You and {other}: pick a time by {until}."
    return _row(finding, "Pick a time", SHOW, participant.id, is_next=True)


def _agreed_row(
    participant: ShadowParticipant, pair: ShadowPair, other: str, now: datetime
) -> SectionBlock:
    assert pair.agreed is not None
    meet = f"You're meeting {other} {span(pair.agreed)}."
    if wanted := _wanted(participant, pair, now):
        return _suits(f"{meet} They suggest {span(wanted)} instead.", wanted)
    if not participant.wants:
        asking = f"{meet} What would you like to see or learn?"
        return _row(asking, "Set goals", GOALS, participant.id, is_next=True)
    return _row(meet, "Show", SHOW, participant.id)


def _wanted(participant: ShadowParticipant, pair: ShadowPair, now: datetime) -> ShadowSlot | None:
    """The first time that suits the other, and waits for a word of this person."""
    theirs = set(pair.partner_of(participant).picked) - set(participant.picked)
    return next((slot for slot in pair.open_slots(now) if slot.id in theirs), None)


def _suits(text: str, slot: ShadowSlot) -> SectionBlock:
    return _row(f"{text} `/shadow` shows all times.", "Works for me", PICK, slot.id, is_next=True)


def _row(
    text: str, label: str, action_id: str, row_id: int, *, is_next: bool = False
) -> SectionBlock:
    style = "primary" if is_next else None
    button = ButtonElement(text=label, action_id=action_id, value=str(row_id), style=style)
    return SectionBlock(text=text, accessory=button)


PAGE = "shadow.page"
"""What `/shadow` shows, as a modal."""
OUT = "shadow.out"
IN = "shadow.in"
APART = "shadow.apart"


def page(mine: Mine) -> View:
    """A person's page."""
    blocks: list[AnyBlock] = []
    for participant in mine.participants:
        blocks += [*card(participant, mine.shown_at).content, DividerBlock()]
    blocks.append(SectionBlock(text=_state(mine)))
    if mine.has_side:
        blocks.append(ActionsBlock(elements=_page_buttons(mine)))
    return View(
        type="modal", callback_id=PAGE, title="Stay in my shoes", close="Done", blocks=blocks
    )


def welcome(next_round_at: datetime | None) -> str:
    """What `/shadow in` answers."""
    return f"You're back in. {_next(next_round_at)}"


def _is_in(mine: Mine) -> bool:
    return mine.member is None or not (mine.member.is_out or mine.member.rests)


def _state(mine: Mine) -> str:
    if not mine.has_side:
        return (
            "Each round pairs people from marketing and sales, and you're in neither yet. Admins "
            "assign roles with `/handoff people`."
        )
    lines = [] if mine.participants else ["Nothing to do right now."]
    if mine.member is not None and mine.member.is_out:
        lines.append("You're skipping rounds until you join again.")
    elif mine.member is not None and mine.member.rests:
        lines.append("You're paused because I didn't hear from you in three rounds.")
    elif mine.member is not None and mine.member.waited and not mine.participants:
        lines.append("You had no partner last time, so you're first in line for the next round.")
    return "\n".join([*lines, _next(mine.next_round_at)])


def _next(at: datetime | None) -> str:
    if at is None:
        return "No rounds are planned. Managers can turn them on with `/shadow settings`."
    return f"The next round is {moment(at)}."


def _page_buttons(mine: Mine) -> list[ButtonElement]:
    value = str(mine.person.id)
    turn = (
        ButtonElement(text="Skip future rounds", action_id=OUT, value=value)
        if _is_in(mine)
        else ButtonElement(text="Join again", action_id=IN, value=value, style="primary")
    )
    return [turn, ButtonElement(text="Not with…", action_id=APART, value=value)]

"""What is said beside the card: left over, resting, the reminder, the question, the debriefs."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.formats import plural
from bot.shadowing.messages import WRITE, span
from bot.shadowing.models import (
    LeftOver,
    Quarter,
    Reason,
    ShadowMember,
    ShadowPair,
    ShadowParticipant,
    ShadowSlot,
    Stage,
)
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.text import clean, moment, safe

_REASONS = {
    Reason.UNEVEN: "there aren't enough people in the other department this time",
    Reason.ALL_MET: "you've met everyone who is taking part this time",
    Reason.NO_TIME: "nobody in the other department shares your working hours",
    Reason.NOBODY: "there's nobody to pair you with right now",
}


def left_over(left: LeftOver) -> Message:
    """Nobody was found for the person: why, and what comes next."""
    if left.has_found:
        return _notice("You have a partner for this round now.", too_late=True)
    why = _REASONS[Reason(left.participant.reason or Reason.UNEVEN)]
    return _notice(
        f"A new round of Stay in my shoes has started, but you have no partner: {why}. "
        f"You're first in line for the next one{when(left)}."
    )


def when(left: LeftOver) -> str:
    """When the next round is, as the end of a sentence."""
    if left.next_round_at is None:
        return ""
    return f", {moment(left.next_round_at, '{date_short_pretty}')}"


def rest(member: ShadowMember | None) -> Message:
    """Somebody gave no sign in three rounds: they are left in peace, and can come back."""
    if member is None or not member.rests:
        return _notice("You're taking part in Stay in my shoes again.", too_late=True)
    return _notice(
        "I didn't hear from you in the last three rounds of Stay in my shoes, so I'll stop asking. "
        "Use `/shadow in` to join again."
    )


def reminder(slot: ShadowSlot, pair: ShadowPair) -> Message:
    """On the day, to both."""
    if pair.stage != Stage.AGREED or pair.slot_id != slot.id:
        return _notice("You're no longer meeting at this time. See the card above.",
                     too_late=True)  # fmt: skip
    names = " and ".join(participant.person.mention for participant in pair.taken)
    goals = [
        f"• {safe(goal, 250)}"
        for participant in pair.taken
        for goal in dict.fromkeys(participant.wants)
    ]
    lines = [f"{names}, you're meeting today: {span(slot)}."]
    if goals:
        lines += ["Your goals:", *dict.fromkeys(goals)]
    return _notice("\n".join(lines)[:2900])


def ask(participant: ShadowParticipant) -> Message:
    """After the time, each alone: how was it?"""
    pair = participant.pair
    assert pair is not None
    if participant.answered_at is not None:
        return _notice("Thanks, I've saved what you wrote.", too_late=True)
    if not Stage(pair.stage).has_met:
        return _notice("You didn't meet.", too_late=True)
    button = ButtonElement(
        text="Write about it", action_id=WRITE, value=str(participant.id), style="primary"
    )
    asking = (
        f"How was it with {pair.partner_of(participant).person.mention}? What surprised you, what "
        "will you change, any ideas? A few lines are enough."
    )
    return _notice(asking, ActionsBlock(elements=[button]))


def _notice(text: str, *more: Block, too_late: bool = False) -> Message:
    return Message(text, [SectionBlock(text=text), *more], too_late=too_late)


REQUEST = "shadow.request"
DRAFT = "shadow.draft"

# Three answers of two people stay below what a message may hold, however much they escape.
_LONGEST = 1400


def met(pair: ShadowPair) -> Message:
    """What both wrote, for both; an idea can become a request."""
    return _together(pair, [_becomes(participant) for participant in pair.taken])


def shared(pair: ShadowPair) -> Message:
    """What both wrote, for the channel, since both agreed."""
    return _together(pair, [[] for _ in pair.taken])


def quarter_line(quarter: Quarter) -> str:
    """A quarter of shadowing in a line; empty where nothing took place."""
    if not quarter.met:
        return ""
    line = f"Stay in my shoes: {plural(quarter.met, 'pair')} met this quarter"
    wrote = f" and wrote {plural(quarter.debriefs, 'debrief')} with {plural(quarter.ideas, 'idea')}"
    became = f"; {plural(quarter.requests, 'idea')} became a request" if quarter.requests else ""
    if quarter.requests > 1:
        became = f"; {quarter.requests:,} ideas became requests"
    came = f", {plural(quarter.campaigns, 'campaign')} came out of it" if quarter.campaigns else ""
    return f"{line}{wrote}{became}{came}."


def quarter_message(quarter: Quarter) -> Message:
    """The same as a message of its own."""
    line = quarter_line(quarter)
    return Message(line, [SectionBlock(text=line)])


def _together(pair: ShadowPair, more: Sequence[Sequence[Block]]) -> Message:
    names = " and ".join(safe(participant.person.name, 80) for participant in pair.taken)
    title = clean(
        " and ".join(clean(participant.person.name, 50) for participant in pair.taken), 110
    )
    heading = PlainTextObject(text=f"In each other's shoes: {title}", emoji=False)
    blocks: list[Block] = [HeaderBlock(text=heading)]
    for participant, below in zip(pair.taken, more, strict=True):
        blocks += [*_answers(participant), *below]
    return Message(f"{names} shadowed each other. Here's what they learned.", blocks)


def _answers(participant: ShadowParticipant) -> list[Block]:
    if participant.answered_at is None:
        return [_text(f"*{safe(participant.person.name, 80)}* hasn't written yet.")]
    answers = [
        ("was surprised by", participant.surprised),
        ("will change", participant.change),
        ("has an idea", participant.idea),
    ]
    name = safe(participant.person.name, 80)
    return [_text(f"*{name} {what}*\n{safe(text, _LONGEST)}") for what, text in answers if text]


def _becomes(participant: ShadowParticipant) -> list[Block]:
    """What an idea can become, or has."""
    if not participant.idea or participant.answered_at is None:
        return []
    if participant.request_id is not None:
        return [note("This idea is now a request to marketing.")]
    if participant.campaign_id is not None:
        return [note("This idea is now a draft campaign.")]
    buttons = [
        ButtonElement(text="Make it a request", action_id=REQUEST, value=str(participant.id)),
        ButtonElement(
            text="Draft a campaign (marketing)", action_id=DRAFT, value=str(participant.id)
        ),
    ]
    return [ActionsBlock(elements=buttons)]


def _text(text: str) -> SectionBlock:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))

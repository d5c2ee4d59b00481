"""How two debriefs meet: to both, with what an idea can become, and to the channel."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.shadowing.models import Quarter, ShadowPair, ShadowSeat
from bot.slack import Message
from bot.slack.text import clean, plural, safe

REQUEST = "shadow.request"
DRAFT = "shadow.draft"

# Three answers of two people stay below what a message may hold, however much they escape.
_LONGEST = 1400


def met(pair: ShadowPair) -> Message:
    """What both wrote, for both; an idea can become a request."""
    return _together(pair, [_becomes(seat) for seat in pair.taken])


def shared(pair: ShadowPair) -> Message:
    """What both wrote, for the channel, since both agreed."""
    return _together(pair, [[] for _ in pair.taken])


def quarter_line(told: Quarter) -> str:
    """A quarter of shadowing in a line; empty where nothing took place."""
    if not told.met:
        return ""
    line = f"Stay in my shoes: {plural(told.met, 'pair')} met this quarter"
    wrote = f" and wrote {plural(told.debriefs, 'debrief')} with {plural(told.ideas, 'idea')}"
    became = f"; {plural(told.requests, 'idea')} became a request" if told.requests else ""
    if told.requests > 1:
        became = f"; {told.requests:,} ideas became requests"
    came = f", {plural(told.campaigns, 'campaign')} came of it" if told.campaigns else ""
    return f"{line}{wrote}{became}{came}."


def quarter_message(told: Quarter) -> Message:
    """The same as a message of its own."""
    line = quarter_line(told)
    return Message(line, [SectionBlock(text=line)])


def _together(pair: ShadowPair, more: Sequence[Sequence[Block]]) -> Message:
    names = " and ".join(safe(seat.person.name, 80) for seat in pair.taken)
    title = clean(" and ".join(clean(seat.person.name, 50) for seat in pair.taken), 110)
    heading = PlainTextObject(text=f"In each other's shoes: {title}", emoji=False)
    blocks: list[Block] = [HeaderBlock(text=heading)]
    for seat, below in zip(pair.taken, more, strict=True):
        blocks += [*_answers(seat), *below]
    return Message(f"{names} stayed in each other's shoes, and wrote what they take along.", blocks)


def _answers(seat: ShadowSeat) -> list[Block]:
    if seat.answered_at is None:
        return [_text(f"*{safe(seat.person.name, 80)}* has not written.")]
    said = [
        ("was surprised by", seat.surprised),
        ("will change", seat.change),
        ("has an idea", seat.idea),
    ]
    name = safe(seat.person.name, 80)
    return [_text(f"*{name} {what}*\n{safe(text, _LONGEST)}") for what, text in said if text]


def _becomes(seat: ShadowSeat) -> list[Block]:
    """What an idea can become, or has."""
    if not seat.idea or seat.answered_at is None:
        return []
    if seat.request_id is not None:
        return [_note("This idea is a request now: marketing answers it.")]
    if seat.campaign_id is not None:
        return [_note("This idea is the draft of a campaign now.")]
    buttons = [
        ButtonElement(text="Make it a request", action_id=REQUEST, value=str(seat.id)),
        ButtonElement(text="Draft a campaign (marketing)", action_id=DRAFT, value=str(seat.id)),
    ]
    return [ActionsBlock(elements=buttons)]


def _note(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def _text(text: str) -> SectionBlock:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))

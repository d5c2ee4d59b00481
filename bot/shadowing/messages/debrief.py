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

from bot.shadowing.models import Quarter, ShadowPair, ShadowParticipant
from bot.slack import Message
from bot.slack.text import clean, plural, safe

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
    came = f", {plural(quarter.campaigns, 'campaign')} came of it" if quarter.campaigns else ""
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
    return Message(f"{names} stayed in each other's shoes, and wrote what they take along.", blocks)


def _answers(participant: ShadowParticipant) -> list[Block]:
    if participant.answered_at is None:
        return [_text(f"*{safe(participant.person.name, 80)}* has not written.")]
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
        return [_note("This idea is a request now: marketing answers it.")]
    if participant.campaign_id is not None:
        return [_note("This idea is the draft of a campaign now.")]
    buttons = [
        ButtonElement(text="Make it a request", action_id=REQUEST, value=str(participant.id)),
        ButtonElement(
            text="Draft a campaign (marketing)", action_id=DRAFT, value=str(participant.id)
        ),
    ]
    return [ActionsBlock(elements=buttons)]


def _note(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def _text(text: str) -> SectionBlock:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))

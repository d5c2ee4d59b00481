"""How a call list looks: how far it is, and the button to go on."""

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

from bot.campaigns.texts import offer_line
from bot.leads.models import CallList, CallOutcome, CallProgress
from bot.slack import Message
from bot.slack.text import bar, clean, moment, plural, safe

NEXT = "calls.next"

_GAVE_UP = "Not reached at all"


def call_list(how_far: CallProgress) -> Message:
    """The card of a call list."""
    listed, called = how_far.listed, how_far.total - how_far.left
    title = f"Call list: {listed.name}"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False)),
        SectionBlock(text=f"{bar(called, how_far.total)}\n{_sentence(how_far)}"),
    ]
    if how_far.campaign:
        offer = f"*{safe(how_far.campaign.name, 150)}*\n{offer_line(how_far.campaign)}"
        blocks.append(SectionBlock(text=offer))
    if how_far.by_outcome:
        blocks.append(SectionBlock(text=_outcomes(how_far)))
    blocks.append(
        ContextBlock(elements=[MarkdownTextObject(text=f"Since {moment(listed.created_at)}")])
    )
    if how_far.left:
        blocks.append(ActionsBlock(elements=[next_button(listed)]))
    return Message(f"{safe(title, 150)}: {_sentence(how_far)}", blocks)


def next_button(listed: CallList) -> ButtonElement:
    """Call the next one."""
    return ButtonElement(text="Next contact", action_id=NEXT, value=str(listed.id), style="primary")


def _sentence(how_far: CallProgress) -> str:
    if not how_far.left:
        return f"All {plural(how_far.total, 'contact')} called."
    called = how_far.total - how_far.left
    return f"{called:,} of {plural(how_far.total, 'contact')} called, {how_far.left:,} left."


def _outcomes(how_far: CallProgress) -> str:
    words = {str(each): each.label for each in CallOutcome} | {CallOutcome.NO_ANSWER: _GAVE_UP}
    known = [(words[key], how_far.by_outcome.get(key, 0)) for key in map(str, CallOutcome)]
    return " · ".join(f"{word}: *{count:,}*" for word, count in known if count)

"""How an announcement looks: its card, a question about it, and the word to its owner."""

import re
from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    MarkdownTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)

from bot.campaigns.model import Campaign, CampaignQuestion, Kind, Readership, Stage
from bot.campaigns.view.offer import offer_line, period
from bot.campaigns.view.words import day_in_words, only, plain, sentence_case, small
from bot.people.model import Person
from bot.slack import Message
from bot.slack.text import safe

GOT_IT = "campaign.got_it"
ASK = "campaign.ask"

_MOST_NAMES = 6
_MOST_LISTED = 10  # of each group: three times that stays below Slack's 50 blocks

# A bullet that someone typed; a minus before a number is none.
_MARKER = re.compile(r"^\s*[-–—•*·]\s+")


def card(campaign: Campaign, readership: Readership, today: date) -> Message:
    """The announcement in the channel; the campaign comes with its owner."""
    if campaign.is_over(today):
        return _ended(campaign)
    name = f"“{safe(campaign.name)}”"
    return Message(
        f"{campaign.owner.mention} announces the campaign {name}: {offer_line(campaign)}.",
        [
            _title(campaign),
            *_promise(campaign),
            small(_read_by(readership)),
            ActionsBlock(
                elements=[
                    _button(campaign, "Got it", GOT_IT, style="primary"),
                    _button(campaign, "Ask", ASK),
                ]
            ),
        ],
    )


def _ended(campaign: Campaign) -> Message:
    """The announcement once the offer is over: still there to read, with nothing to confirm."""
    day = f" on {day_in_words(campaign.ends_on)}" if campaign.ends_on else ""
    ended = "was cancelled." if campaign.stage == Stage.CANCELLED else f"ended{day}."
    return Message(
        f"The campaign “{safe(campaign.name)}” {ended}",
        [
            _title(campaign),
            small(sentence_case(ended)),
            *_promise(campaign),
            ActionsBlock(elements=[_button(campaign, "Ask", ASK)]),
        ],
    )


def question(asked: CampaignQuestion) -> Message:
    """A question in the announcement's thread; it comes with who asked, the campaign, its owner."""
    campaign, asker = asked.campaign, asked.person
    who = f"{asker.mention} asks {campaign.owner.mention}"
    words = RichTextElementParts.Text(text=asked.text)
    return Message(
        f"{who} about “{safe(campaign.name)}”: {safe(asked.text)}",
        [
            SectionBlock(text=f"{who}:"),
            RichTextBlock(elements=[RichTextQuoteElement(elements=[words])]),
        ],
    )


def confirmation(campaign: Campaign, channel: str, *, posted: bool) -> Message:
    """What the announcer hears: where it stands, or that Slack did not take it."""
    name, where = f"“{safe(campaign.name)}”", f"<#{channel}>"
    if not posted:
        return only(
            f"{name} is saved, but Slack did not let me post it in {where}. Please tell an admin, "
            "and do not announce it again: `handoff doctor` says what to fix, and `handoff jobs` "
            "posts it after that."
        )
    return only(
        f"{name} is announced in {where}. Sales confirms it there with *Got it*; "
        "questions come into its thread and mention you."
    )


def _title(campaign: Campaign) -> HeaderBlock:
    return HeaderBlock(text=plain(f"Campaign: {campaign.name}", 150))


def _promise(campaign: Campaign) -> list[Block]:
    """What the campaign promises, to whom and until when: the part that sales reads."""
    return [
        _titled("Offer", campaign.offer),
        SectionBlock(fields=_facts(campaign)),
        _titled("Terms", campaign.terms),
        *_points(campaign.talking_points),
    ]


def _facts(campaign: Campaign) -> list[MarkdownTextObject]:
    facts = {
        "When": sentence_case(period(campaign)),
        "For": safe(campaign.audience),
        "Kind": Kind(campaign.kind).label,
        "Owner": campaign.owner.mention,
    }
    if campaign.utm_campaign:
        # A code has no character that means something in mrkdwn between backticks, and is copied.
        facts["UTM campaign code"] = f"`{campaign.utm_campaign}`"
    return [MarkdownTextObject(text=f"*{name}*\n{fact}") for name, fact in facts.items()]


def _titled(title: str, text: str) -> RichTextBlock:
    """Rich text shows what people wrote as it is: nothing in it is parsed, and it can be copied."""
    words = RichTextElementParts.Text(text=f"\n{text}")
    return RichTextBlock(elements=[RichTextSectionElement(elements=[_bold(title), words])])


def _points(text: str) -> list[RichTextBlock]:
    """Talking points as a list, one a line, whether or not they were typed as one."""
    lines = [_MARKER.sub("", line).strip() for line in text.splitlines()]
    points = [
        RichTextSectionElement(elements=[RichTextElementParts.Text(text=line)])
        for line in lines
        if line
    ]
    if not points:
        return []
    heading = RichTextSectionElement(elements=[_bold("Talking points")])
    return [RichTextBlock(elements=[heading, RichTextListElement(style="bullet", elements=points)])]


def _bold(text: str) -> RichTextElementParts.Text:
    style = RichTextElementParts.TextStyle(bold=True)
    return RichTextElementParts.Text(text=text, style=style)


def _read_by(readership: Readership) -> str:
    if not readership.size:
        return "Nobody is in sales yet. An admin gives roles with /handoff people."
    count = f"Read by {len(readership.readers)} of {readership.size} in sales"
    if not readership.readers:
        return f"{count}."
    line = f"{count}: {_names(readership.readers)}."
    return f"{line} Not yet: {_names(readership.waiting)}." if readership.waiting else line


def _names(people: Sequence[Person]) -> str:
    """`Ana, Ben and 3 more`: plain names, because a mention would call them each time."""
    names = [safe(person.name, 100) for person in people[:_MOST_NAMES]]
    left = len(people) - _MOST_NAMES
    *others, last = [*names, f"{left} more"] if left > 0 else names
    return f"{', '.join(others)} and {last}" if others else last


def _button(
    campaign: Campaign, label: str, action_id: str, *, style: str | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action_id, value=str(campaign.id), style=style)

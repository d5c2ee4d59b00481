"""How campaigns look: the announcement, a question, the word to the announcer, and the list."""

import re
from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)

from bot.campaigns.model import (
    RECENTLY_DAYS,
    Campaign,
    CampaignQuestion,
    Kind,
    Overview,
    Readership,
)
from bot.people.model import Person
from bot.slack import Message
from bot.slack.text import clean, plural, safe

GOT_IT = "campaign.got_it"
ASK = "campaign.ask"

_MOST_NAMES = 6
_MOST_LISTED = 10  # of each group: three times that stays below Slack's 50 blocks

# A bullet that someone typed; a minus before a number is none.
_MARKER = re.compile(r"^\s*[-–—•*·]\s+")


def card(campaign: Campaign, readership: Readership, today: date) -> Message:
    """The announcement in the channel; the campaign comes with its owner."""
    if campaign.has_ended_by(today):
        return _ended(campaign)
    name = f"“{safe(campaign.name)}”"
    return Message(
        f"{campaign.owner.mention} announces the campaign {name}: {offer_line(campaign)}.",
        [
            _title(campaign),
            *_promise(campaign),
            _small(_read_by(readership)),
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
    assert campaign.ends_on is not None
    ended = f"ended on {_day(campaign.ends_on)}."
    return Message(
        f"The campaign “{safe(campaign.name)}” {ended}",
        [
            _title(campaign),
            _small(_sentence_case(ended)),
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
        return _only(
            f"{name} is saved, but Slack did not let me post it in {where}. Please tell an admin, "
            "and do not announce it again: `handoff doctor` says what to fix, and `handoff jobs` "
            "posts it after that."
        )
    return _only(
        f"{name} is announced in {where}. Sales confirms it there with *Got it*; "
        "questions come into its thread and mention you."
    )


def offer_line(campaign: Campaign) -> str:
    """The offer and its dates in one line of mrkdwn, as a lead's card says them."""
    return f"{safe(' '.join(campaign.offer.split()), 320)} · {period(campaign)}"


def period(campaign: Campaign) -> str:
    """The campaign's days in words: `1 to 30 June 2026`."""
    first, last = campaign.starts_on, campaign.ends_on
    if last is None:
        return f"from {_day(first)} until further notice"
    if first == last:
        return f"on {_day(first)} only"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {_day(last)}"
    return f"{_day(first)} to {_day(last)}"


def listing(overview: Overview) -> Message:
    """The answer to `/campaign list`."""
    if overview.is_empty:
        return _only(
            "No campaign runs, comes or has ended recently. Marketing announces one with "
            "`/campaign`."
        )
    groups = {
        "Running": overview.running,
        "Coming": overview.coming,
        f"Ended in the last {RECENTLY_DAYS} days": overview.ended,
    }
    text = (
        f"{plural(len(overview.running), 'campaign')} running, {len(overview.coming)} coming, "
        f"{len(overview.ended)} ended in the last {RECENTLY_DAYS} days."
    )
    blocks = [
        block for title, campaigns in groups.items() for block in _group(title, campaigns, overview)
    ]
    return Message(text, blocks)


def _group(title: str, campaigns: Sequence[Campaign], overview: Overview) -> list[Block]:
    if not campaigns:
        return []
    blocks: list[Block] = [HeaderBlock(text=_plain(title, 150))]
    blocks.extend(_row(campaign, overview) for campaign in campaigns[:_MOST_LISTED])
    left = len(campaigns) - _MOST_LISTED
    if left > 0:
        blocks.append(_small(f"and {left:,} more"))
    return blocks


def _row(campaign: Campaign, overview: Overview) -> SectionBlock:
    readers = overview.readers.get(campaign.id, 0)
    return SectionBlock(
        text=f"*{safe(campaign.name)}* · {Kind(campaign.kind).label}\n{offer_line(campaign)}\n"
        f"Read by {readers} of {overview.sales} in sales"
    )


def _title(campaign: Campaign) -> HeaderBlock:
    return HeaderBlock(text=_plain(f"Campaign: {campaign.name}", 150))


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
        "When": _sentence_case(period(campaign)),
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


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def _only(text: str) -> Message:
    return Message(text, [SectionBlock(text=text)])


def _plain(text: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=clean(text, limit), emoji=False)

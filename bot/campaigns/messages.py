"""How an announcement looks in the channel, and the questions in its thread."""

import re
from collections.abc import Sequence
from dataclasses import replace
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
from slack_sdk.models.views import View

from bot import formats
from bot.campaigns.models import (
    Campaign,
    CampaignQuestion,
    Kind,
    Offer,
    Readership,
    SinceAnnouncement,
    Stage,
)
from bot.campaigns.texts import (
    changed_texts,
    last_change,
    late_words,
    offer_line,
    period,
    plain,
    sentence_case,
)
from bot.formats import plural
from bot.people.models import Person
from bot.slack import Message
from bot.slack.blocks import characters, note
from bot.slack.paging import page_count, page_turns
from bot.slack.text import clean, moment, safe, share

ANSWER = "campaign.answer"
TURN = "campaign.questions_page"

_ON_CARD = 300  # characters of a question or an answer that the card shows
# Slack refuses a message of about 12,000 characters: what is promised stays whole, and what
# happened since is cut to the room that is left.
_ROOM = 11_500
_SHORTEST = 20

GOT_IT = "campaign.got_it"
ASK = "campaign.ask"
QUESTIONS = "campaign.questions"

_MOST_NAMES = 6
_NOTHING = SinceAnnouncement()
_MOST_LISTED = 10  # of each group: three times that stays below Slack's 50 blocks

# A bullet that someone typed; a minus before a number is none.
_MARKER = re.compile(r"^\s*[-–—•*·]\s+")


def question(row: CampaignQuestion) -> Message:
    """A question in the announcement's thread, and its answer; with all who take part."""
    campaign, asker = row.campaign, row.person
    sentence = f"{asker.mention} asks {campaign.owner.mention}"
    text = f"{sentence} about “{safe(campaign.name)}”: {safe(row.text)}"
    blocks: list[Block] = [SectionBlock(text=f"{sentence}:"), _quote(row.text)]
    if row.answer:
        text = f"{text} Answer: {safe(row.answer)}"
        blocks += [SectionBlock(text=f"{_answerer(row)} answers:"), _quote(row.answer)]
    return Message(text, [*blocks, ActionsBlock(elements=[answer_button(row)])])


def answered(row: CampaignQuestion) -> Message:
    """What whoever asked hears."""
    text = f"{_answerer(row)} answered your question about “{safe(row.campaign.name)}”"
    return Message(
        f"{text}: {safe(row.answer or '')}",
        [
            SectionBlock(text=f"{text}:"),
            _quote(row.text),
            SectionBlock(text=plain(row.answer or "", 1_100)),
        ],
    )


def answers(answered: Sequence[CampaignQuestion], longest: int = _ON_CARD) -> list[Block]:
    """The newest questions with their answers, as the card shows them."""
    if not answered:
        return []
    bold = RichTextElementParts.TextStyle(bold=True)
    parts = [RichTextElementParts.Text(text="Questions and answers", style=bold)]
    for each in answered:
        text, answer = clean(each.text, longest), clean(each.answer or "", longest)
        italic = RichTextElementParts.TextStyle(italic=True)
        parts.append(RichTextElementParts.Text(text=f"\n{' '.join(text.split())}", style=italic))
        parts.append(RichTextElementParts.Text(text=f"\n{answer}"))
    return [RichTextBlock(elements=[RichTextSectionElement(elements=parts)])]


def questions(
    campaign: Campaign, rows: Sequence[CampaignQuestion], page: int, count: int, size: int
) -> View:
    """A page of all questions about a campaign."""
    pages = page_count(count, size)
    return View(
        type="modal",
        callback_id=TURN,
        private_metadata=str(campaign.id),
        title="Questions",
        close="Done",
        blocks=[
            SectionBlock(text=f"*{safe(campaign.name, 150)}*"),
            *[block for each in rows for block in _question_row(each)],
            *([] if rows else [SectionBlock(text="Nobody has asked yet.")]),
            *page_turns(TURN, page, pages),
            note(f"{plural(count, 'question')}, page {page + 1} of {pages}"),
        ],
    )


def answer_button(question: CampaignQuestion) -> ButtonElement:
    """Answer, for the owner."""
    label = "Change the answer" if question.answer else "Answer"
    return ButtonElement(text=label, action_id=ANSWER, value=str(question.id))


def _question_row(question: CampaignQuestion) -> list[Block]:
    line = f"{safe(question.person.name, 100)} asked {moment(question.asked_at)}"
    if question.answered_at:
        line += f" · {_answerer(question)} answered {moment(question.answered_at)}"
    text = question.answer or "Not answered yet."
    return [
        _quote(question.text),
        SectionBlock(text=plain(text, 1_100), accessory=answer_button(question)),
        note(line),
    ]


def _answerer(question: CampaignQuestion) -> str:
    return question.answerer.mention if question.answerer else "Somebody"


def _quote(text: str) -> RichTextBlock:
    words = RichTextElementParts.Text(text=text)
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[words])])


def card(
    campaign: Campaign, readership: Readership, today: date, since: SinceAnnouncement = _NOTHING
) -> Message:
    """The announcement in the channel; the campaign comes with its owner."""
    if campaign.is_over(today):
        return _over(campaign, since)
    name = f"“{safe(campaign.name)}”"
    text = f"{campaign.owner.mention} announces the campaign {name}: {offer_line(campaign)}."
    if campaign.stage == Stage.PAUSED:
        text = f"The campaign {name} is paused. Please don't promise it for now."
    head = [_title(campaign), *_paused(campaign)]
    offer = offer_blocks(campaign, campaign)
    buttons = [got_it_button(campaign), *_question_buttons(campaign, since)]
    foot: list[Block] = [note(read_by(readership)), ActionsBlock(elements=buttons)]
    longest = _share(campaign, since, [*head, *offer, *foot])
    change = last_change(campaign, since.change, longest)
    return Message(text, [*head, *change, *offer, *answers(since.answered, longest), *foot])


def _share(campaign: Campaign, since: SinceAnnouncement, others: Sequence[Block]) -> int:
    """How long each text of what happened since may be: the other blocks keep their room."""
    around = [*last_change(campaign, since.change, 1), *answers(since.answered, 1)]
    room = _ROOM - characters([*others, *around])
    texts = [text or "" for each in since.answered for text in (each.text, each.answer)]
    lengths = [len(clean(text, _ON_CARD)) for text in texts]
    lengths += map(len, changed_texts(since.change))
    return max(share(lengths, room, _ON_CARD), _SHORTEST)


def preview(campaign: Campaign) -> list[Block]:
    """The announcement before it is made, without its buttons; the campaign has its owner."""
    return [_title(campaign), *offer_blocks(campaign, campaign)]


def _over(campaign: Campaign, since: SinceAnnouncement) -> Message:
    """The announcement once the offer is over: still there to read, with nothing to confirm."""
    day = f" on {formats.day(campaign.ends_on)}" if campaign.ends_on else ""
    over = "was cancelled." if campaign.stage == Stage.CANCELLED else f"ended{day}."
    late = f"*What to tell late callers:* {safe(late_words(campaign), 400)}"
    shown = [
        _title(campaign),
        note(sentence_case(over)),
        SectionBlock(text=late),
        *offer_blocks(campaign, campaign),
    ]
    buttons = ActionsBlock(elements=_question_buttons(campaign, since))
    longest = _share(campaign, replace(since, change=None), [*shown, buttons])
    return Message(
        f"The campaign “{safe(campaign.name)}” {over}",
        [*shown, *answers(since.answered, longest), buttons],
    )


def _paused(campaign: Campaign) -> list[Block]:
    if campaign.stage != Stage.PAUSED:
        return []
    owner = campaign.owner.mention
    return [SectionBlock(text=f"*Paused.* Ask {owner} before you promise it.")]


def got_it_button(campaign: Campaign) -> ButtonElement:
    """Confirm that one has read what is promised."""
    return _button(campaign, "Got it", GOT_IT, style="primary")


def _question_buttons(campaign: Campaign, since: SinceAnnouncement) -> list[ButtonElement]:
    ask = _button(campaign, "Ask a question", ASK)
    if not since.questions:
        return [ask]
    return [ask, _button(campaign, f"Questions ({since.questions:,})", QUESTIONS)]


def _title(campaign: Campaign) -> HeaderBlock:
    return HeaderBlock(text=plain(f"Campaign: {campaign.name}", 150))


def offer_blocks(shown: Offer, campaign: Campaign) -> list[Block]:
    """What a campaign promises, or one of its versions did: the part that sales reads."""
    return [
        _titled("Offer", shown.offer),
        SectionBlock(fields=facts(shown, campaign)),
        _titled("Terms", shown.terms),
        *_points("Talking points", shown.talking_points),
        *_points("If they object", shown.objections),
        *_materials(shown),
    ]


def offer_terms(shown: Offer) -> list[Block]:
    """What one looks up while the customer is on the phone: price, terms, and what to answer."""
    return [
        *([_titled("Price", shown.price)] if shown.price else []),
        _titled("Terms", shown.terms),
        *_points("If they object", shown.objections),
    ]


def offer_for_a_call(shown: Offer) -> list[Block]:
    """The same, then what to say and to send."""
    return [
        *offer_terms(shown),
        *_points("Talking points", shown.talking_points),
        *_materials(shown),
    ]


def facts(shown: Offer, campaign: Campaign) -> list[MarkdownTextObject]:
    """For whom it is, when, and whose: two of them stand beside each other."""
    known = {
        "When": sentence_case(period(shown)),
        "For": safe(shown.audience),
        "Kind": Kind(campaign.kind).label,
        "Owner": campaign.owner.mention,
    }
    if shown.price:
        known["Price"] = safe(shown.price, 400)
    if shown.channels:
        known["Channels"] = safe(", ".join(shown.channels), 400)
    if campaign.utm_campaign:
        # A code has no character that means something in mrkdwn between backticks, and is copied.
        known["UTM campaign code"] = f"`{campaign.utm_campaign}`"
    return [MarkdownTextObject(text=f"*{name}*\n{fact}") for name, fact in known.items()]


def _titled(title: str, text: str) -> RichTextBlock:
    """Rich text shows what people wrote as it is: nothing in it is parsed, and it can be copied."""
    words = RichTextElementParts.Text(text=f"\n{text}")
    return RichTextBlock(elements=[RichTextSectionElement(elements=[_bold(title), words])])


def _points(title: str, text: str) -> list[RichTextBlock]:
    """Points as a list, one a line, whether or not they were typed as one."""
    lines = [_MARKER.sub("", line).strip() for line in text.splitlines()]
    points = [
        RichTextSectionElement(elements=[RichTextElementParts.Text(text=line)])
        for line in lines
        if line
    ]
    if not points:
        return []
    heading = RichTextSectionElement(elements=[_bold(title)])
    return [RichTextBlock(elements=[heading, RichTextListElement(style="bullet", elements=points)])]


def _materials(shown: Offer) -> list[RichTextBlock]:
    """The materials as links; their addresses were checked when they were written."""
    if not shown.materials:
        return []
    links = [
        RichTextSectionElement(elements=[RichTextElementParts.Link(url=address, text=title)])
        for title, address in shown.materials
    ]
    heading = RichTextSectionElement(elements=[_bold("Materials")])
    return [RichTextBlock(elements=[heading, RichTextListElement(style="bullet", elements=links)])]


def _bold(text: str) -> RichTextElementParts.Text:
    style = RichTextElementParts.TextStyle(bold=True)
    return RichTextElementParts.Text(text=text, style=style)


def read_by(readership: Readership) -> str:
    """How many of sales have confirmed it, and who has not."""
    if not readership.size:
        return "Nobody is in sales yet. Admins assign roles with /handoff people."
    count = f"Read by {len(readership.readers)} of {readership.size} in sales"
    if not readership.readers:
        return f"{count}."
    line = f"{count}: {names(readership.readers)}."
    return f"{line} Not yet: {names(readership.waiting)}." if readership.waiting else line


def names(people: Sequence[Person], most: int = _MOST_NAMES) -> str:
    """`Ana, Ben and 3 more`: plain names, because a mention would call them each time."""
    named = [safe(person.name, 100) for person in people[:most]]
    left = len(people) - most
    *others, last = [*named, f"{left} more"] if left > 0 else named
    return f"{', '.join(others)} and {last}" if others else last


def _button(
    campaign: Campaign, label: str, action_id: str, *, style: str | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action_id, value=str(campaign.id), style=style)

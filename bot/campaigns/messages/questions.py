"""How questions look: in the thread, on the card, to whoever asked, and all of them together."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.messages.words import plain, small
from bot.campaigns.models import Campaign, CampaignQuestion
from bot.slack import Message
from bot.slack.paging import page_turns
from bot.slack.text import clean, moment, plural, safe

ANSWER = "campaign.answer"
TURN = "campaign.questions_page"

_ON_CARD = 300  # characters of a question or an answer that the card shows


def question(asked: CampaignQuestion) -> Message:
    """A question in the announcement's thread, and its answer; with all who take part."""
    campaign, asker = asked.campaign, asked.person
    who = f"{asker.mention} asks {campaign.owner.mention}"
    text = f"{who} about “{safe(campaign.name)}”: {safe(asked.text)}"
    blocks: list[Block] = [SectionBlock(text=f"{who}:"), _quote(asked.text)]
    if asked.answer:
        text = f"{text} Answer: {safe(asked.answer)}"
        blocks += [SectionBlock(text=f"{_answerer(asked)} answers:"), _quote(asked.answer)]
    return Message(text, [*blocks, ActionsBlock(elements=[answer_button(asked)])])


def answered(asked: CampaignQuestion) -> Message:
    """What whoever asked hears."""
    text = f"{_answerer(asked)} answered your question about “{safe(asked.campaign.name)}”"
    return Message(
        f"{text}: {safe(asked.answer or '')}",
        [
            SectionBlock(text=f"{text}:"),
            _quote(asked.text),
            SectionBlock(text=plain(asked.answer or "", 1_100)),
        ],
    )


def answers(answered: Sequence[CampaignQuestion]) -> list[Block]:
    """The newest questions with their answers, as the card shows them."""
    if not answered:
        return []
    bold = RichTextElementParts.TextStyle(bold=True)
    parts = [RichTextElementParts.Text(text="Questions and answers", style=bold)]
    for each in answered:
        text, answer = clean(each.text, _ON_CARD), clean(each.answer or "", _ON_CARD)
        italic = RichTextElementParts.TextStyle(italic=True)
        parts.append(RichTextElementParts.Text(text=f"\n{' '.join(text.split())}", style=italic))
        parts.append(RichTextElementParts.Text(text=f"\n{answer}"))
    return [RichTextBlock(elements=[RichTextSectionElement(elements=parts)])]


def questions(
    campaign: Campaign, asked: Sequence[CampaignQuestion], page: int, count: int, size: int
) -> View:
    """A page of all questions about a campaign."""
    pages = max(-(-count // size), 1)
    return View(
        type="modal",
        callback_id=TURN,
        private_metadata=str(campaign.id),
        title="Questions",
        close="Done",
        blocks=[
            SectionBlock(text=f"*{safe(campaign.name, 150)}*"),
            *[block for each in asked for block in _entry(each)],
            *([] if asked else [SectionBlock(text="Nobody has asked yet.")]),
            *page_turns(TURN, page, pages),
            small(f"{plural(count, 'question')}, page {page + 1} of {pages}"),
        ],
    )


def answer_button(asked: CampaignQuestion) -> ButtonElement:
    """Answer, for the owner."""
    label = "Change the answer" if asked.answer else "Answer"
    return ButtonElement(text=label, action_id=ANSWER, value=str(asked.id))


def _entry(asked: CampaignQuestion) -> list[Block]:
    line = f"{safe(asked.person.name, 100)} asked {moment(asked.asked_at)}"
    if asked.answered_at:
        line += f" · {_answerer(asked)} answered {moment(asked.answered_at)}"
    text = asked.answer or "Not answered yet."
    return [
        _quote(asked.text),
        SectionBlock(text=plain(text, 1_100), accessory=answer_button(asked)),
        small(line),
    ]


def _answerer(asked: CampaignQuestion) -> str:
    return asked.answerer.mention if asked.answerer else "Somebody"


def _quote(text: str) -> RichTextBlock:
    words = RichTextElementParts.Text(text=text)
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[words])])

"""The modals of a question about a campaign, and of its answer."""

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View

from bot.campaigns.messages.words import plain
from bot.campaigns.models import LONGEST, Campaign, CampaignQuestion
from bot.slack import carried
from bot.slack.text import clean, safe

SAVE_QUESTION = "campaign.save_question"
SAVE_ANSWER = "campaign.save_answer"


def ask(campaign: Campaign, token: str) -> View:
    """The question about a campaign; it comes with its owner."""
    owner = clean(campaign.owner.name, 80)
    return View(
        type="modal",
        callback_id=SAVE_QUESTION,
        private_metadata=f"{campaign.id} {token}",
        title="Ask about a campaign",
        submit="Ask",
        close="Cancel",
        blocks=[
            SectionBlock(text=plain(campaign.name, 150)),
            _text(
                "question",
                "Your question",
                f"It goes into the announcement's thread and mentions {owner}.",
            ),
        ],
    )


def asked(note: str) -> tuple[int, str]:
    """The campaign and the token that a question's modal carries along."""
    campaign_id, token = carried(note, int, str)
    return campaign_id, token


def answer(asked: CampaignQuestion) -> View:
    """The answer to a question; what was answered before can be changed."""
    return View(
        type="modal",
        callback_id=SAVE_ANSWER,
        private_metadata=str(asked.id),
        title="Answer a question",
        submit="Answer",
        close="Cancel",
        blocks=[
            SectionBlock(text=f"*{safe(asked.person.name, 100)}* asks:"),
            SectionBlock(text=plain(asked.text, 1_100)),
            _text(
                "answer",
                "Your answer",
                "Everybody finds it on the announcement's card.",
                asked.answer,
            ),
        ],
    )


def _text(name: str, label: str, hint: str, written: str | None = None) -> InputBlock:
    element = PlainTextInputElement(
        action_id=name, multiline=True, max_length=LONGEST[name], initial_value=written
    )
    return InputBlock(block_id=name, label=label, hint=hint, element=element)

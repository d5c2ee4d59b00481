"""The modals of campaigns: the form that announces one, and the question about one."""

from datetime import date

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.campaigns.model import LONGEST, MOST_LEADS, Campaign, Kind
from bot.slack.text import clean

ANNOUNCE = "campaign.announce"
SAVE_QUESTION = "campaign.save_question"


def announce(token: str, today: date, channel: str, currency: str) -> View:
    """The form of a campaign; its token makes a submission that comes twice one announcement."""
    return View(
        type="modal",
        callback_id=ANNOUNCE,
        private_metadata=token,
        title="Announce a campaign",
        submit="Announce",
        close="Cancel",
        blocks=[
            SectionBlock(text=f"It is announced in <#{channel}> as soon as you submit it."),
            _text("name", "Name"),
            _kind(),
            _text("audience", "Audience", hint="For example “small shops in Austria”."),
            _text("offer", "Offer", hint="What the customer gets, in one sentence."),
            _text(
                "terms",
                "Terms",
                multiline=True,
                hint="What sales may promise, in the exact words: conditions, prices, exceptions.",
            ),
            _text("talking_points", "Talking points", multiline=True, hint="One point a line."),
            _date("starts_on", "First day", initial=today),
            _date("ends_on", "Last day", hint="Included. Empty: until further notice."),
            _budget(currency),
            _expected_leads(),
            _text(
                "utm_campaign",
                "UTM campaign code",
                optional=True,
                hint="Leads that arrive with it belong to this campaign, for example "
                "spring-offer-2026.",
            ),
        ],
    )


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
            SectionBlock(text=PlainTextObject(text=clean(campaign.name, 150), emoji=False)),
            _text(
                "question",
                "Your question",
                multiline=True,
                hint=f"It goes into the announcement's thread and mentions {owner}.",
            ),
        ],
    )


def asked(note: str) -> tuple[int, str]:
    """The campaign and the token that a question's modal carries along."""
    campaign_id, _, token = note.partition(" ")
    return int(campaign_id), token


def _text(
    name: str,
    label: str,
    *,
    hint: str | None = None,
    multiline: bool = False,
    optional: bool = False,
) -> InputBlock:
    element = PlainTextInputElement(action_id=name, multiline=multiline, max_length=LONGEST[name])
    return InputBlock(block_id=name, label=label, hint=hint, optional=optional, element=element)


def _kind() -> InputBlock:
    options = [Option(text=kind.label, value=kind.value) for kind in Kind]
    element = StaticSelectElement(action_id="kind", placeholder="Choose a kind", options=options)
    return InputBlock(block_id="kind", label="Kind", element=element)


def _date(
    name: str, label: str, *, initial: date | None = None, hint: str | None = None
) -> InputBlock:
    day = initial.isoformat() if initial else None
    return InputBlock(
        block_id=name,
        label=label,
        hint=hint,
        optional=initial is None,
        element=DatePickerElement(action_id=name, initial_date=day),
    )


def _budget(currency: str) -> InputBlock:
    return InputBlock(
        block_id="budget",
        label=f"Budget in {currency}",
        optional=True,
        hint="For example 12,500. The channel does not see it.",
        element=PlainTextInputElement(action_id="budget", max_length=30),
    )


def _expected_leads() -> InputBlock:
    element = NumberInputElement(
        action_id="expected_leads",
        is_decimal_allowed=False,
        min_value="1",
        max_value=str(MOST_LEADS),
    )
    return InputBlock(
        block_id="expected_leads", label="Expected leads", optional=True, element=element
    )

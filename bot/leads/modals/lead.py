"""The modals of one lead: typing it in, why its rating is low, what was won, why it was lost."""

from collections.abc import Sequence
from secrets import token_hex

from slack_sdk.models.blocks import InputBlock, Option, StaticSelectElement
from slack_sdk.models.blocks.block_elements import EmailInputElement
from slack_sdk.models.views import View

from bot.campaigns.model import Campaign
from bot.leads.modals.parts import choice_of, subject, text
from bot.leads.model import Disposition, Lead, Rating

NEW = "lead.new"
SAVE_NEW = "lead.save_new"
SAVE_REASON = "lead.save_reason"
SAVE_WON = "lead.save_won"
SAVE_LOST = "lead.save_lost"


def new(campaigns: Sequence[Campaign]) -> View:
    """Type in a lead; its token makes a submission that comes twice one lead."""
    return View(
        type="modal",
        callback_id=SAVE_NEW,
        private_metadata=token_hex(12),
        title="New lead",
        submit="Add lead",
        close="Cancel",
        blocks=[
            text("first_name", "First name", optional=True, most=200),
            text("last_name", "Last name", optional=True, most=200),
            text("company", "Company", optional=True, most=200),
            text("phone", "Phone", optional=True, most=60, hint="With country code: +49 30 …"),
            InputBlock(
                block_id="email",
                label="E-mail",
                optional=True,
                hint="An e-mail address or a phone number is needed.",
                element=EmailInputElement(action_id="email"),
            ),
            text("message", "What do they want?", optional=True, most=3000, multiline=True),
            InputBlock(block_id="campaign", label="Campaign", element=choice_of(campaigns)),
        ],
    )


def reason(lead: Lead, rating: Rating) -> View:
    """Why is it weak or junk?"""
    return View(
        type="modal",
        callback_id=f"{SAVE_REASON}.{rating}",
        private_metadata=str(lead.id),
        title=f"Rate as {rating.value}",
        submit="Save rating",
        close="Cancel",
        blocks=[
            subject(lead),
            text(
                "reason",
                "Why?",
                most=300,
                hint="A few words that help marketing do better, such as “student project”.",
            ),
        ],
    )


def won(lead: Lead, currency: str) -> View:
    """What is the deal worth?"""
    return View(
        type="modal",
        callback_id=SAVE_WON,
        private_metadata=str(lead.id),
        title="Won",
        submit="Save as won",
        close="Cancel",
        blocks=[
            subject(lead),
            text("amount", f"Amount in {currency}", most=30, hint="For example 12,500"),
        ],
    )


def lost(lead: Lead) -> View:
    """Why was it lost?"""
    options = [Option(text=code.label, value=code.value) for code in Disposition]
    return View(
        type="modal",
        callback_id=SAVE_LOST,
        private_metadata=str(lead.id),
        title="Lost",
        submit="Save as lost",
        close="Cancel",
        blocks=[
            subject(lead),
            InputBlock(
                block_id="disposition",
                label="What was the reason?",
                element=StaticSelectElement(action_id="disposition", options=options),
            ),
            text(
                "note",
                "In your words",
                optional=True,
                most=300,
                hint="Needed where it did not fit: what was missing?",
            ),
        ],
    )

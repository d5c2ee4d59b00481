"""The modals of one lead: typing it in, why its rating is low, what was won, why it was lost."""

from collections.abc import Sequence
from secrets import token_hex

from slack_sdk.models.blocks import DatePickerElement, InputBlock, Option, StaticSelectElement
from slack_sdk.models.blocks.block_elements import EmailInputElement, NumberInputElement
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.leads.forms.parts import choice_of, subject, text, unlisted
from bot.leads.models import Disposition, Lead, Rating
from bot.leads.overheard import overheard
from bot.slack.text import clean

NEW = "lead.new"
FROM_MESSAGE = "lead.from_message"
SAVE_NEW = "lead.save_new"
SAVE_REASON = "lead.save_reason"
SAVE_NOTE = "lead.save_note"
SAVE_CORRECTION = "lead.save_correction"
SAVE_WON = "lead.save_won"
SAVE_LOST = "lead.save_lost"
CHOOSE_DISPOSITION = "lead.choose_disposition"


def new(campaigns: Sequence[Campaign], message: str = "") -> View:
    """Type in a lead, or take one over from a message; its token makes a submission that comes
    twice one lead."""
    known = overheard(message)
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
            text("phone", "Phone", optional=True, most=60, hint="With country code: +49 30 …",
                 initial=known.phone),
            InputBlock(
                block_id="email",
                label="E-mail",
                optional=True,
                hint="An e-mail address or a phone number is needed.",
                element=EmailInputElement(action_id="email", initial_value=known.email),
            ),
            text("message", "What do they want?", optional=True, most=3000, multiline=True,
                 initial=clean(known.text, 3000)),
            InputBlock(block_id="campaign", label="Campaign", hint=unlisted(campaigns) or None,
                       element=choice_of(campaigns)),
        ],
    )  # fmt: skip


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


def note(lead: Lead) -> View:
    """What is worth knowing about it?"""
    return View(
        type="modal", callback_id=SAVE_NOTE, private_metadata=str(lead.id), title="Add a note",
        submit="Save note", close="Cancel",
        blocks=[subject(lead), text("note", "Note", most=1000, multiline=True)],
    )  # fmt: skip


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


def corrected(lead: Lead) -> View:
    """What was the deal really worth?"""
    return View(
        type="modal", callback_id=SAVE_CORRECTION, private_metadata=str(lead.id),
        title="Correct the amount", submit="Save amount", close="Cancel",
        blocks=[
            subject(lead),
            text("amount", f"Amount in {lead.won_currency}", most=30,
                 hint=f"It is {lead.won_amount} at the moment."),
        ],
    )  # fmt: skip


def lost(lead: Lead, attempts: int, chosen: Disposition | None = None) -> View:
    """Why was it lost? A reason that asks for more shows it once it is chosen.

    `attempts` is how often somebody is tried before they count as unable to reach.
    """
    options = [Option(text=code.label, value=code.value) for code in Disposition]
    reasons = StaticSelectElement(
        action_id=CHOOSE_DISPOSITION,
        options=options,
        initial_option=next((each for each in options if each.value == chosen), None),
    )
    words = text("note", "In your words", most=1000, optional=chosen is not Disposition.NO_FIT,
                hint="What was missing?" if chosen is Disposition.NO_FIT else None)  # fmt: skip
    return View(
        type="modal",
        callback_id=SAVE_LOST,
        private_metadata=str(lead.id),
        title="Lost",
        submit="Save as lost" if chosen is not Disposition.BAD_TIMING else "Let it rest",
        close="Cancel",
        blocks=[
            subject(lead),
            InputBlock(block_id="disposition", label="What was the reason?", element=reasons,
                       dispatch_action=True),
            *_follow_up(chosen, attempts),
            words,
        ],
    )  # fmt: skip


def _follow_up(chosen: Disposition | None, attempts: int) -> list[InputBlock]:
    """What this reason asks for."""
    if chosen is Disposition.UNABLE_TO_REACH:
        number = NumberInputElement(
            action_id="attempts", is_decimal_allowed=False, min_value="1", max_value="99"
        )
        hint = f"At least {attempts}, by phone and at different hours."
        return [InputBlock(block_id="attempts", label="How often did you try?", hint=hint,
                           element=number)]  # fmt: skip
    if chosen is Disposition.BAD_TIMING:
        return [
            InputBlock(block_id="wake_on", label="When shall somebody try again?",
                       hint="Its owner gets it back that day; if they are away, a colleague does.",
                       element=DatePickerElement(action_id="wake_on"))
        ]  # fmt: skip
    return []

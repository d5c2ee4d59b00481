"""The modals of one lead: typing it in, why its rating is low, what was won, why it was lost."""

from collections.abc import Sequence
from datetime import date
from secrets import token_hex

from slack_sdk.models.blocks import InputBlock
from slack_sdk.models.blocks.block_elements import EmailInputElement
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.leads.forms.parts import choice_of, subject, unlisted
from bot.leads.forms.parts import text as old
from bot.leads.models import Disposition, Lead, Rating
from bot.leads.overheard import overheard
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Values, day, number, select, text
from bot.slack.text import clean

NEW = "lead.new"
FROM_MESSAGE = "lead.from_message"
SAVE_NEW = "lead.save_new"
SAVE_REASON = "lead.save_reason"
SAVE_NOTE = "lead.save_note"
SAVE_CORRECTION = "lead.save_correction"
SAVE_WON = "lead.save_won"
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
            old("first_name", "First name", optional=True, most=200),
            old("last_name", "Last name", optional=True, most=200),
            old("company", "Company", optional=True, most=200),
            old("phone", "Phone", optional=True, most=60, hint="With country code: +49 30 …",
                 initial=known.phone),
            InputBlock(
                block_id="email",
                label="E-mail",
                optional=True,
                hint="An e-mail address or a phone number is needed.",
                element=EmailInputElement(action_id="email", initial_value=known.email),
            ),
            old("message", "What do they want?", optional=True, most=3000, multiline=True,
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
            old(
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
        blocks=[subject(lead), old("note", "Note", most=1000, multiline=True)],
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
            old("amount", f"Amount in {currency}", most=30, hint="For example 12,500"),
        ],
    )


def corrected(lead: Lead) -> View:
    """What was the deal really worth?"""
    return View(
        type="modal", callback_id=SAVE_CORRECTION, private_metadata=str(lead.id),
        title="Correct the amount", submit="Save amount", close="Cancel",
        blocks=[
            subject(lead),
            old("amount", f"Amount in {lead.won_currency}", most=30,
                 hint=f"It is {lead.won_amount} at the moment."),
        ],
    )  # fmt: skip


def _is_unreachable(values: Values) -> bool:
    return values.get("disposition") is Disposition.UNABLE_TO_REACH


def _is_bad_timing(values: Values) -> bool:
    return values.get("disposition") is Disposition.BAD_TIMING


class MarkLost(Form, id="lead.save_lost", title="Lost", submit="Save as lost"):
    """Why it was lost. A reason that asks for more shows it once it is chosen."""

    lead_id: Hidden[int]
    disposition: Disposition = select("What was the reason?", refresh=CHOOSE_DISPOSITION)
    attempts: int | None = number(
        "How often did you try?", minimum=1, maximum=99, when=_is_unreachable
    )
    wake_on: date | None = day(
        "When shall somebody try again?",
        hint="Its owner gets it back that day; if they are away, a colleague does.",
        when=_is_bad_timing,
    )
    note: str = text("In your words", most=1000)

    @classmethod
    def of(cls, lead: Lead, attempts: int, chosen: Disposition | None = None) -> View:
        """The form of a lead; `attempts` is how often somebody is tried before they count as
        unable to reach."""
        is_no_fit = chosen is Disposition.NO_FIT
        return cls.modal(
            lead_id=lead.id,
            disposition=chosen,
            submit="Let it rest" if chosen is Disposition.BAD_TIMING else None,
            blocks=[subject(lead)],
            fields={
                "attempts": {"hint": f"At least {attempts}, by phone and at different hours."},
                "note": {
                    "optional": not is_no_fit,
                    "hint": "What was missing?" if is_no_fit else None,
                },
            },
        )

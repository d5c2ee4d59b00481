"""The modals of one lead: typing it in, why its rating is low, what was won, why it was lost."""

from collections.abc import Sequence
from datetime import date
from secrets import token_hex

from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.leads.forms.parts import campaigns_listed, subject
from bot.leads.models import Disposition, Lead, Rating
from bot.leads.overheard import overheard
from bot.money import Money
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Values, day, email, money, number, select, text

NEW = "lead.new"
FROM_MESSAGE = "lead.from_message"
CHOOSE_DISPOSITION = "lead.choose_disposition"


class NewLead(Form, id="lead.save_new", title="New lead", submit="Add lead"):
    """A lead that reached somebody by phone, at a fair or in a message."""

    token: Hidden[str]
    """It makes a submission that comes twice one lead."""
    first_name: str = text("First name", most=200, optional=True)
    last_name: str = text("Last name", most=200, optional=True)
    company: str = text("Company", most=200, optional=True)
    phone: str = text("Phone", most=60, optional=True, hint="With country code: +49 30 …")
    email: str = email(
        "E-mail", optional=True, hint="An e-mail address or a phone number is needed."
    )
    message: str = text("What do they want?", most=3000, multiline=True, optional=True)
    campaign: int | None = select("Campaign", none="No campaign")

    @classmethod
    def of(cls, campaigns: Sequence[Campaign], message: str = "") -> View:
        """The form, with what stands in a message filled in."""
        known = overheard(message)
        return cls.modal(
            token=token_hex(12), phone=known.phone, email=known.email, message=known.text,
            fields={"campaign": campaigns_listed(campaigns)},
        )  # fmt: skip

    @property
    def facts(self) -> dict[str, str | None]:
        """What is known of the lead, as a payload takes it."""
        facts = self.model_dump(exclude={"token", "campaign"})
        return {"external_id": self.token, **{name: each or None for name, each in facts.items()}}


class RateLow(Form, id="lead.save_reason", title="Rate", submit="Save rating"):
    """Why is it weak or junk?"""

    lead_id: Hidden[int]
    rating: Hidden[Rating]
    reason: str = text(
        "Why?", most=300,
        hint="A few words that help marketing do better, such as “student project”.",
    )  # fmt: skip

    @classmethod
    def of(cls, lead: Lead, rating: Rating) -> View:
        """The form of a lead that is about to be rated so."""
        return cls.modal(
            title=f"Rate as {rating.value}", lead_id=lead.id, rating=rating, blocks=[subject(lead)]
        )


class AddNote(Form, id="lead.save_note", title="Add a note", submit="Save note"):
    """What is worth knowing about it?"""

    lead_id: Hidden[int]
    note: str = text("Note", most=1000, multiline=True)


class MarkWon(Form, id="lead.save_won", title="Won", submit="Save as won"):
    """What is the deal worth?"""

    lead_id: Hidden[int]
    currency: Hidden[str]
    amount: Money = money("Amount", hint="For example 12,500")


class CorrectAmount(
    Form, id="lead.save_correction", title="Correct the amount", submit="Save amount"
):
    """What was the deal really worth?"""

    lead_id: Hidden[int]
    currency: Hidden[str]
    amount: Money = money("Amount")

    @classmethod
    def of(cls, lead: Lead) -> View:
        """The form of a lead that was won."""
        return cls.modal(
            lead_id=lead.id, currency=lead.won_currency, blocks=[subject(lead)],
            fields={"amount": {"hint": f"It is {lead.won_amount} at the moment."}},
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

"""The modals of a lead: to add, rate, close, hand it over, and to call."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.errors import FieldErrors
from bot.formats import plural
from bot.leads.lead_facts import LeadFacts
from bot.leads.list_models import CallOutcome
from bot.leads.messages import details
from bot.leads.models import CallResult, Disposition, HandoverReason, Lead, Rating
from bot.money import Money
from bot.people.models import Person
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import (
    Changes,
    Choice,
    Values,
    day,
    email,
    listed,
    moment,
    money,
    number,
    radio,
    select,
    text,
    user,
)
from bot.slack.text import clean, safe
from bot.sources.lead_payload import SHORT, Unreadable
from bot.sources.message_parser import parse_message


def subject(lead: Lead) -> Block:
    """Whom it is about."""
    company = f", {lead.company}" if lead.company else ""
    return SectionBlock(text=PlainTextObject(text=clean(lead.name + company, 200), emoji=False))


@contextmanager
def problems_below(form: type[Form]) -> Iterator[None]:
    """Let what is wrong with somebody's details be said below the form's fields; what concerns the
    whole goes to the email. Raises FieldErrors."""
    try:
        yield
    except Unreadable as error:
        raise FieldErrors(
            {
                field if field in form.model_fields else "email": problem.capitalize() + "."
                for field, problem in error.problems.items()
            }
        ) from error


def campaigns_listed(campaigns: Sequence[Campaign], hint: str = "") -> Changes:
    """The campaigns as options of a field that may say none."""
    return listed([Choice(each.id, each.name) for each in campaigns], "campaigns", hint)


CHOOSE_DISPOSITION = "lead.choose_disposition"


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


class LogCall(Form, id="lead.save_call", title="Log call", submit="Save"):
    """How a call went, and what comes next."""

    lead_id: Hidden[int]
    before: Hidden[int]
    """How many calls were logged before; it tells a form that comes twice."""
    outcome: CallResult = radio("How did the call go?")
    note: str = text("Note", most=1000, multiline=True, optional=True)
    quality: Rating | None = select(
        "Quality", none="Not yet", hint="Weak and junk need a few words in the note."
    )
    next_step: str = text("Next step", most=200, optional=True)
    follow_up: date | None = day(
        "Follow up on",
        optional=True,
        hint="The lead is paused until that morning. Then you're reminded.",
    )

    @classmethod
    def of(cls, facts: LeadFacts) -> View:
        """The form of a lead that was called."""
        lead = facts.lead
        reach = "" if facts.names_only else details.phone_link(lead)
        line = " · ".join(part for part in (reach, details.tried(facts)) if part)
        return cls.modal(
            lead_id=lead.id, before=lead.call_attempts, quality=lead.rating,
            blocks=[subject(lead), *([SectionBlock(text=line)] if line else [])],
        )  # fmt: skip


class AddNote(Form, id="lead.save_note", title="Add a note", submit="Save note"):
    """What is worth knowing about it?"""

    lead_id: Hidden[int]
    note: str = text("Note", most=1000, multiline=True)


NOTE_FROM_MESSAGE = "lead.note_from_message"


class NoteFromMessage(Form, id="lead.save_message_note", title="Add as note", submit="Add note"):
    """Which lead is a message about?"""

    lead: int = select(
        "Which lead?", hint="Your own come first. Another one: `/lead 12 note wants 40 seats`"
    )
    note: str = text("Note", most=3000, multiline=True)

    @classmethod
    def of(cls, leads: Sequence[Lead], message: str) -> View:
        """The form with what the message says, and the leads that it may be about."""
        options = [Choice(each.id, _named(each)) for each in leads]
        return cls.modal(note=parse_message(message).text, fields={"lead": {"options": options}})


def _named(lead: Lead) -> str:
    company = f" · {clean(lead.company, 25)}" if lead.company else ""
    return f"{clean(lead.name, 30)}{company} · #{lead.id}"


def _expected_amount() -> Any:
    return money(
        "Expected amount", optional=True, when=_is_open,
        hint="For example 12,500. Leave it empty if you don't know yet.",
    )  # fmt: skip


def _expected_on() -> Any:
    return day("Expected close date", optional=True, when=_is_open)


def _is_open(values: Values) -> bool:
    """Whether the lead was open when its form was: a closed one has no currency there."""
    return values.get("currency") is not None


class MarkQualified(Form, id="lead.save_qualified", title="Qualified", submit="Save as qualified"):
    """What is it expected to bring, and by when? Left empty, it is qualified all the same."""

    lead_id: Hidden[int]
    currency: Hidden[str]
    expected_amount: Money | None = _expected_amount()
    expected_on: date | None = _expected_on()

    @classmethod
    def of(cls, lead: Lead, currency: str) -> View:
        """The form of a lead; `currency` is the workspace's."""
        return cls.modal(
            lead_id=lead.id, currency=lead.expected_currency or currency, blocks=[subject(lead)],
            expected_amount=lead.expected_amount, expected_on=lead.expected_on,
        )  # fmt: skip


FIND = "lead.search"


class FindLead(Form, id="lead.find", title="Find a lead", submit="Find"):
    """What does somebody remember of a lead?"""

    words: str = text("Name, company, email, phone or number", most=200)


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
            amount=lead.won_amount,
        )  # fmt: skip


class ContactDetails(Form):
    """Who somebody is, and how to reach them: each field as long as a lead keeps it, since what is
    shown here is saved again."""

    first_name: str = text("First name", most=SHORT, optional=True)
    last_name: str = text("Last name", most=SHORT, optional=True)
    company: str = text("Company", most=SHORT, optional=True)
    phone: str = text("Phone", most=60, optional=True, hint="With country code: +49 30 …")
    email: str = email("Email", optional=True, hint="Enter an email address or a phone number.")


class EditDetails(
    ContactDetails, id="lead.save_details", title="Edit details", submit="Save details"
):
    """Who they are, and how to reach them."""

    lead_id: Hidden[int]
    currency: Hidden[str | None]
    """Of the expected amount, which an open lead has; None: it is closed."""
    job_title: str = text("Job title", most=SHORT, optional=True, before="phone")
    country: str = text("Country", most=SHORT, optional=True, hint="A name or a code, such as DE.")
    expected_amount: Money | None = _expected_amount()
    expected_on: date | None = _expected_on()

    @classmethod
    def of(cls, lead: Lead, currency: str) -> View:
        """The form, with what is known of the lead; `currency` is the workspace's."""
        return cls.modal(
            lead_id=lead.id, first_name=lead.first_name, last_name=lead.last_name,
            company=lead.company, job_title=lead.job_title, phone=lead.phone, email=lead.email,
            country=lead.country,
            currency=None if lead.is_closed else lead.expected_currency or currency,
            expected_amount=lead.expected_amount, expected_on=lead.expected_on,
        )  # fmt: skip

    @property
    def details(self) -> dict[str, str | None]:
        """What was typed, by the fields of a payload."""
        others = {"lead_id", "currency", "expected_amount", "expected_on"}
        return {name: each or None for name, each in self.model_dump(exclude=others).items()}


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
        "When should we try again?",
        hint="Its owner gets it back that day; if they are away, a colleague does.",
        when=_is_bad_timing,
    )
    note: str = text("In your words", most=1000)

    @classmethod
    def of(
        cls, lead: Lead, attempts: int, chosen: Disposition | None = None, tried: int = 0
    ) -> View:
        """The form of a lead; `attempts` is how often somebody is tried before they count as
        unable to reach, `tried` how often they were."""
        is_no_fit = chosen is Disposition.NO_FIT
        return cls.modal(
            lead_id=lead.id,
            disposition=chosen,
            attempts=tried or None,
            submit="Pause until then" if chosen is Disposition.BAD_TIMING else None,
            blocks=[subject(lead)],
            fields={
                "attempts": {"hint": f"At least {attempts}, by phone and at different hours."},
                "note": {
                    "optional": not is_no_fit,
                    "hint": "What was missing?" if is_no_fit else None,
                },
            },
        )


def handover_note(when: Callable[[Values], bool] | None = None) -> Any:
    """What whoever takes over should know."""
    return text(
        "What should they know?", most=1000, optional=True, multiline=True, when=when,
        hint="What was said so far, and what comes next.",
    )  # fmt: skip


class Snooze(Form, id="lead.save_snooze", title="Snooze", submit="Snooze"):
    """Until when it rests."""

    lead_id: Hidden[int]
    until: datetime = moment("Remind me")


class Reassign(Form, id="lead.save_reassign", title="Hand over", submit="Hand over"):
    """Who gets it."""

    lead_id: Hidden[int]
    to: str = user("To whom?", hint="They get the lead's card at once.")
    reason: HandoverReason | None = select("Why?", none="No reason given")
    note: str = handover_note()

    @classmethod
    def of(
        cls, lead: Lead, colleagues: Sequence[Person], held: Mapping[int, int], away: Container[int]
    ) -> View:
        """The form of a lead; each colleague is listed with the open leads that they hold, those
        who are away last."""
        there = sorted(colleagues, key=lambda each: each.id in away)
        options = [Choice(each.id, _load(each, held, away)) for each in there]
        verb = "Assign" if lead.claimed_by is None else None
        return cls.modal(
            title=verb, submit=verb, lead_id=lead.id, blocks=[subject(lead)],
            fields={"to": {"options": options}},
        )  # fmt: skip


def _load(who: Person, held: Mapping[int, int], away: Container[int]) -> str:
    open_leads = plural(held.get(who.id, 0), "open lead")
    return f"{clean(who.name, 40)} · {'away · ' if who.id in away else ''}{open_leads}"


def nobody_else(lead: Lead) -> View:
    """There is no colleague to give it to."""
    sentence = "There's no other salesperson. Admins assign roles with `/handoff people`."
    return View(
        type="modal", title="Hand over", close="Close",
        blocks=[subject(lead), SectionBlock(text=sentence)],
    )  # fmt: skip


_MOST_ANSWERS = 10

_HINTS = {
    CallOutcome.INTERESTED: "The lead is yours.",
    CallOutcome.CALL_BACK: "It stays yours, and you get its card.",
    CallOutcome.NO_ANSWER: "It goes back to the end of the list.",
    CallOutcome.NOT_INTERESTED: "The lead is closed.",
}


class Call(Form, id="calls.save", title="Next contact", submit="Save and next", close="Stop"):
    """What came of a call. To close it gives whom it shows back to the list."""

    lead_id: Hidden[int]
    attempt: Hidden[int]
    """How often they were called before; it tells a form that comes twice."""
    outcome: CallOutcome = radio(
        "How did the call go?",
        options=[Choice(each, each.label, _HINTS[each]) for each in CallOutcome],
    )
    note: str = text("In your words", most=1000, multiline=True, optional=True)

    @classmethod
    def of(cls, facts: LeadFacts) -> View:
        """The form of whom to call now."""
        return cls.modal(
            lead_id=facts.lead.id,
            attempt=facts.lead.call_attempts,
            blocks=[*_contact(facts), *_campaign(facts.campaign)],
            notify_on_close=True,
        )


def all_called(name: str) -> View:
    """Nobody is left."""
    sentence = f"Nobody is left to call on “{safe(name, 150)}”. Thank you!"
    return View(
        type="modal", title="All called", close="Close", blocks=[SectionBlock(text=sentence)]
    )


def _contact(facts: LeadFacts) -> list[Block]:
    lead = facts.lead
    work = ", ".join(filter(None, [lead.job_title, lead.company]))
    title = f"*{safe(lead.name, 150)}*" + (f"\n{safe(work, 200)}" if work else "")
    count = lead.call_attempts
    times = "once" if count == 1 else f"{count} times"
    tried = f"\nCalled {times} before" if count else ""
    reach = {"Phone": lead.phone, "Email": lead.email, "Country": lead.country}
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{safe(value, 300)}")
        for label, value in reach.items()
        if value
    ]
    blocks: list[Block] = [SectionBlock(text=title + tried, fields=fields)]
    if lead.message:
        message = PlainTextObject(text=clean(lead.message, 1_200), emoji=False)
        blocks.append(SectionBlock(text=message))
    if found := details.few_answers(lead.unplaced, _MOST_ANSWERS):
        blocks.append(SectionBlock(text=found))
    blocks.extend(details.few_notes(facts))
    return blocks


def _campaign(campaign: Campaign | None) -> list[Block]:
    if campaign is None:
        return []
    points = f"\n{safe(campaign.talking_points, 1_000)}" if campaign.talking_points else ""
    words = f"*{safe(campaign.name, 150)}*\n{offer_line(campaign)}{points}"
    return [SectionBlock(text=words)]

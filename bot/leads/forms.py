"""The modals of a lead: to add, rate, close, hand it over, and to call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.leads.list_models import CallOutcome
from bot.leads.message_parser import parse_message
from bot.leads.messages import lead_card
from bot.leads.models import Disposition, Lead, LeadFacts, Rating
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
from bot.slack.text import clean, plural, safe


def subject(lead: Lead) -> Block:
    """Whom it is about."""
    company = f", {lead.company}" if lead.company else ""
    return SectionBlock(text=PlainTextObject(text=clean(lead.name + company, 200), emoji=False))


def campaigns_listed(campaigns: Sequence[Campaign], hint: str = "") -> Changes:
    """The campaigns as options of a field that may say none."""
    return listed([Choice(each.id, each.name) for each in campaigns], "campaigns", hint)


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
        known = parse_message(message)
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


CHOOSE_LEADS = "lead.choose_leads"
HAND_OVER = "hand_over"


def handover_note(when: Callable[[Values], bool] | None = None) -> Any:
    """What whoever takes over should know."""
    return text(
        "Handover note", most=1000, optional=True, multiline=True, when=when,
        hint="What was said so far, and what comes next.",
    )  # fmt: skip


class Snooze(Form, id="lead.save_snooze", title="Snooze", submit="Snooze"):
    """Until when it rests."""

    lead_id: Hidden[int]
    until: datetime = moment("Remind me")


class Reassign(Form, id="lead.save_reassign", title="Reassign", submit="Reassign"):
    """Who gets it."""

    lead_id: Hidden[int]
    to: str = user("To whom?", hint="They get the lead's card at once.")
    note: str = handover_note()

    @classmethod
    def of(cls, lead: Lead, colleagues: Sequence[Person], held: Mapping[int, int]) -> View:
        """The form of a lead; each colleague is listed with the open leads that they hold."""
        options = [
            Choice(each.id, f"{clean(each.name, 50)} · {plural(held.get(each.id, 0), 'open lead')}")
            for each in colleagues
        ]
        return cls.modal(
            lead_id=lead.id, blocks=[subject(lead)], fields={"to": {"options": options}}
        )


def nobody_else(lead: Lead) -> View:
    """There is no colleague to give it to."""
    said = "There is no other salesperson. An admin gives roles with `/handoff people`."
    return View(
        type="modal", title="Reassign", close="Close",
        blocks=[subject(lead), SectionBlock(text=said)],
    )  # fmt: skip


def _hands_over(values: Values) -> bool:
    return values.get("leads") == HAND_OVER


class Away(Form, id="lead.save_away", title="I am away", submit="I am away"):
    """Until when somebody is away, and which colleagues have some of their leads meanwhile."""

    has_leads: Hidden[bool]
    until: datetime = moment("I am back")
    leads: str | None = radio(
        "My open leads",
        options=[
            Choice("keep", "Keep them", "They wait until I am back."),
            Choice(HAND_OVER, "Hand them over until I am back",
                   "I choose which, and to whom. What is open then comes back to me."),
        ],
        refresh=CHOOSE_LEADS,
        when=lambda values: bool(values["has_leads"]),
    )  # fmt: skip
    stand_ins: dict[int, str | None] = user("To whom", optional=True, when=_hands_over)
    """By the number of a lead, Slack's ID of the colleague who has it; None: it is kept."""
    note: str = handover_note(
        when=lambda values: _hands_over(values) and bool(values.get("stand_ins"))
    )

    @classmethod
    def of(
        cls,
        count: int,
        until: datetime,
        leads: Sequence[Lead] = (),
        stand_ins: Mapping[int, Person] | None = None,
    ) -> View:
        """The form of somebody with `count` open leads. With `stand_ins` these leads are to be
        handed over, each to the colleague who is suggested for it."""
        is_handing_over = bool(count) and stand_ins is not None
        found = stand_ins or {}
        suggested = {lead.id: found[lead.id].slack_id if lead.id in found else None
                     for lead in leads}  # fmt: skip
        below: list[Block] = []
        if not count:
            below = [SectionBlock(text="You own no open lead. You will be offered no new ones.")]
        elif is_handing_over and not leads:
            below = [SectionBlock(text="All of them are snoozed until you are back.")]
        return cls.modal(
            has_leads=bool(count),
            until=until,
            leads=HAND_OVER if is_handing_over else "keep",
            stand_ins=suggested,
            below=below,
            fields={
                "leads": {"label": f"My {plural(count, 'open lead')}"},
                "note": {"above": [_kept(count - len(leads))]},
                **_names(leads, is_alone=not found),
            },
        )


def _names(leads: Sequence[Lead], *, is_alone: bool) -> dict[str, Changes]:
    """Each lead's name above the field that says who has it."""
    nobody = "No colleague is there to stand in. You can still name somebody."
    names: dict[str, Changes] = {
        f"stand_ins:{lead.id}": {
            "label": lead.name + (f" · {lead.company}" if lead.company else "")
        }
        for lead in leads
    }
    if leads and is_alone:
        names[f"stand_ins:{leads[0].id}"]["above"] = nobody
    return names


def _kept(rest: int) -> Block:
    more = f" {plural(rest, 'other lead')} will stay with you." if rest > 0 else ""
    return ContextBlock(
        elements=[MarkdownTextObject(text=f"Clear a name to keep that lead.{more}")]
    )


_MOST_ANSWERS = 10

_HINTS = {
    CallOutcome.INTERESTED: "It is your lead from here on.",
    CallOutcome.CALL_BACK: "It stays yours, and you get its card.",
    CallOutcome.NO_ANSWER: "It goes back to the end of the list.",
    CallOutcome.NOT_INTERESTED: "It is closed.",
}


class Call(Form, id="calls.save", title="Next contact", submit="Save, next", close="Stop"):
    """What came of a call. To close it gives whom it shows back to the list."""

    lead_id: Hidden[int]
    attempt: Hidden[int]
    """How often they were called before; it tells a form that comes twice."""
    outcome: CallOutcome = radio(
        "What came of the call?",
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
    said = f"Nobody is left to call on “{safe(name, 150)}”. Thank you!"
    return View(type="modal", title="All called", close="Close", blocks=[SectionBlock(text=said)])


def _contact(facts: LeadFacts) -> list[Block]:
    lead = facts.lead
    work = ", ".join(filter(None, [lead.job_title, lead.company]))
    title = f"*{safe(lead.name, 150)}*" + (f"\n{safe(work, 200)}" if work else "")
    tried = f"\nCalled {plural(lead.call_attempts, 'time')} before" if lead.call_attempts else ""
    reach = {"Phone": lead.phone, "E-mail": lead.email, "Country": lead.country}
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{safe(value, 300)}")
        for label, value in reach.items()
        if value
    ]
    blocks: list[Block] = [SectionBlock(text=title + tried, fields=fields)]
    if lead.message:
        message = PlainTextObject(text=clean(lead.message, 1_200), emoji=False)
        blocks.append(SectionBlock(text=message))
    if found := lead_card.few_answers(lead.unplaced, _MOST_ANSWERS):
        blocks.append(SectionBlock(text=found))
    blocks.extend(lead_card.few_notes(facts))
    return blocks


def _campaign(campaign: Campaign | None) -> list[Block]:
    if campaign is None:
        return []
    points = f"\n{safe(campaign.talking_points, 1_000)}" if campaign.talking_points else ""
    said = f"*{safe(campaign.name, 150)}*\n{offer_line(campaign)}{points}"
    return [SectionBlock(text=said)]

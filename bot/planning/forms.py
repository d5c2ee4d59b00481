"""The modals of planning: requests, drafts and proposals, answers to them, rules, lessons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, ClassVar, Self

from pydantic import model_validator
from slack_sdk.models.blocks import InputInteractiveElement, SectionBlock
from slack_sdk.models.views import View

from bot.campaigns.draft import Draft
from bot.campaigns.forms import CampaignFields, details_to_add, shows_details
from bot.campaigns.models import MOST_LEADS, Campaign
from bot.errors import FieldErrors
from bot.formats import plural
from bot.money import Money
from bot.people.models import Person, Role
from bot.planning.agreement_rule import Quorum
from bot.planning.budget import as_typed, parse_lines
from bot.planning.models import (
    LONGEST,
    LONGEST_CONCERN,
    LONGEST_LESSON,
    MAY_ANSWER,
    MOST_DAYS,
    Again,
    BudgetLine,
    Concern,
    Frequency,
    PlanningRules,
    Request,
    Retrospective,
)
from bot.planning.proposal_answers import RulesChange
from bot.planning.proposals import Plan
from bot.planning.texts import quoted
from bot.slack import inputs  # a form has a field `text`
from bot.slack.forms import Form, Hidden
from bot.slack.incoming import Incoming
from bot.slack.inputs import (
    Changes,
    Choice,
    Values,
    checkboxes,
    declared_by,
    moment,
    number,
    radio,
    select,
    text,
    user,
    users,
)
from bot.slack.kinds import Text
from bot.slack.text import clean

ADD_DETAILS = "proposal.add_details"
_LONGEST_LINES = 2_000


# Requests


@dataclass(frozen=True)
class _LeadNumber(Text):
    """The number of a lead, as its card has it: `#15`."""

    empty: ClassVar[type[Any]] = NoneType

    def read(self, raw: Any, of: Any, values: Values) -> int:
        digits = super().read(raw, of, values).removeprefix("#").strip()
        if not digits.isdecimal() or len(digits) > 18:
            raise ValueError(
                "There's no lead with this number. It's on the lead's card, such as #15."
            )
        return int(digits)


_lead_number = declared_by(_LeadNumber)


class AskFor(Form, id="request.save", title="Ask for a campaign", submit="Ask"):
    """What customers ask for; its token makes one request of a form that comes twice."""

    token: Hidden[str]
    text: str = inputs.text(
        "What do customers ask for?", most=LONGEST["text"], multiline=True,
        missing="Write what customers ask for.",
    )  # fmt: skip
    audience: str = inputs.text(
        "Who's asking?", most=LONGEST["audience"], hint="For example “small shops in Austria”."
    )
    frequency: Frequency = select("How often do you hear it?", placeholder="How often?")
    example: str = inputs.text(
        "An example", most=LONGEST["example"], multiline=True, optional=True,
        hint="What someone said, without their name. The whole channel will see it.",
    )  # fmt: skip
    lead: int | None = _lead_number(
        "Lead it came from", most=20, optional=True,
        hint="The number on its card, such as #15.",
    )  # fmt: skip

    @classmethod
    def of(cls, token: str, channel: str, days: int) -> View:
        """The empty form; marketing answers within so many working days."""
        intro = (
            f"It's posted in <#{channel}>, where colleagues can say they hear it too. "
            f"Marketing answers within {plural(days, 'working day')}."
        )
        return cls.modal(token=token, blocks=[SectionBlock(text=intro)])


class Decline(Form, id="request.save_decline", title="Decline a request", submit="Decline"):
    """Why there will be no campaign for a request."""

    request_id: Hidden[int]
    reason: str = text(
        "Why not?", most=LONGEST["reason"], multiline=True,
        missing="Say why, so that your colleague can tell customers.",
        hint="Your colleague and the channel will see it.",
    )  # fmt: skip

    @classmethod
    def of(cls, request: Request) -> View:
        """The form below what was asked for."""
        return cls.modal(request_id=request.id, blocks=[quoted(request.text)])


class AnswerDays(Form, id="request.save_answer_sla", title="Answer targets"):
    """How soon marketing answers."""

    answer_days: int = number(
        "Working days until a request is answered", minimum=1, maximum=MOST_DAYS,
        hint="In marketing's working hours (`/handoff hours`), for new requests. Marketing is "
        "reminded a working day before.",
    )  # fmt: skip


# Drafts and proposals


@dataclass(frozen=True)
class _BudgetLines(Text):
    """A name and an amount a line, in the form's currency; a tuple of such pairs."""

    empty: ClassVar[type[Any]] = tuple

    def title(self, values: Values) -> str:
        return f"{self.label} in {values['currency']}"

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        typed = "\n".join(f"{name} {amount.amount:f}" for name, amount in value or ())
        return super().element(action_id, of, typed)

    def read(self, raw: Any, of: Any, values: Values) -> tuple[tuple[str, Money], ...]:
        return tuple(parse_lines(super().read(raw, of, values), values["currency"]))


_budget_lines = declared_by(_BudgetLines)

# A draft may lack what sales has to read in the end.
_MAY_WAIT: dict[str, Changes] = {
    name: {"optional": True} for name in ("audience", "offer", "terms", "talking_points")
}


class PlanFields(CampaignFields):
    """What a planned campaign says, its budget line by line, and whose it is."""

    budget: tuple[tuple[str, Money], ...] = _budget_lines(  # type: ignore[assignment]
        "Budget", most=_LONGEST_LINES, multiline=True, optional=True,
        hint="One item per line, for example: Search ads 4,000. Not shown in the channel.",
        when=shows_details,
    )  # fmt: skip
    expected_leads: int | None = number(
        "Expected leads", minimum=1, maximum=MOST_LEADS, optional=True,
        hint="Sales sees whether it has room for them.",
    )  # fmt: skip
    owner: str = user("Owner", hint="Someone in marketing, who answers questions and concerns.")

    def plan(self) -> Plan:
        """What the verbs take."""
        return Plan(replace(self.draft(), budget=None), self.budget, self.owner)


class AfterSaving(StrEnum):
    """What becomes of a draft once it is saved."""

    PROPOSE = "propose"
    KEEP = "keep"
    GIVE_UP = "give_up"

    @property
    def label(self) -> str:
        """How the form writes it."""
        return _AFTER_SAVING[self]


_AFTER_SAVING = {
    AfterSaving.PROPOSE: "Propose to sales",
    AfterSaving.KEEP: "Save as draft",
    AfterSaving.GIVE_UP: "Drop it",
}


class SavePlan(PlanFields, id="proposal.save", title="Propose a campaign"):
    """A draft, new or taken up again; its token makes one draft of a form that comes twice."""

    token: Hidden[str]
    campaign_id: Hidden[int | None] = None
    request_id: Hidden[int | None] = None
    then: AfterSaving = radio("Then")

    @classmethod
    def new(
        cls, token: str, today: date, currency: str, owner: str, request: Request | None = None
    ) -> View:
        """The form of a new campaign, or of one for what customers ask for."""
        known = {"audience": request.audience, "request_id": request.id} if request else {}
        return cls._view(
            request.text if request else "", token=token, today=today, currency=currency,
            owner=owner, starts_on=today, has_details=False, **known,
        )  # fmt: skip

    @classmethod
    def of(
        cls, token: str, today: date, campaign: Campaign, budget: Sequence[BudgetLine], owner: str
    ) -> View:
        """A draft as it was left; `owner` by Slack's ID."""
        values = _as_fields(campaign, budget, owner)
        return cls._view(
            "", token=token, today=today, campaign_id=campaign.id, has_details=True, **values
        )

    @classmethod
    def with_details(cls, incoming: Incoming, request: Request | None) -> View:
        """The form as it is filled in so far, with the details."""
        values = cls.so_far(incoming) | {"has_details": True}
        return cls._view(request.text if request else "", **values)

    @classmethod
    def _view(cls, asks_for: str, **values: Any) -> View:
        intro = "For this request from customers. " if asks_for else ""
        intro += "A draft needs only a name, a kind and a first day."
        choices = [
            Choice(each, each.label)
            for each in AfterSaving
            if each is not AfterSaving.GIVE_UP or values.get("campaign_id")
        ]
        return cls.modal(
            **{"then": AfterSaving.PROPOSE} | values,
            below=details_to_add(values, ADD_DETAILS),
            blocks=[SectionBlock(text=intro), *([quoted(asks_for)] if asks_for else [])],
            fields={**_MAY_WAIT, "then": {"options": choices}},
        )  # fmt: skip


class Revise(PlanFields, id="proposal.save_change", title="Change a proposal"):
    """What was proposed, to be changed."""

    campaign_id: Hidden[int]

    @classmethod
    def of(cls, today: date, campaign: Campaign, budget: Sequence[BudgetLine], owner: str) -> View:
        """The form with what the proposal says; `owner` by Slack's ID."""
        intro = "If you change the audience, offer, price, terms or dates, sales is asked again."
        return cls.modal(
            today=today, campaign_id=campaign.id, **_as_fields(campaign, budget, owner),
            blocks=[SectionBlock(text=intro)], fields=_MAY_WAIT,
        )  # fmt: skip


def _as_fields(campaign: Campaign, budget: Sequence[BudgetLine], owner: str) -> dict[str, Any]:
    """What a campaign says, as the fields of its form."""
    typed = as_typed(campaign, budget)
    known = {"currency": campaign.currency, "budget": typed, "owner": owner}
    return vars(Draft.of(campaign)) | known


class Launch(Form, id="proposal.save_launch", title="Announce", submit="Announce"):
    """When to announce what was agreed."""

    campaign_id: Hidden[int]
    launch_at: datetime | None = moment(
        "Announce at", optional=True, hint="In your time zone. Leave empty to announce now."
    )

    @classmethod
    def of(cls, campaign: Campaign) -> View:
        """The form, with no time set."""
        return cls.modal(campaign_id=campaign.id, blocks=[quoted(campaign.name)])


# Answers to a proposal


class RaiseConcern(Form, id="proposal.save_concern", title="Concern", submit="Raise it"):
    """A concern about one version; its token makes one concern of a form that comes twice."""

    campaign_id: Hidden[int]
    version: Hidden[int]
    token: Hidden[str]
    concern: str = text(
        "What worries you?", most=LONGEST_CONCERN, multiline=True,
        missing="Say what worries you, so that marketing can answer it.",
        hint="It's posted in the proposal's thread. Nothing is agreed until it's answered.",
    )  # fmt: skip

    @classmethod
    def of(cls, campaign: Campaign, token: str) -> View:
        """The form below the offer."""
        return cls.modal(
            campaign_id=campaign.id, version=campaign.version, token=token,
            blocks=[quoted(clean(campaign.offer))],
        )  # fmt: skip


class AnswerConcern(Form, id="proposal.save_answer", title="Answer a concern", submit="Answer"):
    """The answer to a concern."""

    concern_id: Hidden[int]
    answer: str = text(
        "Your answer", most=LONGEST_CONCERN, multiline=True,
        missing="Write your answer.",
        hint="This closes the concern. Your colleague is still asked whether they are ready.",
    )  # fmt: skip

    @classmethod
    def of(cls, concern: Concern) -> View:
        """The form below the concern."""
        return cls.modal(concern_id=concern.id, blocks=[quoted(concern.text)])


class Overrule(Form, id="proposal.save_overrule", title="Agree for sales", submit="Agree"):
    """Why a manager agrees in place of sales."""

    campaign_id: Hidden[int]
    reason: str = text(
        "Why?", most=LONGEST_CONCERN, multiline=True, missing="Say why. Everyone will see it.",
        hint="Everyone will see it on the proposal.",
    )  # fmt: skip

    @classmethod
    def of(cls, campaign: Campaign) -> View:
        """The form below the campaign's name."""
        return cls.modal(campaign_id=campaign.id, blocks=[quoted(campaign.name)])


_ROLES = {Role.SALESPERSON: "Salespeople", Role.MANAGER: "Managers"}


class Rules(Form, id="proposal.save_rules", title="When sales agrees"):
    """What counts as an agreement."""

    roles: list[Role] = checkboxes(
        "Who is asked", options=[Choice(each, _ROLES[each]) for each in MAY_ANSWER],
        missing="Choose whose answers count.",
    )  # fmt: skip
    quorum: Quorum = radio("How many have to be ready")
    quorum_number: int | None = number(
        "If it's a number, how many?", minimum=1, maximum=1_000, optional=True
    )
    required: list[str] = users(
        "Always needed", optional=True, hint="Nothing is agreed until these people are ready."
    )
    days: int = number(
        "Working days until answers are due", minimum=1, maximum=MOST_DAYS,
        hint="In sales' working hours (`/handoff hours`).",
    )  # fmt: skip

    @classmethod
    def of(cls, rules: PlanningRules, required: Sequence[Person]) -> View:
        """The form with the rules of now; `required` are the people whom they name."""
        intro = (
            "A proposal is agreed once enough people are ready and no concern is open. Not "
            "answering doesn't count as ready: people are reminded once, and then listed as "
            "“No answer”."
        )
        return cls.modal(
            roles=rules.asked_roles, quorum=rules.quorum, quorum_number=rules.quorum_number,
            required=[person.slack_id for person in required], days=rules.ready_days,
            blocks=[SectionBlock(text=intro)],
        )  # fmt: skip

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if self.quorum is Quorum.SOME and self.quorum_number is None:
            raise FieldErrors({"quorum_number": "Say how many have to be ready."})
        return self

    def changes(self) -> RulesChange:
        """What the verb takes."""
        return RulesChange(self.roles, self.quorum, self.quorum_number, self.required, self.days)


# Retrospectives


class Lesson(Form, id="retrospective.save", title="Retrospective"):
    """What somebody learned from a campaign."""

    retrospective_id: Hidden[int]
    worked: str = text("What worked?", most=LONGEST_LESSON, optional=True, multiline=True)
    failed: str = text("What failed?", most=LONGEST_LESSON, optional=True, multiline=True)
    again: Again = radio("Should we do it again?")

    @classmethod
    def of(cls, row: Retrospective) -> View:
        """The form, with what was said before; the question comes with its campaign."""
        return cls.modal(
            retrospective_id=row.id, worked=row.worked, failed=row.failed,
            again=row.again or Again.YES, blocks=[quoted(row.campaign.name)],
        )  # fmt: skip

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.worked or self.failed):
            raise FieldErrors({"worked": "Say what worked, what failed, or both."})
        return self

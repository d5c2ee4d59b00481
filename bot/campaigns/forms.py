"""The modals of campaigns: what a campaign says, its end and its time, questions and answers."""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    DividerBlock,
    InputInteractiveElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.draft import Draft
from bot.campaigns.messages import preview
from bot.campaigns.models import (
    LONGEST,
    MOST_LEADS,
    MOST_MATERIALS,
    Campaign,
    CampaignQuestion,
    Kind,
    utm_code,
)
from bot.campaigns.texts import late_words, plain
from bot.money import Money
from bot.slack.blocks import note
from bot.slack.forms import Form, Hidden
from bot.slack.incoming import Incoming
from bot.slack.inputs import Values, declared_by, moment, money, number, select, text
from bot.slack.kinds import Day, Text
from bot.slack.text import clean, safe

ADD_DETAILS = "campaign.add_details"

_FURTHEST_YEARS = 5  # beyond it a year is mistyped


# The kinds of fields that only campaigns have


@dataclass(frozen=True)
class _Line(Text):
    """Text that is one line, however it was pasted."""

    def read(self, raw: Any, of: Any, values: Values) -> str:
        return str(super().read(" ".join(raw.split()), of, values))


@dataclass(frozen=True)
class _FirstDay(Day):
    """A day that is not years away from `today`, a hidden field."""

    def read(self, raw: Any, of: Any, values: Values) -> date:
        chosen = super().read(raw, of, values)
        if abs(chosen.year - values["today"].year) > _FURTHEST_YEARS:
            raise ValueError(
                f"{chosen.year} is more than {_FURTHEST_YEARS} years away. Is the year right?"
            )
        return chosen


@dataclass(frozen=True)
class _LastDay(_FirstDay):
    """A day that is neither over nor before the first one (`starts_on`)."""

    def read(self, raw: Any, of: Any, values: Values) -> date:
        chosen = super().read(raw, of, values)
        starts_on = values.get("starts_on")
        if starts_on is not None and chosen < starts_on:
            raise ValueError("The last day is before the first one. Choose a later day.")
        if chosen < values["today"]:
            raise ValueError("This day has passed. Choose today or later, or leave it empty.")
        return chosen


@dataclass(frozen=True)
class _Names(Text):
    """`Google Ads, newsletter`: a tuple of names, each once, in the order they were typed."""

    empty: ClassVar[type[Any]] = tuple

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return super().element(action_id, of, ", ".join(value or ()))

    def read(self, raw: Any, of: Any, values: Values) -> tuple[str, ...]:
        typed = re.split("[,;\n]", super().read(raw, of, values))
        names = dict[str, str]()
        for name in (" ".join(each.split()) for each in typed):
            names.setdefault(name.casefold(), name)
        return tuple(filter(None, names.values()))


@dataclass(frozen=True)
class _Materials(Text):
    """One a line: a title, if there is one, and an https address; a tuple of such pairs."""

    empty: ClassVar[type[Any]] = tuple

    def element(self, action_id: str, of: Any, value: Any) -> InputInteractiveElement:
        return super().element(action_id, of, "\n".join(" ".join(each) for each in value or ()))

    def read(self, raw: Any, of: Any, values: Values) -> tuple[tuple[str, str], ...]:
        typed = super().read(raw, of, values)
        lines = [line for line in typed.splitlines() if line.strip()]
        if len(lines) > MOST_MATERIALS:
            raise ValueError(f"List up to {MOST_MATERIALS} materials, one per line.")
        return tuple(_material(line) for line in lines)


@dataclass(frozen=True)
class _UtmCode(Text):
    """A UTM campaign code, as leads are attributed by it."""

    def read(self, raw: Any, of: Any, values: Values) -> str:
        code = utm_code(super().read(raw, of, values))
        if code is None:
            raise ValueError(
                "Use letters, digits and . _ - + ~ without spaces, for example spring-offer-2026."
            )
        return code


def _material(line: str) -> tuple[str, str]:
    *words, address = line.split()
    host = _host(address)
    if host is None:
        raise ValueError(
            f"“{clean(line, 60)}” doesn't end with an https:// address. Write a title and an "
            "address, for example: Price list https://example.com/prices"
        )
    return (" ".join(words).rstrip(" :") or host, address)


def _host(address: str) -> str | None:
    """The host of an https address that can stand in a message; None where it is none."""
    if not re.fullmatch(r"https://[^\s<>|\"`]{1,500}", address):
        return None
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


_line = declared_by(_Line)
_first_day = declared_by(_FirstDay)
_last_day = declared_by(_LastDay)
_names = declared_by(_Names)
_materials = declared_by(_Materials)
_utm_code = declared_by(_UtmCode)


# The modals


def shows_details(values: Values) -> bool:
    """Whether the form has the details too."""
    return bool(values["has_details"])


def details_to_add(values: Values, action_id: str) -> list[Block]:
    """Below a form without the details: the button that adds them."""
    if shows_details(values):
        return []
    button = ButtonElement(text="Add details", action_id=action_id)
    details = "UTM code, objections, materials, channels, budget and targets, all optional."
    return [SectionBlock(text=details, accessory=button)]


class CampaignFields(Form):
    """What a campaign says, whether it is announced, planned or changed: what has to be written
    first, then the details.

    The verbs say which of its texts a campaign still needs, since a draft may lack most of them.
    """

    currency: Hidden[str]
    today: Hidden[date]
    """The day in the workspace's zone."""
    has_details: Hidden[bool] = True
    name: str = _line("Name", most=LONGEST["name"], missing="Give the campaign a name.")
    kind: Kind = select("Kind", placeholder="Choose a kind")
    audience: str = _line(
        "Audience", most=LONGEST["audience"], hint="For example “small shops in Austria”."
    )
    offer: str = _line(
        "Offer", most=LONGEST["offer"], hint="What the customer gets, in one sentence."
    )
    price: str = _line(
        "Price or discount", most=LONGEST["price"], optional=True,
        hint="For example “49 EUR a month instead of 98”.",
    )  # fmt: skip
    terms: str = text(
        "Terms", most=LONGEST["terms"], multiline=True,
        hint="Exactly what sales may promise: conditions, exceptions.",
    )  # fmt: skip
    talking_points: str = text(
        "Talking points", most=LONGEST["talking_points"], multiline=True, hint="One per line."
    )
    starts_on: date = _first_day("First day")
    ends_on: date | None = _last_day(
        "Last day", optional=True, hint="Included. Leave empty if there is no end date."
    )
    utm_campaign: str | None = _utm_code(
        "UTM campaign code", most=LONGEST["utm_campaign"], optional=True, above="*Details*",
        hint="Leads with this code belong to the campaign. For example spring-offer-2026.",
        when=shows_details,
    )  # fmt: skip
    objections: str = text(
        "Objections and answers", most=LONGEST["objections"], multiline=True, optional=True,
        hint="What customers may say, and what to answer. One per line.", when=shows_details,
    )  # fmt: skip
    materials: tuple[tuple[str, str], ...] = _materials(
        "Materials", most=LONGEST["materials"], multiline=True, optional=True,
        hint="One per line: a title and an https:// address.", when=shows_details,
    )  # fmt: skip
    channels: tuple[str, ...] = _names(
        "Channels", most=LONGEST["channels"], optional=True,
        hint="For example “Google Ads, newsletter”.", when=shows_details,
    )  # fmt: skip
    budget: Money | None = money(
        "Budget", optional=True, hint="For example 12,500. Not shown in the channel.",
        when=shows_details,
    )  # fmt: skip
    expected_leads: int | None = number(
        "Expected leads", minimum=1, maximum=MOST_LEADS, optional=True, when=shows_details
    )
    expected_customers: int | None = number(
        "Expected customers", minimum=1, maximum=MOST_LEADS, optional=True, when=shows_details
    )
    target_cost_per_lead: Money | None = money(
        "Target cost per lead", optional=True, when=shows_details
    )
    late_callers: str = _line(
        "What to tell late callers", most=LONGEST["late_callers"], optional=True,
        hint="For those who ask after the last day. We suggest something if you leave it empty.",
        when=shows_details,
    )  # fmt: skip

    def draft(self) -> Draft:
        """What the verbs take."""
        return Draft(**{each.name: getattr(self, each.name) for each in fields(Draft)})


class NewCampaign(CampaignFields, id="campaign.preview", title="New campaign", submit="Preview"):
    """A new campaign; its token makes one campaign of a form that is sent several times."""

    token: Hidden[str]

    @classmethod
    def of(cls, token: str, today: date, currency: str) -> View:
        """The empty form, without the details."""
        return cls._view(
            token=token, today=today, currency=currency, starts_on=today, has_details=False
        )

    @classmethod
    def with_details(cls, incoming: Incoming) -> View:
        """The form as it is filled in so far, with the details."""
        return cls._view(**cls.so_far(incoming) | {"has_details": True})

    @classmethod
    def _view(cls, **values: Any) -> View:
        return cls.modal(below=details_to_add(values, ADD_DETAILS), **values)


_WHOLE_BUDGET = (
    "For example 12,500. Not shown in the channel. If it was planned by line, the lines are shown "
    "only while they add up to this."
)


class Change(CampaignFields, id="campaign.save_change", title="Change a campaign"):
    """What a campaign says now, to be changed."""

    campaign_id: Hidden[int]

    @classmethod
    def of(cls, campaign: Campaign, today: date) -> View:
        """The form with what the campaign says."""
        asks = (
            "If you change the audience, offer, price, terms or dates, sales is asked to "
            "confirm again."
            if campaign.announced_at
            else "It isn't announced yet."
        )
        return cls.modal(
            campaign_id=campaign.id, today=today, currency=campaign.currency,
            blocks=[SectionBlock(text=asks)], fields={"budget": {"hint": _WHOLE_BUDGET}},
            **vars(Draft.of(campaign)),
        )  # fmt: skip


class End(
    Form, id="campaign.save_end", title="End a campaign", submit="End it now", close="Keep it"
):
    """End it now, with what late callers hear."""

    campaign_id: Hidden[int]
    late_callers: str = _line(
        "What to tell late callers", most=LONGEST["late_callers"], multiline=True
    )

    @classmethod
    def of(cls, campaign: Campaign) -> View:
        """The form with what was written for late callers, or what anyone would say."""
        what = f"*{safe(campaign.name)}* ends as soon as you submit this, and the channel is told."
        return cls.modal(
            campaign_id=campaign.id, late_callers=late_words(campaign),
            blocks=[SectionBlock(text=what)],
        )  # fmt: skip


class Launch(Form, id="campaign.save_launch", title="Preview", submit="Announce", close="Back"):
    """The campaign as it will be announced, and when."""

    campaign_id: Hidden[int]
    launch_at: datetime | None = moment(
        "Announce at", optional=True, hint="In your time zone. Leave empty to announce now."
    )

    @classmethod
    def of(cls, campaign: Campaign, channel: str) -> View:
        """The form below the card, with the time that is set."""
        where = note(
            f"This is what <#{channel}> will see. Until then it's your draft: `/campaign manage`"
        )
        return cls.modal(
            campaign_id=campaign.id, launch_at=campaign.launch_at,
            blocks=[*preview(campaign), DividerBlock(), where],
        )  # fmt: skip


class Ask(Form, id="campaign.save_question", title="Ask about a campaign", submit="Ask"):
    """A question about a campaign; its token makes one question of a form that comes twice."""

    campaign_id: Hidden[int]
    token: Hidden[str]
    question: str = text(
        "Your question", most=LONGEST["question"], multiline=True,
        missing="Write your question here.",
    )  # fmt: skip

    @classmethod
    def of(cls, campaign: Campaign, token: str) -> View:
        """The empty form; the campaign comes with its owner."""
        owner = clean(campaign.owner.name, 80)
        hint = f"It goes into the announcement's thread and mentions {owner}."
        return cls.modal(
            campaign_id=campaign.id, token=token, fields={"question": {"hint": hint}},
            blocks=[SectionBlock(text=plain(campaign.name, 150))],
        )  # fmt: skip


class Answer(Form, id="campaign.save_answer", title="Answer a question", submit="Answer"):
    """The answer to a question; what was answered before can be changed."""

    question_id: Hidden[int]
    answer: str = text(
        "Your answer", most=LONGEST["answer"], multiline=True, missing="Write your answer here.",
        hint="Everyone can find it on the announcement.",
    )  # fmt: skip

    @classmethod
    def of(cls, question: CampaignQuestion) -> View:
        """The form below the question, which comes with who asked it."""
        return cls.modal(
            question_id=question.id, answer=question.answer,
            blocks=[
                SectionBlock(text=f"*{safe(question.person.name, 100)}* asks:"),
                SectionBlock(text=plain(question.text, 1_100)),
            ],
        )  # fmt: skip

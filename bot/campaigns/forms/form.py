"""The form of a campaign, whether it is announced, drafted or changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import DateTimePickerElement, NumberInputElement
from slack_sdk.models.views import View

from bot.campaigns.models import LONGEST, MOST_LEADS, Kind
from bot.money import Money

ANNOUNCE = "campaign.announce"

Written = Mapping[str, Any]
"""What stands in the fields already, by their names: as `vars()` of a Draft has it."""


def announce(token: str, today: date, channel: str, currency: str) -> View:
    """The form of a new campaign; its token makes one announcement of a form that comes twice."""
    said = f"It is announced in <#{channel}> as soon as you submit it, or at the time that you set."
    return View(
        type="modal",
        callback_id=ANNOUNCE,
        private_metadata=token,
        title="Announce a campaign",
        submit="Announce",
        close="Cancel",
        blocks=[
            SectionBlock(text=said),
            *fields({"starts_on": today}, currency),
            launch_at(),
        ],
    )


def fields(written: Written, currency: str, *, incomplete: bool = False) -> list[Block]:
    """The inputs of a campaign, filled in with what was written; a draft may be `incomplete`."""
    form = _Form(written, currency)
    return [
        form.text("name", "Name"),
        form.kind(),
        form.text("audience", "Audience", "For example “small shops in Austria”.", incomplete),
        form.text("offer", "Offer", "What the customer gets, in one sentence.", incomplete),
        form.text(
            "price", "Price or discount", "For example “EUR 49 a month instead of 98”.", True
        ),
        form.text(
            "terms",
            "Terms",
            "What sales may promise, in the exact words: conditions, exceptions.",
            incomplete,
        ),
        form.text("talking_points", "Talking points", "One point a line.", incomplete),
        form.date("starts_on", "First day"),
        form.date("ends_on", "Last day", "Included. Empty: until further notice."),
        form.text(
            "objections", "Objections and answers", "What customers may say, one a line.", True
        ),
        form.text("channels", "Channels", "For example “Google Ads, newsletter”.", True),
        form.text(
            "materials", "Materials", "One a line: a title, and an address with https://.", True
        ),
        form.amount("budget", "Budget", "For example 12,500. The channel does not see it."),
        form.number("expected_leads", "Expected leads"),
        form.number("expected_customers", "Expected customers"),
        form.amount("target_cost_per_lead", "Target cost per lead"),
        form.text(
            "utm_campaign",
            "UTM campaign code",
            "Leads that arrive with it belong to this campaign, for example spring-offer-2026.",
            True,
        ),
        form.text(
            "late_callers",
            "What to tell late callers",
            "After the last day. Empty: a kind sentence of ours.",
            True,
        ),
    ]


def launch_at(initial: int | None = None) -> InputBlock:
    """When to announce it; seconds since 1970."""
    return InputBlock(
        block_id="launch_at",
        label="Announce at",
        hint="On your own clock. Empty: at once.",
        optional=True,
        element=DateTimePickerElement(action_id="launch_at", initial_date_time=initial),
    )


_LONG = {"terms", "talking_points", "objections", "materials"}


class _Form:
    """The inputs, each with what was written before."""

    def __init__(self, written: Written, currency: str) -> None:
        self._written = written
        self._currency = currency

    def text(
        self,
        name: str,
        label: str,
        hint: str | None = None,
        optional: bool = False,
    ) -> InputBlock:
        element = PlainTextInputElement(
            action_id=name,
            multiline=name in _LONG,
            max_length=LONGEST[name],
            initial_value=_typed(self._written.get(name)),
        )
        return InputBlock(block_id=name, label=label, hint=hint, optional=optional, element=element)

    def kind(self) -> InputBlock:
        options = {kind: Option(text=kind.label, value=kind.value) for kind in Kind}
        chosen = self._written.get("kind")
        element = StaticSelectElement(
            action_id="kind",
            placeholder="Choose a kind",
            options=list(options.values()),
            initial_option=options[Kind(chosen)] if chosen else None,
        )
        return InputBlock(block_id="kind", label="Kind", element=element)

    def date(self, name: str, label: str, hint: str | None = None) -> InputBlock:
        day = self._written.get(name)
        element = DatePickerElement(action_id=name, initial_date=day.isoformat() if day else None)
        return InputBlock(
            block_id=name,
            label=label,
            hint=hint,
            optional=name == "ends_on",
            element=element,
        )

    def amount(self, name: str, label: str, hint: str | None = None) -> InputBlock:
        element = PlainTextInputElement(
            action_id=name, max_length=30, initial_value=_typed(self._written.get(name))
        )
        return InputBlock(
            block_id=name,
            label=f"{label} in {self._currency}",
            optional=True,
            hint=hint,
            element=element,
        )

    def number(self, name: str, label: str) -> InputBlock:
        element = NumberInputElement(
            action_id=name,
            is_decimal_allowed=False,
            min_value="1",
            max_value=str(MOST_LEADS),
            initial_value=_typed(self._written.get(name)),
        )
        return InputBlock(block_id=name, label=label, optional=True, element=element)


def _typed(value: Any) -> str | None:
    """What was written, as it would be typed again; None for nothing."""
    if isinstance(value, Money):
        return f"{value.amount:f}"
    if isinstance(value, tuple):
        lines = [each if isinstance(each, str) else " ".join(each) for each in value]
        value = (", " if all(isinstance(each, str) for each in value) else "\n").join(lines)
    return str(value) if value else None

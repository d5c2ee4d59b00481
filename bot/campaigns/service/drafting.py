"""Drafting: from what someone typed into the form to a campaign that can be announced.

Every field is checked by itself, so that all problems stand in the form at once, each below its
field, as a sentence that says what to write instead.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.campaigns.models import LONGEST, MOST_LEADS, MOST_MATERIALS, Campaign, Kind, utm_code
from bot.errors import FieldErrors
from bot.money import Money, NotAnAmount, parse
from bot.slack.text import clean

T = TypeVar("T")

_MISSING = {
    "name": "Give the campaign a name.",
    "audience": "Say who it is for, for example “small shops in Austria”.",
    "offer": "Say what the customer gets, in one sentence.",
    "terms": "Write the terms that sales may promise. If there are none, write “none”.",
    "talking_points": "Give sales at least one point to talk about.",
}
_FURTHEST_YEARS = 5  # beyond it a year is mistyped


class _Wrong(Exception):
    """One field needs a change; the message says which."""


@dataclass(frozen=True)
class Draft:
    """What someone wrote of a campaign, field by field; texts may be empty until it is proposed."""

    name: str
    kind: Kind
    audience: str
    offer: str
    terms: str
    talking_points: str
    starts_on: date
    ends_on: date | None = None
    budget: Money | None = None
    expected_leads: int | None = None
    utm_campaign: str | None = None
    price: str = ""
    objections: str = ""
    channels: tuple[str, ...] = ()
    materials: tuple[tuple[str, str], ...] = ()
    """Pairs of a title and an https address."""
    expected_customers: int | None = None
    target_cost_per_lead: Money | None = None
    late_callers: str = ""

    @classmethod
    def of(cls, campaign: Campaign) -> "Draft":
        """The campaign as it could be written again."""
        values = {each.name: getattr(campaign, each.name) for each in fields(cls)}
        return cls(
            **values
            | {
                "kind": Kind(campaign.kind),
                "channels": tuple(campaign.channels),
                "materials": tuple((title, address) for title, address in campaign.materials),
            }
        )

    @property
    def missing(self) -> dict[str, str]:
        """What has to be written before others can answer to it: by field, what to write."""
        return {name: said for name, said in _MISSING.items() if not getattr(self, name)}


def draft(
    fields: Mapping[str, Any], currency: str, today: date, *, incomplete: bool = False
) -> Draft:
    """Read the fields of the form as Slack brings them. Raises FieldErrors with all that is wrong.

    `today` is the day in the workspace's zone, `currency` the one that amounts are in. Where it may
    be `incomplete`, a name is enough.
    """
    form = _Form(fields)
    text = form.maybe if incomplete else form.take
    starts_on = form.take("starts_on", lambda text: _day(text, today))
    read: dict[str, Any] = {
        "name": form.take("name", lambda text: _line(text, "name")),
        "kind": form.take("kind", _kind),
        "audience": text("audience", lambda text: _line(text, "audience")),
        "offer": text("offer", lambda text: _line(text, "offer")),
        "terms": text("terms", lambda text: _text(text, "terms")),
        "talking_points": text("talking_points", lambda text: _text(text, "talking_points")),
        "starts_on": starts_on,
        "ends_on": form.maybe("ends_on", lambda text: _end(text, starts_on, today)),
        "budget": form.maybe("budget", lambda text: _amount(text, currency)),
        "expected_leads": form.maybe("expected_leads", _count),
        "utm_campaign": form.maybe("utm_campaign", _code),
        "price": form.maybe("price", lambda text: _line(text, "price")),
        "objections": form.maybe("objections", lambda text: _text(text, "objections")),
        "channels": form.maybe("channels", _names),
        "materials": form.maybe("materials", _materials),
        "expected_customers": form.maybe("expected_customers", _count),
        "target_cost_per_lead": form.maybe(
            "target_cost_per_lead", lambda text: _amount(text, currency)
        ),
        "late_callers": form.maybe("late_callers", lambda text: _line(text, "late_callers")),
    }
    if form.errors:
        raise FieldErrors(form.errors)
    return Draft(**_EMPTY | {name: value for name, value in read.items() if value is not None})


def launch_time(fields: Mapping[str, Any]) -> datetime | None:
    """When it is to be announced, by the form; None: at once. Slack brings seconds since 1970."""
    typed = fields.get("launch_at")
    if typed is None or not re.fullmatch(r"[0-9]{1,11}", str(typed)):
        return None
    return datetime.fromtimestamp(int(typed), UTC)


_EMPTY: dict[str, Any] = dict.fromkeys(("audience", "offer", "terms", "talking_points"), "")


class _Form:
    """The typed fields, and what is wrong with them."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = {name: _visible(value) for name, value in fields.items()}
        self.errors: dict[str, str] = {}

    def take(self, name: str, read: Callable[[str], T]) -> T | None:
        """The field as `read` understands it; None, with its error noted, where it does not."""
        try:
            return read(self._fields.get(name, ""))
        except _Wrong as error:
            self.errors[name] = str(error)
            return None

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        """Likewise, for a field that may be left empty."""
        return self.take(name, read) if self._fields.get(name) else None


def _visible(value: object) -> str:
    """The text whole, without the controls that hide or reorder it, and that no database takes."""
    text = "" if value is None else str(value)
    return clean(text, len(text) + 1).strip()


def _text(text: str, name: str) -> str:
    if not text:
        raise _Wrong(_MISSING[name])
    if len(text) > LONGEST[name]:
        raise _Wrong(
            f"This has {len(text):,} characters. Please shorten it to {LONGEST[name]:,} or fewer."
        )
    return text


def _line(text: str, name: str) -> str:
    return _text(" ".join(text.split()), name)


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise _Wrong("Choose a kind from the list.") from None


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Wrong("Choose a day.") from None
    if abs(day.year - today.year) > _FURTHEST_YEARS:
        raise _Wrong(f"{day.year} is more than {_FURTHEST_YEARS} years away. Is the year right?")
    return day


def _end(text: str, starts_on: date | None, today: date) -> date:
    day = _day(text, today)
    if starts_on is not None and day < starts_on:
        raise _Wrong("The last day is before the first one. Choose a later day.")
    if day < today:
        raise _Wrong("This day is over. Choose today or later, or leave it empty.")
    return day


def _amount(text: str, currency: str) -> Money:
    try:
        return parse(text, currency)
    except NotAnAmount as error:
        raise _Wrong(error.message) from None


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= MOST_LEADS:
        raise _Wrong(f"Write a whole number from 1 to {MOST_LEADS:,}, or leave it empty.")
    return int(text)


def _code(text: str) -> str:
    if len(text) > LONGEST["utm_campaign"]:
        return _text(text, "utm_campaign")
    code = utm_code(text)
    if code is None:
        raise _Wrong(
            "Use letters, digits and . _ - + ~ without spaces, for example spring-offer-2026."
        )
    return code


def _names(text: str) -> tuple[str, ...]:
    """`Google Ads, newsletter`: each once, in the order they were typed."""
    names = (" ".join(name.split()) for name in re.split("[,;\n]", _text(text, "channels")))
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(name for name in found.values() if name)


def _materials(text: str) -> tuple[tuple[str, str], ...]:
    """One a line: a title, if there is one, and an https address."""
    lines = [line for line in _text(text, "materials").splitlines() if line.strip()]
    if len(lines) > MOST_MATERIALS:
        raise _Wrong(f"Please keep to {MOST_MATERIALS} materials, one a line.")
    return tuple(_material(line) for line in lines)


def _material(line: str) -> tuple[str, str]:
    *words, address = line.split()
    host = _host(address)
    if host is None:
        raise _Wrong(
            f"I find no https address at the end of “{clean(line, 60)}”. "
            "Write a title and an address, for example: Price list https://example.com/prices"
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

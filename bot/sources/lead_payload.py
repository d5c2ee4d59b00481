"""The canonical lead before it is stored: what every source's parser gives, and its rules."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from bot.countries import country_code
from bot.errors import HandoffError
from bot.sources import values
from bot.sources.answers import ABOUT, CUT_SHORT, NO_ADDRESS, NO_NUMBER, Answer, note

# What a field may hold: more than any form asks for, less than what would bloat a row.
SHORT = 1_000
LONG = 20_000

EXAMPLE = {
    "external_id": "form-7-2291",
    "email": "ada@example.com",
    "phone": "+49 30 23125001",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Analytical Engines",
    "message": "Please call me about the spring offer.",
    "utm_campaign": "spring-offer",
}

_CLOCKS_DIFFER = timedelta(days=1)
"""So far ahead of ours a sender's clock may be, or its zone unlike the one it was read in."""

_CUT = ("message", "landing_url")
"""What is cut where it is too long; the whole of it stays among the answers."""

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
"""What the sender of a link says of it."""

CLICK_IDS = ("gclid", "fbclid", "li_fat_id", "ttclid")
"""By what ad platforms know a click again."""

# What a landing address carries of the way that led to it.
_CARRIED = (*UTM, *CLICK_IDS)
_CARRYING = re.compile(rf"(?i)https?://[^\s?]+\?\S*(?<=[?&])(?:{'|'.join(_CARRIED)})=\S*")


def is_landing_address(text: str) -> bool:
    """Whether a text is the address of a page that says how somebody came there."""
    return _CARRYING.fullmatch(text.strip()) is not None


class Unreadable(HandoffError):
    """This submission could not be read: {summary}"""

    def __init__(self, problems: dict[str, str]) -> None:
        """Take what is wrong, by field; `body` where it concerns the whole."""
        self.problems = problems
        summary = "; ".join(f"{field}: {problem}" for field, problem in problems.items())
        super().__init__(summary=summary[:2000])

    @property
    def refusal(self) -> "Refusal":
        """The same in plain words, to keep."""
        return Refusal(self.message, self.problems)


class Refusal(NamedTuple):
    """Why a submission could not be read. What is kept is this and never the exception: its
    traceback holds the frames, and with them the body, in a cycle that nothing frees soon."""

    message: str
    problems: dict[str, str]
    """What is wrong, by field."""


def _storable(value: object) -> object:
    """Text that PostgreSQL can hold, trimmed; None for what stands for nothing."""
    if not isinstance(value, str):
        return value
    text = values.storable(value)
    return None if values.is_nothing(text) else text


_Optional = Field(default=None)
Short = Annotated[
    Annotated[str, Field(max_length=SHORT)] | None, BeforeValidator(_storable), _Optional
]
Long = Annotated[
    Annotated[str, Field(max_length=LONG)] | None, BeforeValidator(_storable), _Optional
]


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if not 2000 <= value.year < 2100:  # a program's zero or its end of time
        raise ValueError("is out of range")
    return value if value.tzinfo is None else value.astimezone(UTC)


def is_day(value: datetime) -> bool:
    """Whether this is a day and no time: nobody says when of it, nor where."""
    return value.tzinfo is None and value.time() == time.min


def _with_time(value: datetime | None) -> datetime | None:
    if value is not None and is_day(value):
        raise ValueError("is a day and no time")
    return value


class Consent(BaseModel):
    """What the person agreed to, as the form recorded it; without one nothing is known."""

    model_config = ConfigDict(hide_input_in_errors=True)

    granted: Annotated[bool, Field(description="False: they were asked and said no.")]
    wording: Annotated[Long, Field(description="The exact wording, or its version.")]
    purposes: Annotated[list[str], Field(default_factory=list, max_length=20)]
    at: Annotated[
        AwareDatetime | None,
        AfterValidator(_in_utc),
        Field(default=None, description="With its offset."),
    ]


def _consent(value: object) -> object:
    if not isinstance(value, str | bool | int):
        return value
    granted = values.agreement(str(value))
    if granted is None:
        return None
    is_sentence = values.declaration(str(value)) is not None
    return {"granted": granted, "wording": value if is_sentence else None}


@dataclass(frozen=True)
class Booking:
    """A meeting that somebody booked."""

    external_id: str
    """The sender's id of it, for whoever booked it."""
    starts_at: datetime
    ends_at: datetime
    title: str | None = None
    place: str | None = None
    replaces: str | None = None
    """The id of the meeting that it was until they moved it."""


class LeadPayload(BaseModel):
    """A lead as it is sent: someone raised a hand. It needs an email address or a phone number."""

    model_config = ConfigDict(
        coerce_numbers_to_str=True, json_schema_extra={"example": {**EXAMPLE}},
        hide_input_in_errors=True,
    )  # fmt: skip

    external_id: Annotated[
        Short,
        Field(description="Your own id of this submission. Sent twice by you, it is one lead."),
    ]
    submitted_at: Annotated[
        datetime | None,
        AfterValidator(_with_time),
        AfterValidator(_in_utc),
        Field(
            default=None,
            description="When the person sent it; without an offset from UTC, on the clock of your "
            "workspace.",
        ),
    ]
    email: Short
    phone: Annotated[Short, Field(description="As typed; with +country code, or with `country`.")]
    first_name: Short
    last_name: Short
    company: Short
    job_title: Short
    country: Annotated[Short, Field(description="Two letters of ISO 3166, for example DE.")]
    message: Annotated[Long, Field(description="What they asked for.")]
    utm_source: Short
    utm_medium: Short
    utm_campaign: Annotated[Short, Field(description="Attributes the lead to its campaign.")]
    utm_term: Short
    utm_content: Short
    landing_url: Annotated[
        Long, Field(description="Its UTM parameters and click ids fill those left out.")
    ]
    gclid: Annotated[Short, Field(description="Click id of Google Ads.")]
    fbclid: Annotated[Short, Field(description="Click id of Meta.")]
    li_fat_id: Annotated[Short, Field(description="Click id of LinkedIn.")]
    ttclid: Annotated[Short, Field(description="Click id of TikTok.")]
    form_id: Annotated[Short, Field(description="The sender's id of the form.")]
    ad_id: Annotated[Short, Field(description="The sender's id of the ad.")]
    consent: Annotated[
        Consent | None,
        BeforeValidator(_consent),
        Field(default=None, description="Or yes / no. Left out: unknown, never yes."),
    ]

    answers: Annotated[
        SkipJsonSchema[list[Answer]],
        Field(default_factory=list, description="Every question with its answer."),
    ]
    meeting: Annotated[SkipJsonSchema[Booking | None], Field(default=None, exclude=True)]
    """What they booked; it becomes a row of its own."""

    @field_validator("email")
    @classmethod
    def _valid_email(cls, value: str | None) -> str | None:
        if value is None:
            return None
        address = values.address(value)
        if address is None:
            raise ValueError(NO_ADDRESS)
        return address

    @field_validator("phone")
    @classmethod
    def _valid_phone(cls, value: str | None) -> str | None:
        if value is None:
            return None
        number = values.number(value)
        if number is None:
            raise ValueError(CUT_SHORT if values.is_cut_short(value) else NO_NUMBER)
        return number

    @field_validator("country")
    @classmethod
    def _code_of_country(cls, value: str | None) -> str | None:
        return value and (country_code(value) or value)

    @field_validator("submitted_at", mode="before")
    @classmethod
    def _no_time(cls, value: object) -> object:
        return _storable(value)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.email and not self.phone:
            raise ValueError("an email or a phone is needed, so that someone can answer")
        if self.landing_url:
            self._fill_from(self.landing_url)
        return self

    def _fill_from(self, url: str) -> None:
        try:
            parameters = parse_qs(urlsplit(url).query)
        except ValueError:
            return
        for name in _CARRIED:
            if getattr(self, name) is None and (found := parameters.get(name)):
                stored = _storable(found[0][:SHORT])
                setattr(self, name, stored)

    @property
    def email_key(self) -> str | None:
        """The email address as it identifies a person: casefolded."""
        return self.email.casefold() if self.email else None

    def phone_e164(self, country: str | None) -> str | None:
        """The phone number in E.164 where it can be read as one: by its country code, else in the
        lead's own country, else in `country`."""
        if not self.phone:
            return None
        return values.e164(self.phone, country_code(self.country or "") or country)

    def read_clock(self, zone: tzinfo, received_at: datetime) -> None:
        """Settle when it was sent, on the clocks of this zone where nothing else was said. A time
        that lies ahead is none, and stays an answer."""
        at = self.submitted_at
        if at is None:
            return
        at = at.replace(tzinfo=zone).astimezone(UTC) if at.tzinfo is None else at
        if at <= received_at + _CLOCKS_DIFFER:
            self.submitted_at = at
            return
        text = str(self.submitted_at)
        answers = (each for each in self.answers if each.get("field") == "submitted_at")
        text = next((each["answer"] for each in answers), text)
        self.answers = note(self.answers, "submitted_at", text, None)
        self.submitted_at = None

    @property
    def own_words(self) -> str:
        """All that the person wrote in words of their own."""
        return "\n".join([self.message or "", *(each["answer"] for each in self.unplaced)])

    @property
    def unplaced(self) -> list[Answer]:
        """The answers that no field says: they are shown under their questions."""
        return [answer for answer in self.answers if "field" not in answer]


def read(facts: dict[str, Any]) -> LeadPayload:
    """What a parser found, each fact by itself: what does not fit becomes one of the answers, with
    the reason. Raises Unreadable where nobody could be reached."""
    problems: dict[str, str] = {}
    left = dict(facts)
    while True:
        try:
            return LeadPayload.model_validate(left)
        except ValidationError as error:
            errors = _problems(error)
            problems |= errors
            wrong = {field.partition(".")[0] for field in errors} & left.keys()
            if not wrong:
                raise Unreadable(_causes(problems, left.get("answers") or ())) from None
        if "answers" in wrong:  # they are none of a parser of ours
            del left["answers"]
        for field in wrong - {"answers"}:
            _set_aside(left, field, problems.get(field))


def read_strictly(facts: dict[str, Any]) -> LeadPayload:
    """The same where somebody can mend it at once. Raises Unreadable, naming each field that does
    not fit."""
    try:
        return LeadPayload.model_validate(facts)
    except ValidationError as error:
        raise Unreadable(_problems(error)) from None


def _set_aside(facts: dict[str, Any], field: str, problem: str | None) -> None:
    """Take a value that does not fit out of its field, and keep it as an answer."""
    value = facts.pop(field)
    written = json.dumps(value, default=str, ensure_ascii=False)
    text = values.storable(value if isinstance(value, str) else written)
    if field in _CUT:
        facts[field], problem = text[:LONG], None
    elif field == "external_id":  # too long; the same one sent again is still the same
        facts[field], problem = hashlib.sha256(text.encode()).hexdigest(), None
    elif field == "email" and (address := next(values.addresses(text), None)):
        facts[field], problem = address, None
    if values.says_something(text):
        shown = problem if field in ("email", "phone") else None
        facts["answers"] = note(facts.get("answers"), field, text, shown)


def _causes(problems: dict[str, str], answers: Iterable[Answer]) -> dict[str, str]:
    """What is wrong; that nobody can be reached follows from an address or a number that is."""
    reasons = (each["problem"] for each in answers if "problem" in each)
    causes = {ABOUT[why]: why for why in reasons if why in ABOUT} | problems
    if causes.keys() & {"email", "phone"}:
        causes.pop("body", None)
    return causes


def _problems(error: ValidationError) -> dict[str, str]:
    """By field, what is wrong; never what was sent, since it is somebody's personal data."""
    return {
        ".".join(map(str, detail["loc"])) or "body": detail["msg"].removeprefix("Value error, ")
        for detail in error.errors(include_input=False, include_url=False)
    }

"""The canonical lead before it is stored: what every source's parser gives, and its rules."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
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

from bot.errors import HandoffError
from bot.slack.text import clean

# What a field may hold: more than any form asks for, less than what would bloat a row.
_SHORT = 1_000
_LONG = 20_000

EXAMPLE = {
    "external_id": "form-7-2291",
    "email": "ada@example.com",
    "phone": "+49 30 901820",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Analytical Engines",
    "message": "Please call me about the spring offer.",
    "utm_campaign": "spring-offer",
}

# What a landing address carries of the way that led to it.
_CARRIED = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "gclid", "fbclid", "li_fat_id", "ttclid",
)  # fmt: skip


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


def storable(text: str) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogate (half of an emoji)."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _storable(value: object) -> object:
    """Text that PostgreSQL can hold, trimmed; None if none is seen."""
    if not isinstance(value, str):
        return value
    text = storable(value).strip()
    return text if clean(text).strip() else None


_Optional = Field(default=None)
Short = Annotated[
    Annotated[str, Field(max_length=_SHORT)] | None, BeforeValidator(_storable), _Optional
]
Long = Annotated[
    Annotated[str, Field(max_length=_LONG)] | None, BeforeValidator(_storable), _Optional
]


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if not 2000 <= value.year < 2100:  # a program's zero or its end of time
        raise ValueError("is out of range")
    return value.astimezone(UTC)


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


# A form's tick box and a list's column say it in a word; any other word says nothing for sure.
_GRANTED = {"yes", "y", "true", "on", "1", "granted", "opt-in", "subscribed"}
_REFUSED = {"no", "n", "false", "off", "0", "refused", "opt-out", "unsubscribed"}


def _consent(value: object) -> object:
    if not isinstance(value, str | bool | int):
        return value
    word = str(value).strip().casefold()
    if word in _GRANTED or word in _REFUSED:
        return {"granted": word in _GRANTED}
    return None


class Inquiry(BaseModel):
    """A lead as it is sent: someone raised a hand. It needs an e-mail address or a phone number."""

    model_config = ConfigDict(
        coerce_numbers_to_str=True, json_schema_extra={"example": {**EXAMPLE}},
        hide_input_in_errors=True,
    )  # fmt: skip

    external_id: Annotated[
        Short,
        Field(description="Your own id of this submission. Sent twice by you, it is one lead."),
    ]
    submitted_at: Annotated[
        AwareDatetime | None,
        AfterValidator(_in_utc),
        Field(default=None, description="When the person sent it, with its offset from UTC."),
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

    @field_validator("email")
    @classmethod
    def _valid_email(cls, value: str | None) -> str | None:
        if value is None:
            return None
        # Longer than RFC 5321 allows: refused before the checker spends time on it.
        if len(value) > 254:
            raise ValueError("is not an e-mail address")
        try:
            return validate_email(value, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValueError("is not an e-mail address") from None

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
                stored = _storable(found[0][:_SHORT])
                setattr(self, name, stored)

    @property
    def email_key(self) -> str | None:
        """The e-mail address as it identifies a person: casefolded."""
        return self.email.casefold() if self.email else None

    @property
    def phone_e164(self) -> str | None:
        """The phone number in E.164 where it can be read as one."""
        if not self.phone:
            return None
        region = (self.country or "").upper()
        try:
            number = phonenumbers.parse(
                self.phone, region if re.fullmatch(r"[A-Z]{2}", region) else None
            )
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read(facts: dict[str, Any]) -> Inquiry:
    """Check what a parser found. Raises Unreadable, naming each field that does not fit."""
    try:
        return Inquiry.model_validate(facts)
    except ValidationError as error:
        raise Unreadable(_problems(error)) from None


def _problems(error: ValidationError) -> dict[str, str]:
    """By field, what is wrong; never what was sent, since it is somebody's personal data."""
    return {
        ".".join(map(str, detail["loc"])) or "body": detail["msg"].removeprefix("Value error, ")
        for detail in error.errors(include_input=False, include_url=False)
    }

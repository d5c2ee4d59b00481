"""What an account of HubSpot knows of: kinds of records, properties, owners, pipelines; and how it
refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

CONTACTS, DEALS, NOTES, COMPANIES = "contacts", "deals", "notes", "companies"
KINDS = {CONTACTS: "0-1", COMPANIES: "0-2", DEALS: "0-3", NOTES: "0-46"}
STAMPS = dict.fromkeys(KINDS, "hs_lastmodifieddate") | {CONTACTS: "lastmodifieddate"}
LIFECYCLE = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity",
    "customer", "evangelist", "other",
)  # fmt: skip
STATUSES = (
    "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED",
    "BAD_TIMING",
)  # fmt: skip
SCOPES_OF = {
    CONTACTS: "crm.objects.contacts",
    NOTES: "crm.objects.contacts",
    DEALS: "crm.objects.deals",
    COMPANIES: "crm.objects.companies",
}
"""The scope of a kind of records, without its right."""
SCOPES = frozenset(
    f"{scope}.{right}" for scope in SCOPES_OF.values() for right in ("read", "write")
) | {"crm.objects.owners.read", "crm.schemas.contacts.write", "crm.schemas.deals.write"}
TYPES = {(NOTES, CONTACTS): 202, (DEALS, CONTACTS): 3}
"""The usual types of associations."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class Refused(Exception):
    """An answer other than 2xx."""

    def __init__(
        self, status: int, category: str, message: str, errors: list[dict[str, Any]] | None = None,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(category)
        self.status = status
        self.body = {
            "status": "error",
            "message": message,
            "correlationId": "0e9c8b3a-7a2f-4d3c-9a51-6f1f6a7f0c11",
            "category": category,
            **({"errors": errors} if errors else {}),
            **more,
        }


def invalid(message: str) -> Refused:
    """400 for a call that is not understood."""
    return Refused(400, "VALIDATION_ERROR", message)


def not_valid(complaints: Iterable[tuple[str, str, object]]) -> Refused:
    """400; HubSpot tells it twice, and repeats the values."""
    listed = [
        {"isValid": False, "message": f"{value} is not valid", "error": code, "name": name}
        for name, code, value in complaints
    ]
    errors = [
        {"message": f"{value} is not valid", "code": code, "context": {"propertyName": [name]}}
        for name, code, value in complaints
    ]
    message = f"Property values were not valid: {json.dumps(listed)}"
    return Refused(400, "VALIDATION_ERROR", message, errors)


def lacks(scope: str) -> Refused:
    """403 for a missing scope."""
    error = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": [scope]},
    }
    return Refused(403, "MISSING_SCOPES", "This app hasn't all required scopes.", [error])


def conflict(name: str, value: str, record_id: str) -> Refused:
    """Another record has this unique value."""
    if name == "email":
        return Refused(409, "CONFLICT", f"Contact already exists. Existing ID: {record_id}")
    return not_valid([(name, "PROPERTY_VALUE_ALREADY_EXISTS", value)])


@dataclass
class Property:
    """A property of a kind of record."""

    name: str
    label: str = ""
    type: str = "string"
    field: str = "text"
    options: tuple[str, ...] = ()
    is_unique: bool = False
    is_read_only: bool = False
    group: str = "contactinformation"
    is_hubspots: bool = True

    def as_json(self) -> dict[str, Any]:
        """As the API tells it."""
        return {
            "name": self.name, "label": self.label or self.name, "type": self.type,
            "fieldType": self.field, "groupName": self.group, "hasUniqueValue": self.is_unique,
            "calculated": False, "externalOptions": False, "hidden": False, "formField": False,
            "description": "", "displayOrder": -1, "hubspotDefined": self.is_hubspots,
            "archived": False,
            "options": [
                {"label": one.title(), "value": one, "displayOrder": place, "hidden": False}
                for place, one in enumerate(self.options)
            ],
            "modificationMetadata": {
                "archivable": not self.is_hubspots, "readOnlyDefinition": self.is_hubspots,
                "readOnlyValue": self.is_read_only,
            },
        }  # fmt: skip

    def complaint(self, value: str) -> str | None:
        """The code of what is wrong with a value; None where nothing is."""
        if self.is_read_only:
            return "READ_ONLY_VALUE"
        return self._misfit(value) if value else None

    def _misfit(self, value: str) -> str | None:
        if self.name == "email" and not _EMAIL.fullmatch(value):
            return "INVALID_EMAIL"
        if self.type in ("enumeration", "bool") and self.options:
            chosen = value.split(";") if self.field == "checkbox" else [value]
            return None if set(chosen) <= set(self.options) else "INVALID_OPTION"
        if self.type == "number" and not _is_number(value):
            return "INVALID_NUMBER"
        if self.type in ("datetime", "date") and moment(value) is None:
            return "INVALID_DATE"
        return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def moment(value: str) -> datetime | None:
    """A time as HubSpot takes it."""
    try:
        if value.isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        parsed = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def iso(at: datetime) -> str:
    """A time as HubSpot tells it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Item:
    """A record."""

    id: str
    made_at: datetime
    changed_at: datetime
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class Owner:
    """Somebody who can own records."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    is_archived: bool = False

    def as_json(self, at: datetime) -> dict[str, Any]:
        """As the API tells it."""
        user = int(self.id) + 1000
        return {
            "id": self.id, "email": self.email, "type": "PERSON", "firstName": self.first_name,
            "lastName": self.last_name, "userId": None if self.is_archived else user,
            "userIdIncludingInactive": user, "archived": self.is_archived, "createdAt": iso(at),
            "updatedAt": iso(at),
        }  # fmt: skip


@dataclass
class Stage:
    """A stage of a pipeline."""

    id: str
    label: str
    probability: float
    is_closed: bool = False


@dataclass
class Pipeline:
    """A pipeline of deals."""

    id: str
    label: str
    stages: list[Stage]

    def as_json(self, order: int, at: datetime) -> dict[str, Any]:
        """As the API tells it."""
        times = {"archived": False, "createdAt": iso(at), "updatedAt": iso(at)}
        stages = [
            {
                "id": each.id, "label": each.label, "displayOrder": place,
                "metadata": {"isClosed": str(each.is_closed).lower(),
                             "probability": str(each.probability)},
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT", **times,
            }
            for place, each in enumerate(self.stages)
        ]  # fmt: skip
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": order,
            "stages": stages,
            **times,
        }


def usual_pipelines() -> list[Pipeline]:
    """The pipelines of a new account, and one more."""
    sales = [
        Stage("appointmentscheduled", "Appointment scheduled", 0.2),
        Stage("contractsent", "Contract sent", 0.9),
        Stage("closedwon", "Closed won", 1.0, is_closed=True),
        Stage("closedlost", "Closed lost", 0.0, is_closed=True),
    ]
    renewals = [
        Stage("9001", "Asked", 0.5),
        Stage("9002", "Renewed", 1.0, is_closed=True),
        Stage("9003", "Cancelled", 0.0, is_closed=True),
    ]
    return [Pipeline("default", "Sales pipeline", sales), Pipeline("777", "Renewals", renewals)]


def usual_properties(kind: str) -> dict[str, Property]:
    """The properties that every account has."""
    read_only = [
        "hs_object_id", STAMPS[kind], "createdate", "hs_merged_object_ids",
        "hs_object_source_label",
    ]  # fmt: skip
    listed = [Property(name, is_read_only=True) for name in read_only]
    listed.append(Property("hubspot_owner_id", "Owner", "enumeration", "select"))
    listed += _OF_KIND[kind]
    return {each.name: replace(each) for each in listed}


def _texts(*names: str) -> list[Property]:
    return [Property(name) for name in names]


_OF_KIND = {
    CONTACTS: [
        *_texts("email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle",
                "country", "message"),
        Property("hs_additional_emails", is_read_only=True),
        Property("hs_calculated_merged_vids", is_read_only=True),
        Property("hs_google_click_id", is_read_only=True),
        Property("hs_facebook_click_id", is_read_only=True),
        Property("hs_analytics_first_url", is_read_only=True),
        Property("hs_lead_status", "Lead status", "enumeration", "radio", STATUSES),
        Property("lifecyclestage", "Lifecycle stage", "enumeration", "radio", LIFECYCLE),
    ],
    DEALS: [
        *_texts("dealname", "closed_lost_reason"),
        Property("pipeline", "Pipeline", "enumeration", "select"),
        Property("dealstage", "Deal stage", "enumeration", "radio"),
        Property("amount", "Amount", "number", "number"),
        Property("deal_currency_code", "Currency", "enumeration", "select", ("EUR", "USD", "GBP")),
        Property("closedate", "Close date", "datetime", "date"),
        Property("hs_is_closed", is_read_only=True),
        Property("hs_is_closed_won", is_read_only=True),
    ],
    NOTES: [*_texts("hs_note_body"), Property("hs_timestamp", "Time", "datetime", "date")],
    COMPANIES: _texts("name", "domain"),
}  # fmt: skip

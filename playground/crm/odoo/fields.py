"""The models and fields of Odoo that the stand-in has, and what their cells may hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playground.crm.odoo.errors import value_error


@dataclass(frozen=True)
class Field:
    """A field: its type, and what it refers to or chooses from."""

    type: str = "char"
    of: str = ""
    """The model, or the choices with bars between."""
    required: bool = False
    default: Any = False
    readonly: bool = False


def _many2one(model: str) -> Field:
    return Field("many2one", model)


_STAMPS = {"create_date": Field("datetime", readonly=True),
           "write_date": Field("datetime", readonly=True)}  # fmt: skip
_NAME = {"name": Field(required=True)}
_ACTIVE = {"active": Field("boolean", default=True)}

MODELS: dict[str, dict[str, Field]] = {
    model: fields | _STAMPS
    for model, fields in {
        "crm.lead": _NAME | _ACTIVE | {
            "type": Field("selection", "lead|opportunity", required=True),
            "email_from": Field(), "email_normalized": Field(readonly=True),
            "contact_name": Field(), "partner_name": Field(), "function": Field(),
            "phone": Field(), "description": Field("html"),
            "priority": Field("selection", "0|1|2|3", default="0"),
            "country_id": _many2one("res.country"), "user_id": _many2one("res.users"),
            "team_id": _many2one("crm.team"), "stage_id": _many2one("crm.stage"),
            "campaign_id": _many2one("utm.campaign"), "source_id": _many2one("utm.source"),
            "medium_id": _many2one("utm.medium"), "lost_reason_id": _many2one("crm.lost.reason"),
            "company_currency": Field("many2one", "res.currency", readonly=True),
            "tag_ids": Field("many2many", "crm.tag", default=()),
            "expected_revenue": Field("float", default=0.0), "date_deadline": Field("date"),
            "probability": Field("float", default=0.0),
            "won_status": Field("selection", "won|lost|pending", default="pending", readonly=True),
        },
        "crm.team": _NAME | _ACTIVE,
        "crm.stage": _NAME | {
            "is_won": Field("boolean"), "sequence": Field("integer", default=1),
            "team_ids": Field("many2many", "crm.team", default=()),
        },
        "crm.tag": _NAME,
        "crm.lost.reason": _NAME | _ACTIVE,
        "utm.campaign": _ACTIVE | {"name": Field(required=True), "title": Field(required=True)},
        "utm.source": _NAME,
        "utm.medium": _NAME,
        "res.country": _NAME | {"code": Field()},
        "res.currency": _NAME | _ACTIVE,
        "res.company": _NAME | {"currency_id": _many2one("res.currency")},
        "res.partner": _NAME | _ACTIVE | {
            "email": Field(), "website": Field(), "is_company": Field("boolean"),
            "user_id": _many2one("res.users"),
        },
        "res.users": _NAME | _ACTIVE | {
            "login": Field(required=True), "email": Field(), "share": Field("boolean"),
            "group_ids": Field("many2many", default=()),
        },
        "res.users.apikeys": _NAME | {
            "user_id": _many2one("res.users"), "scope": Field(),
            "expiration_date": Field("datetime"),
        },
        "mail.message.subtype": _NAME,
        "mail.message": {
            "model": Field(), "res_id": Field("integer"), "body": Field("html"),
            "subject": Field(), "message_id": Field(),
            "message_type": Field("selection", "comment|notification|email", default="comment"),
            "subtype_id": _many2one("mail.message.subtype"),
        },
    }.items()
}  # fmt: skip
UNIQUE = {"crm.tag", "utm.campaign", "utm.source", "utm.medium"}
"""The models with one record of a name."""
NAMED_BY = {"utm.campaign": "title"}
"""The field that people see as a record's name, where it is not `name`."""


def text_of(moment: datetime) -> str:
    """A time as Odoo tells it: UTC, whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def moment_of(text: Any) -> datetime:
    """A time as Odoo takes it. Raises OdooError."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise value_error(f"Invalid datetime: {text!r}") from None


def checked(model: str, name: str, field: Field, value: Any) -> Any:
    """A value as it is kept. Raises OdooError for what the field does not take."""
    if value in (None, False, ""):
        return {"float": 0.0, "integer": 0}.get(field.type, False)
    if field.type == "selection" and value not in field.of.split("|"):
        raise value_error(f"Wrong value for {model}.{name}: {value!r}")
    if field.type in ("char", "html") and not isinstance(value, str):
        value = str(value)
    if field.type == "datetime":
        return moment_of(value)
    if field.type in ("float", "integer", "many2one"):
        try:
            return float(value) if field.type == "float" else int(value)
        except (TypeError, ValueError):
            raise value_error(f"Wrong value for {model}.{name}: {value!r}") from None
    return value

"""What `handoff crm check` looks at in Salesforce, and makes on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.crm.adapters.salesforce.calls import CallRefused, Json, Session, quoted
from bot.crm.adapters.salesforce.fields import (
    CURRENCY,
    CUSTOM,
    KEY,
    Custom,
    Organization,
    Schema,
)
from bot.crm.port import Blocked, Busy, Finding, Stage

PERMISSION_SET = "Handoff"
_LOW_SHARE = 0.1
# What is written anyway where a new lead has to have it.
_FILLED = {"LastName", "Company", "Status", "OwnerId", CURRENCY, KEY}


def check(session: Session, *, make: bool) -> Iterator[Finding]:
    """Look at everything that has to be right before going live."""
    try:
        session.call("GET", "/limits")
        yield Finding("The app's client id and secret")
        yield from _check_fields(session, make=make)
        organization = Organization(session)
        for look in _LOOKS:
            yield from _guarded(look, session, organization)
    except (Blocked, Busy) as error:
        yield Finding("Salesforce", error.detail)


def _guarded(
    look: Callable[[Session, Organization], Iterator[Finding]],
    session: Session, organization: Organization,
) -> Iterator[Finding]:  # fmt: skip
    """One look; what stops it does not stop the others."""
    try:
        yield from look(session, organization)
    except CallRefused as error:
        yield Finding(look.__doc__ or "Salesforce", error.detail)


# ---- fields -------------------------------------------------------------------------------------


def _check_fields(session: Session, *, make: bool) -> Iterator[Finding]:
    for name, fields in CUSTOM.items():
        try:
            schema = _describe(session, name)
        except CallRefused:
            yield Finding(f"{name}s", f"The app's user may not see {name.lower()}s")
            continue
        missing = [each for each in fields if not schema.takes(each.name)]
        problems = _make(session, name, missing) if make and missing else {}
        if make and missing:
            schema = _describe(session, name)
        for field in fields:
            yield _finding(name, field, schema, problems.get(field.name))
        if name == "Lead":
            yield from _check_object(schema)


def _describe(session: Session, name: str) -> Schema:
    return Schema(session.call("GET", f"/sobjects/{name}/describe"))


def _finding(name: str, field: Custom, schema: Schema, problem: str | None) -> Finding:
    what = f"{name}: field {field.label} ({field.name})"
    told = schema.fields.get(field.name)
    if told is None:
        why = (
            f"It does not exist, or the app's user may not see it (field-level security). {problem}"
            if problem
            else "It does not exist, or the app's user may not see it (field-level security). Run "
            "`handoff crm check --make`, or make it in Setup → Object Manager → "
            f"{name} → Fields & Relationships ({_kind(field)}), visible and not read-only."
        )
        return Finding(what, why, can_be_made=True)
    if not schema.takes(field.name):
        return Finding(what, "The app's user may read it only. Allow to edit it in Setup → Object "
                       f"Manager → {name} → {field.label} → Set Field-Level Security.",
                       can_be_made=True)  # fmt: skip
    if field.name == KEY and not (told.get("externalId") and told.get("unique")):
        return Finding(what, "It has to be an external id and unique: tick both in its settings.")
    return Finding(what)


def _kind(field: Custom) -> str:
    told = dict(field.metadata)
    kind = f"{told['type']}({told['length']})" if "length" in told else str(told["type"])
    return f"{kind}, external id, unique" if told.get("externalId") else kind


def _check_object(schema: Schema) -> Iterator[Finding]:
    rights = [each for each in ("createable", "updateable") if not schema.described.get(each)]
    yield Finding(
        "Leads can be made and changed",
        "Allow the app's user to create and edit leads." if rights else None,
    )
    required = [
        each["label"]
        for each in schema.fields.values()
        if each.get("createable") and not each["nillable"] and not each["defaultedOnCreate"]
        and each["name"] not in _FILLED
    ]  # fmt: skip
    yield Finding(
        "A new lead needs nothing that Handoff does not know",
        f"These fields are required: {', '.join(required)}. Give them a default value, or make "
        "them required on the page layout only."
        if required
        else None,
    )


def _make(session: Session, name: str, fields: list[Custom]) -> dict[str, str]:
    """Make fields and let the app's user see them; why not, by the fields' names."""
    problems = {}
    for field in fields:
        try:
            session.call("POST", "/tooling/sobjects/CustomField", json=_definition(name, field))
        except CallRefused as error:
            if error.code != "DUPLICATE_DEVELOPER_NAME":  # it exists, and cannot be seen
                problems[field.name] = f"Salesforce does not make it: {error.code}."
        except Blocked:
            problems[field.name] = _NO_RIGHT + f" ({_kind(field)})."
    try:
        _allow(session, name, [each for each in fields if each.name not in problems])
    except Blocked:
        for field in fields:
            problems.setdefault(field.name, _HIDDEN)
    return problems


_NO_RIGHT = (
    "The app's user may not make fields (Customize Application): make it in Setup → Object Manager"
)
_HIDDEN = (
    "It exists now. Let the app's user see and edit it: Setup → Object Manager → the field → Set "
    "Field-Level Security."
)


def _definition(name: str, field: Custom) -> Json:
    metadata = {"label": field.label, "required": False, **field.metadata}
    if field.metadata["type"] == "Checkbox":
        metadata.pop("required")
    return {"FullName": f"{name}.{field.name}", "Metadata": metadata}


def _allow(session: Session, name: str, fields: list[Custom]) -> None:
    """A new field is seen by nobody: the permission set Handoff lets its holders see it."""
    if not fields:
        return
    parent = _permission_set(session)
    known = session.rows(
        f"SELECT Id, Field FROM FieldPermissions WHERE ParentId = {quoted(parent)}"  # noqa: S608
    )
    ids = {row["Field"]: row["Id"] for row in known}
    for field in fields:
        full = f"{name}.{field.name}"
        rights = {"PermissionsRead": True, "PermissionsEdit": True}
        if full in ids:
            session.call("PATCH", f"/sobjects/FieldPermissions/{ids[full]}", json=rights)
            continue
        row = {"ParentId": parent, "SobjectType": name, "Field": full, **rights}
        session.call("POST", "/sobjects/FieldPermissions", json=row)


def _permission_set(session: Session) -> str:
    """The permission set Handoff, which the app's user has."""
    rows = session.rows(
        f"SELECT Id FROM PermissionSet WHERE Name = {quoted(PERMISSION_SET)}"  # noqa: S608 - quoted
    )
    row = {"Name": PERMISSION_SET, "Label": PERMISSION_SET}
    parent = (
        rows[0]["Id"] if rows else session.call("POST", "/sobjects/PermissionSet", json=row)["id"]
    )
    held = session.rows(
        "SELECT Id FROM PermissionSetAssignment WHERE "  # noqa: S608 - quoted
        f"PermissionSetId = {quoted(parent)} AND AssigneeId = {quoted(session.user_id)}"
    )
    if not held:
        assignment = {"PermissionSetId": parent, "AssigneeId": session.user_id}
        session.call("POST", "/sobjects/PermissionSetAssignment", json=assignment)
    return str(parent)


# ---- the rest -----------------------------------------------------------------------------------


def _statuses(_: Session, organization: Organization) -> Iterator[Finding]:
    """Lead statuses"""
    statuses = organization.statuses
    yield Finding(f"Lead statuses: {statuses}")
    silent = [stage for stage in (Stage.CONTACTED, Stage.LOST) if not statuses.says(stage)]
    if silent:
        yield Finding(
            "Lead statuses",
            f"No status that is not converted means {' or '.join(silent)}: the field Handoff "
            "Outcome alone says it. Add one, for example “Working - Contacted” or “Closed - Not "
            "Converted”.",
        )


def _opportunities(_: Session, organization: Organization) -> Iterator[Finding]:
    """Opportunity stages"""
    found = organization.opportunity_stages
    names = ", ".join(f"{kind} → {name or 'none'}" for kind, name in found._asdict().items())
    problem = None if all(found) else "Each of open, won and lost needs an active stage."
    yield Finding(f"Opportunity stages: {names}", problem)
    can_write = organization.opportunity.takes("StageName")
    yield Finding(
        "Opportunities of converted leads can be changed",
        None if can_write else "Allow the app's user to read and edit opportunities.",
    )


def _currencies(_: Session, organization: Organization) -> Iterator[Finding]:
    """Currency"""
    if organization.has_currencies:
        yield Finding("Amounts: each record in its own currency")
    elif organization.currency:
        yield Finding(f"Amounts: in {organization.currency}; those in others are not written")
    else:
        yield Finding("Amounts", "Salesforce does not say in which currency they are, so none is "
                      "written. Give the app's user Chatter access.")  # fmt: skip


def _limits(session: Session, _: Organization) -> Iterator[Finding]:
    """Calls in 24 hours"""
    told = session.call("GET", "/limits").get("DailyApiRequests") or {}
    most, left = int(told.get("Max", 0)), int(told.get("Remaining", 0))
    problem = None
    if most and left < most * _LOW_SHARE:
        problem = "Few are left; Handoff pauses when none is. See Setup → Company Information."
    yield Finding(f"Calls in 24 hours: {left:,} of {most:,} left", problem)


def _owners(session: Session, _: Organization) -> Iterator[Finding]:
    """Users"""
    rows = session.rows("SELECT Id FROM User WHERE UserType = 'Standard' AND IsActive = true")
    yield Finding(
        f"Users who can own leads: {len(rows)}",
        None if rows else "The app's user sees no active user. Allow it to view all users.",
    )


def _notes(session: Session, organization: Organization) -> Iterator[Finding]:
    """Notes (tasks)"""
    schema = _describe(session, "Task")
    can_write = schema.described.get("createable") and schema.has("WhoId")
    yield Finding(
        f"Notes: tasks with status {organization.note_status}",
        None if can_write else "Allow the app's user to edit tasks (Edit Tasks).",
    )


def _campaigns(session: Session, _: Organization) -> Iterator[Finding]:
    """Campaigns"""
    try:
        schema = _describe(session, "CampaignMember")
    except CallRefused:
        schema = Schema({"fields": []})
    can_write = schema.described.get("createable")
    what = "Campaign members" if can_write else (
        "Campaign members are not made (the app's user is no Marketing User); Handoff Campaign "
        "says the name"
    )  # fmt: skip
    yield Finding(what)


_LOOKS = (_statuses, _opportunities, _currencies, _limits, _owners, _notes, _campaigns)

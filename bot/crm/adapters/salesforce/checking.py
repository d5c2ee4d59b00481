"""What `handoff crm check` looks at in Salesforce, and makes on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.crm.adapters.salesforce.calls import CallRefused, Json, Session, quoted
from bot.crm.adapters.salesforce.fields import (
    CURRENCY,
    CUSTOM,
    KEY,
    STANDARD,
    Custom,
    Organization,
    Schema,
)
from bot.crm.port import Blocked, Busy, Finding, Stage, Trouble

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
        yield Finding(look.__doc__ or "Salesforce", f"Handoff cannot look: {error.detail}")


# ---- fields -------------------------------------------------------------------------------------


def _check_fields(session: Session, *, make: bool) -> Iterator[Finding]:
    for name, fields in CUSTOM.items():
        try:
            schema = _describe(session, name)
        except CallRefused:
            yield Finding(name, "The app's user may not see this object: allow to read and edit it")
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
    described = schema.fields.get(field.name)
    if described is None:
        unseen = "It does not exist, or the app's user may not see it (field-level security)."
        by_hand = (
            f"In Setup → Object Manager → {name} → Fields & Relationships, make it "
            f"({_kind(field)}) and let the app's user see and edit it."
        )
        problem = problem or "Run `handoff crm check --make`, or do it by hand."
        return Finding(what, f"{unseen} {problem} {by_hand}", can_be_made=True)
    if not schema.takes(field.name):
        read_only = (
            "The app's user may not edit it. Run `handoff crm check --make`, or allow it in Setup "
            f"→ Object Manager → {name} → {field.label} → Set Field-Level Security."
        )
        return Finding(what, read_only, can_be_made=True)
    if not field.fits(described["type"]):
        return Finding(what, f"It is of type {described['type']}: make it {_kind(field)}.")
    if field.name == KEY and not (described.get("externalId") and described.get("unique")):
        return Finding(what, "It has to be an external id and unique: tick both in its settings.")
    return Finding(what)


def _kind(field: Custom) -> str:
    """What an admin chooses in Setup."""
    kind, length = field.metadata["type"], field.metadata.get("length")
    sized = f"{kind}({length})" if length else str(kind)
    return f"{sized}, external id, unique" if field.metadata.get("externalId") else sized


def _check_object(schema: Schema) -> Iterator[Finding]:
    rights = [each for each in ("createable", "updateable") if not schema.described.get(each)]
    yield Finding(
        "Leads can be made and changed",
        "Allow the app's user to create and edit leads." if rights else None,
    )
    hidden = [name for name in (*STANDARD.values(), "Status") if not schema.takes(name)]
    yield Finding(
        "The fields that leads have anyway can be written",
        f"Let the app's user see and edit {', '.join(hidden)}." if hidden else None,
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
        if (problem := _make_one(session, name, field)) is not None:
            problems[field.name] = problem
    made = [each for each in fields if each.name not in problems]
    try:
        _allow(session, name, made)
    except Blocked as error:
        if error.trouble is Trouble.TOKEN:
            raise
        problems |= dict.fromkeys((each.name for each in made), _NO_GRANT)
    return problems


def _make_one(session: Session, name: str, field: Custom) -> str | None:
    """Make a field; why not, if not."""
    try:
        session.call("POST", "/tooling/sobjects/CustomField", json=_definition(name, field))
    except CallRefused as error:
        exists = error.code == "DUPLICATE_DEVELOPER_NAME"  # and cannot be seen
        return None if exists else f"Salesforce does not make it ({error.code})."
    except Blocked as error:
        if error.trouble is not Trouble.RIGHT:
            raise
        return "The app's user may not make fields (it lacks “Customize Application”)."
    return None


_NO_GRANT = (
    "The app's user may not give rights (it lacks “Manage Profiles and Permission Sets”), so that "
    "nobody sees the field yet."
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
    stages = organization.opportunity_stages
    names = ", ".join(f"{kind} → {name or 'none'}" for kind, name in stages._asdict().items())
    problem = None if all(stages) else "Each of open, won and lost needs an active stage."
    yield Finding(f"Opportunity stages: {names}", problem)
    can_write = organization.opportunity.takes("StageName")
    yield Finding(
        "Opportunities of converted leads can be changed",
        None if can_write else "Allow the app's user to read and edit opportunities.",
    )


def _sharing(session: Session, _: Organization) -> Iterator[Finding]:
    """Sharing"""
    for name, several in (("Lead", "leads"), ("Opportunity", "opportunities")):
        try:
            sees_all = _sees_all(session, name)
        except CallRefused:  # permission sets are seen by who may see Setup
            yield Finding(f"Whether the app's user sees all {several}, only an admin can look up")
            continue
        problem = (
            f"The app's user sees its own {several} only: those of others would look deleted. Give "
            f"its permission set “View All Records” for {several}."
        )
        yield Finding(f"The app's user sees all {several}", None if sees_all else problem)


def _sees_all(session: Session, name: str) -> bool:
    models = session.rows(
        "SELECT InternalSharingModel FROM EntityDefinition WHERE "  # noqa: S608 - quoted
        f"QualifiedApiName = {quoted(name)}"
    )
    if not models or models[0]["InternalSharingModel"] != "Private":
        return True
    held = session.rows(
        "SELECT PermissionSetId FROM PermissionSetAssignment WHERE "  # noqa: S608 - quoted
        f"AssigneeId = {quoted(session.user_id)}"
    )
    ids = {row["PermissionSetId"] for row in held}
    of_all = "SELECT Id FROM PermissionSet WHERE PermissionsViewAllData = true AND Id IN {}"
    of_object = (
        "SELECT Id FROM ObjectPermissions WHERE PermissionsViewAllRecords = true"  # noqa: S608
        f" AND SobjectType = {quoted(name)} AND ParentId IN {{}}"
    )
    return any(session.rows_of(soql, ids) for soql in (of_all, of_object))


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
    limit = session.call("GET", "/limits").get("DailyApiRequests") or {}
    most, left = int(limit.get("Max", 0)), int(limit.get("Remaining", 0))
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


_LOOKS = (_statuses, _opportunities, _sharing, _currencies, _limits, _owners, _notes, _campaigns)

"""The objects of the stand-in of Salesforce: their fields, their rows, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from playground.crm.salesforce_soql import Malformed, Row

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class RowRefused(Exception):
    """One row was refused."""

    def __init__(self, code: str, message: str, *fields: str, **more: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.fields, self.more = code, message, list(fields), more


class CallRefused(Exception):
    """A whole call was refused."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Field:
    """One field of an object. `kind` is what Salesforce calls its type, in lower case."""

    name: str
    kind: str = "string"
    length: int = 255
    is_required: bool = False
    is_written: bool = True
    """Whether anybody may write it; Salesforce itself writes the others."""
    default: Any = None
    values: tuple[str, ...] = ()
    is_restricted: bool = False
    is_unique: bool = False
    is_external_id: bool = False
    is_seen: bool = True
    """Whether the app's user may see it (field-level security)."""
    refers_to: str = ""
    label: str = ""

    @property
    def is_custom(self) -> bool:
        """Whether an admin made it."""
        return self.name.endswith("__c")

    def described(self) -> Row:
        """As `describe` tells it."""
        is_text = self.kind in {"string", "textarea", "email", "phone", "url", "picklist", "id"}
        return {
            "name": self.name, "label": self.label or self.name, "custom": self.is_custom,
            "type": self.kind, "length": self.length if is_text else 0,
            "nillable": not self.is_required, "createable": self.is_written,
            "updateable": self.is_written, "defaultedOnCreate": self.default is not None,
            "externalId": self.is_external_id, "unique": self.is_unique,
            "idLookup": self.is_external_id or self.name == "Id",
            "restrictedPicklist": self.is_restricted, "referenceTo": [self.refers_to] * bool(
                self.refers_to),
            "picklistValues": [
                {"value": each, "label": each, "active": True, "defaultValue": each == self.default}
                for each in self.values
            ],
        }  # fmt: skip


@dataclass
class Table:
    """One object: its fields and its rows."""

    name: str
    prefix: str
    fields: dict[str, Field]
    rows: dict[str, Row] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    """The names of references in a query's paths, and their fields."""
    is_setup: bool = False
    """Whether it has no SystemModstamp, owner or recycle bin of interest."""


def _fields(*own: Field, is_owned: bool = False) -> dict[str, Field]:
    system = [
        Field("Id", "id", 18, is_written=False),
        Field("IsDeleted", "boolean", is_written=False),
        Field("CreatedDate", "datetime", is_written=False),
        Field("SystemModstamp", "datetime", is_written=False),
    ]
    owner = [Field("OwnerId", "reference", refers_to="User")] if is_owned else []
    return {each.name: each for each in [*system, *owner, *own]}


LEAD_STATUSES = (
    ("Open - Not Contacted", False), ("Working - Contacted", False), ("Closed - Converted", True),
    ("Closed - Not Converted", False),
)  # fmt: skip
OPPORTUNITY_STAGES = (
    ("Prospecting", False, False), ("Negotiation/Review", False, False),
    ("Closed Won", True, True), ("Closed Lost", True, False),
)  # fmt: skip
_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")


def standard_tables() -> dict[str, Table]:
    """The objects of a new organization, of which integrations of leads know."""

    def ref(name: str, to: str, *, is_written: bool = True) -> Field:
        return Field(name, "reference", refers_to=to, is_written=is_written)

    lead = _fields(
        Field("LastName", length=80, is_required=True), Field("FirstName", length=40),
        Field("Name", length=121, is_written=False), Field("Company", is_required=True),
        Field("Title", length=128), Field("Email", "email", 80), Field("Phone", "phone", 40),
        Field("Country", length=80), Field("Description", "textarea", 32000),
        Field("Website", "url"), Field("LeadSource", "picklist", values=_SOURCES),
        Field("Rating", "picklist", values=("Hot", "Warm", "Cold")),
        Field("Status", "picklist", is_required=True, is_restricted=True,
              default="Open - Not Contacted", values=tuple(each for each, _ in LEAD_STATUSES)),
        Field("IsConverted", "boolean", is_written=False),
        ref("ConvertedAccountId", "Account", is_written=False),
        ref("ConvertedContactId", "Contact", is_written=False),
        ref("ConvertedOpportunityId", "Opportunity", is_written=False),
        ref("MasterRecordId", "Lead", is_written=False), is_owned=True,
    )  # fmt: skip
    opportunity = _fields(
        Field("Name", length=120, is_required=True), ref("AccountId", "Account"),
        Field("StageName", "picklist", is_required=True, is_restricted=True,
              values=tuple(each for each, _, _ in OPPORTUNITY_STAGES)),
        Field("CloseDate", "date", is_required=True), Field("Amount", "currency"),
        Field("IsClosed", "boolean", is_written=False), Field("IsWon", "boolean", is_written=False),
        Field("LastStageChangeDate", "datetime", is_written=False), is_owned=True,
    )  # fmt: skip
    account = _fields(Field("Name", is_required=True), Field("Website", "url"), is_owned=True)
    contact = _fields(
        Field("LastName", length=80, is_required=True), Field("FirstName", length=40),
        Field("Email", "email", 80), ref("AccountId", "Account"), is_owned=True,
    )  # fmt: skip
    user = _fields(
        Field("Name", is_written=False),
        Field("Email", "email", 128),
        Field("IsActive", "boolean"),
        Field("UserType", is_written=False),
    )
    campaign = _fields(Field("Name", length=80, is_required=True), Field("IsActive", "boolean"))
    member = _fields(
        ref("LeadId", "Lead"), ref("CampaignId", "Campaign"), Field("Status", default="Sent")
    )
    task = _fields(
        ref("WhoId", "Name"), Field("Subject"), Field("Description", "textarea", 32000),
        Field("Status", "picklist", values=("Not Started", "Completed"), default="Not Started"),
        Field("ActivityDate", "date"), is_owned=True,
    )  # fmt: skip
    choice = (Field("ApiName"), Field("MasterLabel"), Field("SortOrder", "int"))
    status = _fields(*choice, Field("IsDefault", "boolean"), Field("IsConverted", "boolean"))
    stage = _fields(*choice, Field("IsActive", "boolean"), Field("IsClosed", "boolean"),
                    Field("IsWon", "boolean"))  # fmt: skip
    done = _fields(*choice, Field("IsClosed", "boolean"))
    permissions = _fields(
        Field("Name", is_required=True), Field("Label", is_required=True),
        Field("PermissionsViewAllData", "boolean"),
    )  # fmt: skip
    of_objects = _fields(
        ref("ParentId", "PermissionSet"), Field("SobjectType"),
        Field("PermissionsViewAllRecords", "boolean"),
    )  # fmt: skip
    entities = _fields(Field("QualifiedApiName"), Field("InternalSharingModel"))
    assignment = _fields(ref("PermissionSetId", "PermissionSet"), ref("AssigneeId", "User"))
    field_permissions = _fields(
        ref("ParentId", "PermissionSet"), Field("SobjectType"), Field("Field"),
        Field("PermissionsRead", "boolean"), Field("PermissionsEdit", "boolean"),
    )  # fmt: skip
    tables = [
        Table("Lead", "00Q", lead, relations={"ConvertedOpportunity": "ConvertedOpportunityId",
                                              "Owner": "OwnerId"}),
        Table("Opportunity", "006", opportunity), Table("Account", "001", account),
        Table("Contact", "003", contact), Table("User", "005", user),
        Table("Campaign", "701", campaign), Table("CampaignMember", "00v", member),
        Table("Task", "00T", task), Table("LeadStatus", "01J", status, is_setup=True),
        Table("OpportunityStage", "01K", stage, is_setup=True),
        Table("TaskStatus", "01T", done, is_setup=True),
        Table("PermissionSet", "0PS", permissions, is_setup=True),
        Table("PermissionSetAssignment", "0Pa", assignment, is_setup=True),
        Table("ObjectPermissions", "110", of_objects, is_setup=True),
        Table("EntityDefinition", "4ie", entities, is_setup=True),
        Table("FieldPermissions", "01k", field_permissions, is_setup=True),
    ]  # fmt: skip
    return {each.name: each for each in tables}


def checked_id(prefix: str, number: int) -> str:
    """An id of 18 letters: the last three say which of the others are capitals."""
    plain = f"{prefix}Hf{number:010d}"
    bits = [
        sum(each.isupper() << at for at, each in enumerate(plain[i : i + 5])) for i in (0, 5, 10)
    ]
    return plain + "".join(_LETTERS[each] for each in bits)


class Data:
    """The rows of all objects."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.tables = standard_tables()
        self.numbers = 0
        self.keys: dict[tuple[str, str, Any], set[str]] = {}
        """The ids of the rows by the values of their external ids, for quick finding."""
        self.hidden: set[str] = set()
        """The objects that the app's user may not see."""

    def now(self) -> datetime:
        """The time of a change: in whole seconds."""
        return self._now().astimezone(UTC).replace(microsecond=0)

    def table(self, name: str) -> Table:
        """An object by its name, whatever its capitals. Raises CallRefused."""
        known_name = {each.lower(): each for each in self.tables}.get(name.lower())
        if known_name is None or known_name in self.hidden:
            raise CallRefused(404, "NOT_FOUND", "The requested resource does not exist")
        return self.tables[known_name]

    def insert(self, table: str, **values: Any) -> Row:
        """A new row, without any of the rules."""
        self.numbers += 1
        row_id = checked_id(self.tables[table].prefix, self.numbers)
        row = dict.fromkeys(self.tables[table].fields)
        booleans = (each for each in self.tables[table].fields.values() if each.kind == "boolean")
        row |= {each.name: False for each in booleans}
        row |= {"Id": row_id, "CreatedDate": self.now(), "SystemModstamp": self.now()}
        row |= values
        self.tables[table].rows[row_id] = row
        self._index(table, row)
        return row

    def change(self, table: str, row: Row, **values: Any) -> None:
        """Change a row, without any of the rules."""
        row.update(values)
        row["SystemModstamp"] = self.now()
        self._index(table, row)

    def _index(self, table: str, row: Row) -> None:
        for name, known in self.tables[table].fields.items():
            if (known.is_external_id or known.is_unique) and row[name] is not None:
                self.keys.setdefault((table, name, row[name]), set()).add(row["Id"])

    def with_key(self, table: str, name: str, value: Any) -> list[Row]:
        """The rows that are there and have this value of an external id."""
        rows = self.tables[table].rows
        candidates = (
            rows[each] for each in self.keys.get((table, name, value), ()) if each in rows
        )
        return [row for row in candidates if row[name] == value and not row["IsDeleted"]]

    # ---- as queries see it ----------------------------------------------------------------------

    def kind(self, table: str, path: str) -> str:
        """See `Tables.kind`."""
        if table not in self.tables or table in self.hidden:
            raise Malformed(f"sObject type '{table}' is not supported.", "INVALID_TYPE")
        first, _, rest = path.partition(".")
        if rest:
            reference = self.tables[table].relations.get(first)
            if reference is None:
                raise Malformed(f"Didn't understand relationship '{first}'", "INVALID_FIELD")
            return self.kind(self.tables[table].fields[reference].refers_to, rest)
        known = self.tables[table].fields.get(path)
        if known is None or not known.is_seen:
            message = f"No such column '{path}' on entity '{table}'."
            raise Malformed(message, "INVALID_FIELD")
        if known.kind == "textarea":
            return "longtext"
        kinds = {"reference": "id", "currency": "double", "int": "double"}
        return kinds.get(known.kind, known.kind)

    def value(self, table: str, row: Row, path: str) -> Any:
        """See `Tables.value`."""
        first, _, rest = path.partition(".")
        if not rest:
            return row[path]
        field_name = self.tables[table].relations[first]
        other = self.tables[table].fields[field_name].refers_to
        referred = self.tables[other].rows.get(row[field_name] or "")
        return None if referred is None else self.value(other, referred, rest)

    # ---- values ---------------------------------------------------------------------------------

    def taken(self, table: Table, values: Mapping[str, Any]) -> Row:
        """What a client sent, by the fields' names. Raises CallRefused for what is no field or has
        the wrong type, RowRefused for a value that the field does not take."""
        names = {each.lower(): each for each, known in table.fields.items() if known.is_seen}
        row = {}
        for name, value in values.items():
            known = table.fields.get(names.get(name.lower(), ""))
            if known is None:
                message = f"No such column '{name}' on sobject of type {table.name}"
                raise CallRefused(400, "INVALID_FIELD", message)
            row[known.name] = _typed(known, value)
        for name, value in row.items():
            _check(table.fields[name], value)
        return row


def _typed(known: Field, value: Any) -> Any:
    """A value of the field's type, as JSON has it."""
    wanted = {"boolean": (bool,), "double": (int, float), "currency": (int, float), "int": (int,)}
    fits = isinstance(value, wanted.get(known.kind, (str,)))
    if value is not None and (not fits or (isinstance(value, bool) and known.kind != "boolean")):
        message = f"Cannot deserialize instance of {known.kind} from VALUE_{type(value).__name__}"
        raise CallRefused(400, "JSON_PARSER_ERROR", message)
    try:
        if known.kind == "datetime" and value:
            return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0)
        if known.kind == "date" and value:
            return date.fromisoformat(value).isoformat()
    except ValueError:
        raise CallRefused(400, "JSON_PARSER_ERROR", f"No {known.kind}: {value}") from None
    return value.strip() or None if isinstance(value, str) else value


def _check(known: Field, value: Any) -> None:
    if not known.is_written:
        message = (
            f"Unable to create/update fields: {known.name}. Please check the security settings"
        )
        raise RowRefused("INVALID_FIELD_FOR_INSERT_UPDATE", message, known.name)
    if value is None:
        if known.is_required:
            message = f"Required fields are missing: [{known.name}]"
            raise RowRefused("REQUIRED_FIELD_MISSING", message, known.name)
        return
    if isinstance(value, str) and len(value) > known.length:
        message = f"{known.name}: data value too large: {value} (max length={known.length})"
        raise RowRefused("STRING_TOO_LONG", message, known.name)
    if known.kind == "email" and ("@" not in value or " " in value or "." not in value):
        message = f"Email: invalid email address: {value}"
        raise RowRefused("INVALID_EMAIL_ADDRESS", message, known.name)
    if known.is_restricted and value not in known.values:
        message = f"{known.name}: bad value for restricted picklist field: {value}"
        raise RowRefused("INVALID_OR_RESTRICTED_PICKLIST", message, known.name)

"""What an organization of Salesforce refuses when a row is written, and what people do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playground.crm.salesforce_data import (
    LEAD_STATUSES,
    OPPORTUNITY_STAGES,
    CallRefused,
    Data,
    Field,
    RowRefused,
    Table,
)
from playground.crm.salesforce_soql import Row

_KINDS = {
    "Text": "string", "LongTextArea": "textarea", "Number": "double", "Currency": "currency",
    "Checkbox": "boolean", "DateTime": "datetime",
}  # fmt: skip
_STAGES = {name: (closed, won) for name, closed, won in OPPORTUNITY_STAGES}


@dataclass
class Rules:
    """The rules of an organization; those that its admin made are empty at first."""

    data: Data
    user_id: str = ""
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    """Validation rules: the message by which any value of a field is refused."""
    blocks_duplicates: bool = False
    """A duplicate rule blocks a second lead with an email address."""
    alerts_duplicates: bool = False
    """A duplicate rule alerts of it."""
    assigns_to: str | None = None
    """An assignment rule gives new leads to this user."""
    can_edit_converted: bool = False
    """Whether the app's user has the right "View and Edit Converted Leads"."""
    is_full: bool = False
    """Whether the organization's storage is used up."""
    locked: dict[str, int] = field(default_factory=dict)
    """How often a record can still not be locked, by its id or a lead's email address."""

    def live(self, table: Table, row_id: str) -> Row:
        """A row by its id. Raises RowRefused."""
        row = next(
            (row for known, row in table.rows.items() if known[:15] == row_id[:15]), None
        )  # fmt: skip
        if len(row_id) not in {15, 18}:
            raise RowRefused("MALFORMED_ID", f"{table.name} ID: id value of incorrect type")
        if row is None:
            raise RowRefused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row["IsDeleted"]:
            raise RowRefused("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def by_key(self, table: Table, key: str, value: str) -> Row | None:
        """A row by a field that is an external id. Raises CallRefused."""
        known = table.fields.get(key)
        if known is None or not known.is_seen or not known.is_external_id:
            message = f"Provided external ID field does not exist or is not accessible: {key}"
            raise CallRefused(404, "NOT_FOUND", message)
        return next(iter(self.data.with_key(table.name, key, value)), None)

    def readable(self, table: Table, values: Mapping[str, Any]) -> None:
        """Whether a row can be read at all. Raises CallRefused."""
        try:
            self.data.taken(table, {k: v for k, v in values.items() if k.lower() != "id"})
        except RowRefused:
            return

    def save(
        self,
        table: Table,
        existing: Row | None,
        values: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Row:
        """Change a row, or make one. Raises CallRefused, RowRefused."""
        given = self.data.taken(table, values)
        if existing is not None and existing.get("IsConverted") and not self.can_edit_converted:
            raise RowRefused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        for mark in (existing and existing["Id"], given.get("Email")):
            if mark and self.locked.get(mark, 0) > 0:
                self.locked[mark] -= 1
                raise RowRefused("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
        if self.is_full and existing is None:
            raise RowRefused("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
        whole = self._with_defaults(table, given) if existing is None else {**existing, **given}
        self._check_required(table, whole)
        self._check_references(table, given)
        self._check_unique(table, given, existing)
        for name, value in given.items():
            if value not in {None, ""} and (message := self.refused.get((table.name, name))):
                raise RowRefused("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, name)
        if table.name == "Lead":
            self._check_duplicates(given, existing, headers)
        if existing is None:
            is_assigned = headers.get("sforce-auto-assign", "true").lower() != "false"
            if table.name == "Lead" and self.assigns_to and is_assigned:
                whole["OwnerId"] = self.assigns_to
            return self.data.insert(table.name, **self.derived(table.name, whole))
        self.data.change(table.name, existing, **self.derived(table.name, given))
        return existing

    def derived(self, table: str, given: Row) -> Row:
        """What is written, with what follows from it."""
        if table == "Opportunity" and "StageName" in given:
            closed, won = _STAGES[given["StageName"]]
            moved = self.data.now()
            return given | {"IsClosed": closed, "IsWon": won, "LastStageChangeDate": moved}
        return given

    def _with_defaults(self, table: Table, given: Row) -> Row:
        defaults = {
            name: each.default
            for name, each in table.fields.items()
            if each.default is not None and given.get(name) is None
        }
        owner = {"OwnerId": self.user_id} if "OwnerId" in table.fields else {}
        return {**owner, **given, **defaults}

    @staticmethod
    def _check_required(table: Table, whole: Row) -> None:
        missing = [
            name for name, each in table.fields.items() if each.is_required and not whole.get(name)
        ]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise RowRefused("REQUIRED_FIELD_MISSING", message, *missing)

    def _check_references(self, table: Table, given: Row) -> None:
        for name, value in given.items():
            other = table.fields[name].refers_to
            if not other or value is None:
                continue
            tables = ("Lead", "Contact") if other == "Name" else (other,)
            rows = [self.data.tables[each].rows.get(value) for each in tables]
            row = next((each for each in rows if each is not None), None)
            if row is None or (row["IsDeleted"] and name != "WhoId"):
                message = f"{name}: id value of incorrect type or not found: {value}"
                raise RowRefused("INVALID_CROSS_REFERENCE_KEY", message, name)
            if row["IsDeleted"]:
                raise RowRefused("ENTITY_IS_DELETED", "entity is deleted")
            if other == "User" and name == "OwnerId" and not row["IsActive"]:
                message = f"operation performed with inactive user [{value}] as owner"
                raise RowRefused("INACTIVE_OWNER_OR_USER", message)
            if row.get("IsConverted") and not self.can_edit_converted:
                raise RowRefused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")

    def _check_unique(self, table: Table, given: Row, existing: Row | None) -> None:
        for each in table.fields.values():
            value = given.get(each.name) if each.is_unique else None
            for row in self.data.with_key(table.name, each.name, value) if value else ():
                if row is not existing:
                    message = f"duplicate value found: {each.name} on record with id: {row['Id']}"
                    raise RowRefused("DUPLICATE_VALUE", message)
        if table.name == "CampaignMember" and any(
            row["LeadId"] == given.get("LeadId") and row["CampaignId"] == given.get("CampaignId")
            for row in table.rows.values()
        ):
            raise RowRefused("DUPLICATE_VALUE", "Already a campaign member.")

    def _check_duplicates(
        self, given: Row, existing: Row | None, headers: Mapping[str, str]
    ) -> None:
        email = str(given.get("Email") or "").lower()
        passes = "allowsave=true" in headers.get("sforce-duplicate-rule-header", "").lower()
        if not email or not (self.blocks_duplicates or (self.alerts_duplicates and not passes)):
            return
        for row in self.data.tables["Lead"].rows.values():
            is_same = str(row["Email"] or "").lower() == email
            if is_same and row is not existing and not row["IsDeleted"]:
                raise RowRefused(
                    "DUPLICATES_DETECTED",
                    "You're creating a duplicate record. We recommend you use an existing one.",
                )


class People:
    """What people do in an organization, and its admin."""

    def __init__(self, data: Data, rules: Rules, currencies: tuple[str, ...]) -> None:
        self._data, self._rules = data, rules
        self._fill()
        if len(currencies) > 1:
            money = Field("CurrencyIsoCode", "picklist", 3, is_restricted=True,
                          default=currencies[0], values=currencies)  # fmt: skip
            for name in ("Lead", "Opportunity"):
                data.tables[name].fields[money.name] = money

    def _fill(self) -> None:
        add = self._data.insert
        for at, (name, converted) in enumerate(LEAD_STATUSES):
            add("LeadStatus", ApiName=name, MasterLabel=name, SortOrder=at + 1,
                IsDefault=at == 0, IsConverted=converted)  # fmt: skip
        for at, (name, closed, won) in enumerate(OPPORTUNITY_STAGES):
            add("OpportunityStage", ApiName=name, MasterLabel=name, SortOrder=at + 1,
                IsActive=True, IsClosed=closed, IsWon=won)  # fmt: skip
        for at, (name, closed) in enumerate((("Not Started", False), ("Completed", True))):
            add("TaskStatus", ApiName=name, MasterLabel=name, SortOrder=at + 1, IsClosed=closed)
        self._rules.user_id = self.add_user("integration@example.com", "Handoff Integration")
        held = add("PermissionSet", Name="Integration", Label="Integration")["Id"]
        add("PermissionSetAssignment", PermissionSetId=held, AssigneeId=self._rules.user_id)
        for name, model in (("Lead", "ReadWriteTransfer"), ("Opportunity", "Private")):
            add("EntityDefinition", QualifiedApiName=name, InternalSharingModel=model)
            add("ObjectPermissions", ParentId=held, SobjectType=name,
                PermissionsViewAllRecords=True)  # fmt: skip

    def make_field(
        self, table: str, name: str, metadata: Mapping[str, Any], *, is_seen: bool = True
    ) -> None:
        """An admin makes a field; `is_seen`: and lets the app's user see it."""
        kind = _KINDS[metadata["type"]]
        default = False if kind == "boolean" else None
        self._data.tables[table].fields[name] = Field(
            name, kind, int(metadata.get("length", 0)), default=default, is_seen=is_seen,
            is_unique=bool(metadata.get("unique")), label=str(metadata.get("label", name)),
            is_external_id=bool(metadata.get("externalId")),
        )  # fmt: skip
        for row in self._data.tables[table].rows.values():
            row.setdefault(name, default)

    def add_user(self, email: str, name: str) -> str:
        """Somebody who can own records; returns their id."""
        row = self._data.insert("User", Email=email, Name=name, IsActive=True, UserType="Standard")
        return str(row["Id"])

    def type_in(self, **fields: Any) -> str:
        """A person makes a lead by hand; returns its id."""
        start = {
            "Status": LEAD_STATUSES[0][0],
            "OwnerId": self._rules.user_id,
            "Company": "Unknown",
        }
        return str(self._data.insert("Lead", **start | fields)["Id"])

    def convert(self, lead_id: str, *, with_opportunity: bool = True) -> str | None:
        """A person converts a lead; returns the opportunity's id."""
        lead = self._data.tables["Lead"].rows[lead_id]
        owner = {"OwnerId": lead["OwnerId"]}
        account = self._data.insert("Account", Name=lead["Company"], **owner)
        contact = self._data.insert(
            "Contact", LastName=lead["LastName"], FirstName=lead["FirstName"],
            Email=lead["Email"], AccountId=account["Id"], **owner,
        )  # fmt: skip
        opportunity_id = None
        if with_opportunity:
            opportunity_id = self._data.insert(
                "Opportunity", Name=f"{lead['Company']}-", AccountId=account["Id"],
                StageName=OPPORTUNITY_STAGES[0][0], CloseDate=str(date(2026, 12, 31)), **owner,
                **{each: lead[each] for each in ("CurrencyIsoCode",) if each in lead},
            )["Id"]  # fmt: skip
        for task in self._data.tables["Task"].rows.values():
            if task["WhoId"] == lead_id:
                self._data.change("Task", task, WhoId=contact["Id"])
        self._data.change(
            "Lead", lead, IsConverted=True, Status="Closed - Converted",
            ConvertedAccountId=account["Id"], ConvertedContactId=contact["Id"],
            ConvertedOpportunityId=opportunity_id,
        )  # fmt: skip
        return opportunity_id

    def edit(self, table: str, row_id: str, **fields: Any) -> None:
        """A person changes a record."""
        self._data.change(
            table, self._data.tables[table].rows[row_id], **self._rules.derived(table, fields)
        )

    def delete(self, table: str, row_id: str) -> None:
        """A person puts a record into the recycle bin."""
        self.edit(table, row_id, IsDeleted=True)

    def merge(self, gone_id: str, into_id: str) -> None:
        """A person merges two leads."""
        self.edit("Lead", gone_id, IsDeleted=True, MasterRecordId=into_id)
        self.edit("Lead", into_id)
        for task in self._data.tables["Task"].rows.values():
            if task["WhoId"] == gone_id:
                self._data.change("Task", task, WhoId=into_id)

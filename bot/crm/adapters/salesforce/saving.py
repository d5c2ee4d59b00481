"""Leads are written: found by id or key, made or changed by the hundred, each refusal by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.crm.adapters.salesforce.calls import CallRefused, Json, Session
from bot.crm.adapters.salesforce.fields import (
    KEY,
    TOGETHER,
    VALUE_OF,
    Fields,
    Organization,
    fill_in,
    lead_fields,
    opportunity_fields,
    put_lead_outcome,
)
from bot.crm.port import Blocked, Change, Refusal, Refused, Saved, Trouble

_FOUND = f"Id, {KEY}, IsDeleted, MasterRecordId, IsConverted, ConvertedOpportunityId"
MOST_MERGES = 5
"""How far a record that was merged away is followed."""
_ROUNDS = 6  # a row may be refused for one field after another
_BUSY = {"UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "CONCURRENT_REQUESTS"}
_GONE = {"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"}
_OWNER = {"INACTIVE_OWNER_OR_USER", "INVALID_CROSS_REFERENCE_KEY", "TRANSFER_REQUIRES_READ",
          "OP_WITH_INVALID_USER_TYPE_EXCEPTION"}  # fmt: skip
_DELETED = "The lead was deleted in Salesforce"
_CONVERTED = "The lead is converted, and Handoff may not change converted leads"


@dataclass
class Row:
    """A row on its way, and what becomes of it."""

    change: Change
    object: str
    fields: Fields
    record_id: str | None = None
    """None: it is found or made by the key."""
    is_converted: bool = False
    required: frozenset[str] = frozenset()
    refused: Refused | None = None
    is_done: bool = False
    is_new: bool = False

    def as_json(self) -> Json:
        """The row as Salesforce reads it."""
        identity = {"id": self.record_id} if self.record_id else {KEY: self.change.key}
        return {"attributes": {"type": self.object}, **identity, **self.fields.row}

    def drop(self, names: set[str], why: str) -> None:
        """Leave fields out."""
        for name in names | (TOGETHER if names & TOGETHER else set()):
            if name in self.fields.row:
                self.fields.drop(name, why)
        self.is_done = not self.fields.row and self.record_id is not None

    def refuse(self, why: Refusal, detail: str, record_id: str | None = None) -> None:
        """Give this row up."""
        self.refused, self.is_done = Refused(why, detail, record_id), True


@dataclass
class Lead:
    """A lead to be saved, and the rows that it takes."""

    change: Change
    existing: Json | None
    rows: list[Row] = field(default_factory=list)

    @property
    def result(self) -> Saved | Refused:
        """What became of it; `rows` are done."""
        first = self.rows[0]
        for row in self.rows:
            if row.refused is not None:
                return row.refused
        record_id = self.existing["Id"] if self.existing else first.record_id
        dropped = {key: why for row in self.rows for key, why in row.fields.dropped.items()}
        if len(self.rows) > 1:  # what one of both records took is told
            kept = {VALUE_OF.get(name) for row in self.rows for name in row.fields.row}
            dropped = {key: why for key, why in dropped.items() if key not in kept}
        return Saved(str(record_id), first.is_new, dropped=dropped)


class Saving:
    """One call of `save`."""

    def __init__(self, session: Session, organization: Organization) -> None:
        self._session = session
        self._organization = organization
        self._deals: dict[str, Json] = {}
        """The opportunities of the leads that are converted, by their id."""

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        """Write these leads; what became of each."""
        self._organization.require_key()
        existing = self._find(changes)
        self._deals = self._opportunities(existing.values())
        leads = {
            change.key: self._rows(Lead(change, existing.get(change.key)))
            for change in changes
            if not _is_gone(change, existing)
        }
        rows = [row for lead in leads.values() for row in lead.rows]
        self._send([row for row in rows if row.record_id is None], upsert=True)
        self._send([row for row in rows if row.record_id is not None], upsert=False)
        self._join_campaigns([lead for lead in leads.values() if not lead.rows[0].refused])
        return [
            leads[change.key].result
            if change.key in leads
            else Refused(Refusal.GONE, _DELETED, change.record_id or existing[change.key]["Id"])
            for change in changes
        ]

    # ---- what is there --------------------------------------------------------------------------

    def _find(self, changes: Sequence[Change]) -> dict[str, Json]:
        """The leads that are there, or were, by our key; one that was merged away is the one into
        which it was merged."""
        by_id = self._leads("Id", [each.record_id for each in changes])
        by_key = self._leads(KEY, [each.key for each in changes if not each.record_id])
        existing = {
            each.key: row
            for each in changes
            if (row := by_id.get(each.record_id) if each.record_id else by_key.get(each.key))
        }
        for _ in range(MOST_MERGES):
            merged = {key: master for key, row in existing.items() if (master := _master(row))}
            if not merged:
                break
            masters = self._leads("Id", merged.values())
            for key, master in merged.items():
                existing[key] = masters.get(master, {**existing[key], "MasterRecordId": None})
        return existing

    def _leads(self, name: str, values: Iterable[str | None]) -> dict[str, Json]:
        """Leads by a field; one that was deleted only where none has the value now."""
        soql = f"SELECT {_FOUND} FROM Lead WHERE {name} IN {{}}"  # noqa: S608 - quoted
        rows = self._session.rows_of(soql, filter(None, values), deleted=True)
        return {row[name]: row for row in sorted(rows, key=lambda row: not row["IsDeleted"])}

    def _opportunities(self, leads: Iterable[Json]) -> dict[str, Json]:
        ids = {row["ConvertedOpportunityId"] for row in leads if row["ConvertedOpportunityId"]}
        if not ids or not self._organization.opportunity.fields:
            return {}
        soql = "SELECT Id, IsClosed, IsWon FROM Opportunity WHERE Id IN {}"
        return {row["Id"]: row for row in self._session.rows_of(soql, ids)}

    # ---- the rows -------------------------------------------------------------------------------

    def _rows(self, lead: Lead) -> Lead:
        change, existing = lead.change, lead.existing
        fields = lead_fields(change.values, self._organization, is_new=existing is None)
        if existing is None:
            put_lead_outcome(fields, change.values, self._organization)
            fill_in(fields.row, change.whole)
            required = frozenset({"LastName", "Company"})
            lead.rows = [Row(change, "Lead", fields, required=required)]
            return lead
        row = Row(change, "Lead", fields, existing["Id"], is_converted=existing["IsConverted"])
        lead.rows = [row]
        if row.is_converted:
            self._follow(lead, fields)
        else:
            put_lead_outcome(fields, change.values, self._organization)
            if not existing[KEY]:
                fields.row[KEY] = change.key
        row.is_done = not fields.row
        return lead

    def _follow(self, lead: Lead, fields: Fields) -> None:
        """A lead that people converted goes on in its opportunity, if it has one."""
        assert lead.existing is not None
        opportunity_id = lead.existing["ConvertedOpportunityId"]
        now = self._deals.get(opportunity_id)
        if now is None:
            put_lead_outcome(fields, lead.change.values, self._organization)
            return
        opportunity = opportunity_fields(lead.change.values, self._organization, now)
        if "OwnerId" in opportunity.row:
            fields.row.pop("OwnerId", None)
        if opportunity.row or opportunity.dropped:
            row = Row(lead.change, "Opportunity", opportunity, opportunity_id)
            row.is_done = not opportunity.row
            lead.rows.append(row)

    # ---- sending --------------------------------------------------------------------------------

    def _send(self, rows: Sequence[Row], *, upsert: bool) -> None:
        path = "/composite/sobjects" + (f"/Lead/{KEY}" if upsert else "")
        for _ in range(_ROUNDS):
            left = _next(rows)
            if not left:
                return
            for row, result in zip(left, self._results(path, left), strict=True):
                self._read(row, result)
        for row in rows:
            if not row.is_done:
                row.refuse(Refusal.INVALID, "one field after another is not taken")

    def _results(self, path: str, rows: Sequence[Row]) -> list[Json]:
        """What became of the rows. One that Salesforce cannot read fails a whole call: then halves
        are sent, so that it stops no other."""
        try:
            return self._session.save_rows("PATCH", path, [row.as_json() for row in rows])
        except CallRefused as refused:
            if refused.code != "JSON_PARSER_ERROR":
                raise
            if len(rows) == 1:
                return [{"success": False, "errors": [{"statusCode": refused.code}]}]
        half = len(rows) // 2
        return self._results(path, rows[:half]) + self._results(path, rows[half:])

    def _read(self, row: Row, result: Json) -> None:
        if result["success"]:
            row.record_id, row.is_done = result["id"], True
            row.is_new = bool(result.get("created"))
            return
        for error in result["errors"]:
            self._mend(row, error)
            if row.is_done:
                return

    def _mend(self, row: Row, error: Json) -> None:
        """Leave out what is refused, or give the row up."""
        code = str(error.get("statusCode"))
        named = set(error.get("fields") or ()) & set(row.fields.row)
        if code == "INVALID_FIELD" and not named:  # the fields changed since they were looked up
            raise CallRefused(400, [{"errorCode": code}])
        if code == "STORAGE_LIMIT_EXCEEDED":
            raise Blocked(Trouble.PLAN, "The storage of this Salesforce organization is full")
        if code in _OWNER and "OwnerId" in row.fields.row:
            row.drop({"OwnerId"}, "This user cannot own the record in Salesforce")
        elif code == "CANNOT_UPDATE_CONVERTED_LEAD":
            self._mend_converted(row)
        elif code == "DUPLICATE_VALUE":
            self._mend_key(row)
        elif code in _BUSY:
            row.refuse(Refusal.BUSY, f"Salesforce answered {code}")
        elif code in _GONE:
            row.refuse(*_gone(row))
        elif code == "DUPLICATES_DETECTED":
            detail = "A duplicate rule of Salesforce blocks this lead"
            row.refuse(Refusal.DUPLICATE, detail, self._match(row, error))
        elif named and not named & row.required:
            row.drop(named, _detail(code, error, row))
        else:
            row.refuse(Refusal.INVALID, _detail(code, error, row))

    @staticmethod
    def _mend_converted(row: Row) -> None:
        if row.is_converted:
            row.drop(set(row.fields.row), _CONVERTED)
        else:  # in this moment: the next attempt finds its opportunity
            row.refuse(Refusal.BUSY, "The lead was converted in this moment")

    @staticmethod
    def _mend_key(row: Row) -> None:
        if KEY in row.fields.row:  # another record has our key already; the id is enough
            row.fields.row.pop(KEY)
            row.is_done = not row.fields.row
        elif row.record_id is None:
            row.refuse(Refusal.BUSY, "The lead was made by somebody else in this moment")
        else:
            row.refuse(Refusal.INVALID, "Salesforce answered DUPLICATE_VALUE")

    def _match(self, row: Row, error: Json) -> str | None:
        """The lead that is this person's already: named by Salesforce, else by the address."""
        results = (error.get("duplicateResult") or {}).get("matchResults") or ()
        named = [
            match["record"]["Id"]
            for result in results
            for match in result.get("matchRecords") or ()
            if str(match["record"]["Id"]).startswith("00Q")
        ]
        if len(named) == 1:
            return str(named[0])
        email = row.change.values.email or row.change.whole.email
        return find(self._session, [email]).get(email.lower()) if email else None

    # ---- campaigns ------------------------------------------------------------------------------

    def _join_campaigns(self, leads: Sequence[Lead]) -> None:
        """Make leads members of the campaign of that name or code; none is made."""
        wanted: dict[str, list[str]] = {}
        for lead in leads:
            values, row = lead.change.values, lead.rows[0]
            names = [each.casefold() for each in (values.campaign, values.campaign_code) if each]
            if names and row.record_id and not row.is_converted:
                wanted[row.record_id] = names
        if not wanted:
            return
        try:
            known = self._campaigns({name for names in wanted.values() for name in names})
            members = [
                {
                    "attributes": {"type": "CampaignMember"},
                    "LeadId": lead,
                    "CampaignId": known[name],
                }
                for lead, names in wanted.items()
                for name in [each for each in names if each in known][:1]
            ]
            # One that is a member already is refused, and so is one who may not add members; the
            # name is in the lead's own field.
            self._session.save_rows("POST", "/composite/sobjects", members)
        except CallRefused:  # campaigns cannot be seen; `check` tells
            return

    def _campaigns(self, names: set[str]) -> dict[str, str]:
        rows = self._session.rows_of(
            "SELECT Id, Name FROM Campaign WHERE Name IN {} ORDER BY IsActive DESC, CreatedDate",
            names,
        )
        return {row["Name"].casefold(): row["Id"] for row in reversed(rows)}


def _next(rows: Sequence[Row]) -> list[Row]:
    """The rows that are not done, each record once: leads that were merged have one record. Those
    of one object stand together, since a call takes few changes of the object."""
    left: dict[tuple[str, str], Row] = {}
    for row in rows:
        if not row.is_done:
            left.setdefault((row.object, row.record_id or row.change.key), row)
    return sorted(left.values(), key=lambda row: row.object)


def _gone(row: Row) -> tuple[Refusal, str, str | None]:
    if row.object == "Lead":
        return Refusal.GONE, _DELETED, row.record_id
    return Refusal.BUSY, "The opportunity was deleted in this moment", None


def _master(row: Json) -> str | None:
    """The record into which this one was merged."""
    return row["MasterRecordId"] if row["IsDeleted"] else None


def _is_gone(change: Change, existing: dict[str, Json]) -> bool:
    """Whether the lead was there and is not any more."""
    row = existing.get(change.key)
    return change.record_id is not None if row is None else bool(row["IsDeleted"])


def find(session: Session, emails: Sequence[str]) -> dict[str, str]:
    """The ids of the leads of these people, by the address in lower case, where there is just one;
    those that are not converted come first."""
    rows = session.rows_of(
        "SELECT Id, Email, IsConverted FROM Lead WHERE Email IN {}", filter(None, emails)
    )
    ids: dict[str, str] = {}
    for email in {each.lower() for each in emails}:
        matches = [row for row in rows if (row["Email"] or "").lower() == email]
        open_ones = [row for row in matches if not row["IsConverted"]] or matches
        if len(open_ones) == 1:
            ids[email] = open_ones[0]["Id"]
    return ids


def _detail(code: str, error: Json, row: Row) -> str:
    """What Salesforce says, without the values that it repeats: the words of a validation rule are
    an admin's own, those of other errors are Salesforce's."""
    where = ", ".join(error.get("fields") or ()) or "no field named"
    message = str(error.get("message") or "")
    if code != "FIELD_CUSTOM_VALIDATION_EXCEPTION" or _repeats(message, row):
        return f"{code} ({where})"
    return f"A validation rule of Salesforce says: {message[:200]} ({where})"


def _repeats(message: str, row: Row) -> bool:
    given: list[Any] = [*row.fields.row.values(), *row.change.whole.model_dump().values()]
    values = {str(each).casefold() for each in given if each not in (None, True, False)}
    return any(len(each) > 2 and each in message.casefold() for each in values)

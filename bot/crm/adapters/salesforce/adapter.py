"""The port of `bot.crm`, spoken by Salesforce."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from typing import ClassVar, TypeVar

from bot import formats
from bot.crm.adapters.contract import Access
from bot.crm.adapters.salesforce import checking
from bot.crm.adapters.salesforce.calls import (
    CallRefused,
    Json,
    Session,
    parts,
    quoted,
    quoted_like,
    read_time,
    soql_time,
)
from bot.crm.adapters.salesforce.fields import (
    AMOUNT,
    CURRENCY,
    KEY,
    LOST_REASON,
    OUTCOME,
    Organization,
    money,
)
from bot.crm.adapters.salesforce.saving import MOST_MERGES, Saving, find
from bot.crm.adapters.salesforce.stages import stage_named
from bot.crm.http import Pace
from bot.crm.port import (
    Account,
    Blocked,
    Busy,
    Change,
    Finding,
    Gone,
    Note,
    NoteRefused,
    Record,
    Refused,
    Saved,
    Stage,
    Trouble,
    User,
)
from bot.money import Money

NOTE_SUBJECT = "Note in Handoff"
_LONGEST_NOTE = 31_000
_PAGE = 200
# An admin adds fields and statuses while we run.
_KNOWN_SECONDS = 600.0
_QUEUE = "00G"
_GONE = {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}

# What is read always, and what the app's user may not see or an organization may not have.
_LEAD_READ = ("Id", KEY, "OwnerId", "SystemModstamp", "IsDeleted", "MasterRecordId", "IsConverted",
              "ConvertedOpportunityId")  # fmt: skip
_LEAD_SEEN = ("Email", "Status", OUTCOME, AMOUNT, LOST_REASON, CURRENCY)
_DEAL_READ = ("Id", "OwnerId", "IsDeleted", "IsClosed", "IsWon", "SystemModstamp")
_DEAL_SEEN = ("Amount", LOST_REASON, CURRENCY, "LastStageChangeDate", "CreatedDate")

_Change = tuple[datetime, Record | Gone]
_Result = TypeVar("_Result")


class Salesforce:
    """A connected Salesforce organization."""

    slug: ClassVar[str] = "salesforce"
    name: ClassVar[str] = "Salesforce"
    batch: ClassVar[int] = 200
    overlap: ClassVar[timedelta] = timedelta(minutes=2)
    """A transaction is stamped before it can be seen, and may last."""
    calls: ClassVar[tuple[int, float]] = (50, 10.0)
    """A courtesy: Salesforce limits calls by the day (`handoff crm check` says how many)."""

    def __init__(self, access: Access, pace: Pace) -> None:
        self._address = access.address.rstrip("/")
        self._session = Session(access, pace)
        self._forget()

    def _forget(self) -> None:
        """Look an organization's fields and statuses up again."""
        self._known = Organization(self._session)
        self._known_until = monotonic() + _KNOWN_SECONDS

    @property
    def _organization(self) -> Organization:
        if monotonic() > self._known_until:
            self._forget()
        return self._known

    def _with_fields(self, work: Callable[[], _Result]) -> _Result:
        """Do it, and again with new eyes where a field was removed since fields were looked up."""
        try:
            return work()
        except CallRefused as refused:
            if refused.code != "INVALID_FIELD":
                raise
        self._forget()
        return work()

    # ---- writing --------------------------------------------------------------------------------

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        """See `Crm.save`."""
        return self._with_fields(lambda: Saving(self._session, self._organization).save(changes))

    def add_note(self, record_id: str, note: Note, *, look_first: bool) -> None:
        """See `Crm.add_note`. A note is a task that is done: everybody sees it in the timeline."""
        person = self._person(record_id)
        mark = f"Handoff {note.key}"
        if look_first and self._has_note(person, mark):
            return
        signed = f"{note.author}, {formats.day(note.at)}, {note.at:%H:%M} UTC"
        try:
            self._session.call(
                "POST",
                "/sobjects/Task",
                json={
                    "WhoId": person,
                    "Subject": NOTE_SUBJECT,
                    "Status": self._organization.note_status,
                    "ActivityDate": note.at.date().isoformat(),
                    "Description": f"{note.text[:_LONGEST_NOTE]}\n\n{signed}\n{mark}",
                },
            )
        except CallRefused as refused:
            if refused.code == "CANNOT_UPDATE_CONVERTED_LEAD":
                raise Busy(1, "The lead was converted in this moment") from None
            if refused.code in _GONE:
                raise KeyError(record_id) from None
            detail = f"Salesforce refuses notes, which are tasks ({refused.code})"
            if refused.trouble is not Trouble.PLAN or refused.code == "STORAGE_LIMIT_EXCEEDED":
                raise Blocked(refused.trouble, detail) from None
            raise NoteRefused(detail) from None

    def _person(self, record_id: str) -> str:
        """Whose timeline shows what concerns a lead: its own, or its contact's once converted."""
        for _ in range(MOST_MERGES):
            rows = self._session.rows(
                "SELECT Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId"  # noqa: S608
                f" FROM Lead WHERE Id = {quoted(record_id)}",
                deleted=True,
            )
            if not rows:
                break
            [lead] = rows
            if not lead["IsDeleted"]:
                return str(lead["ConvertedContactId"] if lead["IsConverted"] else lead["Id"])
            if not lead["MasterRecordId"]:
                break
            record_id = lead["MasterRecordId"]
        raise KeyError(record_id)

    def _has_note(self, person: str, mark: str) -> bool:
        """Whether the note is there, or was and somebody deleted it. Salesforce does not search in
        the texts of tasks."""
        pages = self._session.query(
            f"SELECT Description FROM Task WHERE WhoId = {quoted(person)}"  # noqa: S608 - quoted
            f" AND Subject = {quoted(NOTE_SUBJECT)}",
            deleted=True,
        )
        return any(
            (row["Description"] or "").rstrip().endswith(f"\n{mark}")
            for page in pages
            for row in page
        )

    # ---- reading --------------------------------------------------------------------------------

    def read(self, record_ids: Sequence[str]) -> list[Record | Gone]:
        """See `Crm.read`."""
        rows = self._with_fields(lambda: self._leads(record_ids))
        return [self._current(record_id, rows) for record_id in record_ids]

    def _leads(self, record_ids: Sequence[str]) -> dict[str, Json]:
        """The leads with these ids, and those into which they were merged, by their id."""
        rows: dict[str, Json] = {}
        wanted = set(record_ids)
        for _ in range(MOST_MERGES):
            if not wanted:
                break
            soql = f"SELECT {self._selected} FROM Lead WHERE Id IN {{}}"  # noqa: S608 - quoted
            found = self._session.rows_of(soql, wanted, deleted=True)
            rows |= {row["Id"]: row for row in found}
            wanted = {row["MasterRecordId"] for row in found if row["MasterRecordId"]} - set(rows)
        return rows

    def _current(self, record_id: str, rows: dict[str, Json]) -> Record | Gone:
        row = rows.get(record_id)
        while row is not None and row["IsDeleted"]:
            row = rows.get(row["MasterRecordId"])
        if row is None:
            return Gone(record_id)
        record = self._record(row)
        if row["Id"] == record_id:
            return record
        return replace(record, merged_from=(record_id,))

    def changed_since(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        """See `Crm.changed_since`. Two queries, told in the order of time: changes of leads with
        our key, and those of the opportunities of such leads."""
        try:
            yield from self._pages(mark)
        except CallRefused as refused:
            if refused.code != "INVALID_FIELD":
                raise
            self._forget()
            yield from self._pages(mark)

    def _pages(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        since = soql_time(mark)
        stamp = "SystemModstamp"
        changes = heapq.merge(
            self._changes(f"{KEY} != null AND {stamp} >= {since}", stamp),
            self._changes(
                f"{KEY} != null AND IsConverted = true AND ConvertedOpportunity.{stamp} >= {since}",
                f"ConvertedOpportunity.{stamp}",
            ) if self._organization.opportunity.fields else iter(()),
            key=lambda change: change[0],
        )  # fmt: skip
        while page := [what for _, what in islice(changes, _PAGE)]:
            yield page

    def _changes(self, where: str, stamp: str) -> Iterator[_Change]:
        soql = f"SELECT {self._selected} FROM Lead WHERE {where} ORDER BY {stamp}, Id"  # noqa: S608
        for page in self._session.query(soql, deleted=True):
            merged = [row["MasterRecordId"] for row in page if row["MasterRecordId"]]
            rows = self._leads(merged) | {row["Id"]: row for row in page}
            for row in page:
                at = read_time(_value(row, stamp))
                assert at is not None  # the query asks for those that have it
                current = self._current(row["Id"], rows)
                if isinstance(current, Record):
                    current = replace(current, changed_at=at)
                yield at, current

    @property
    def _selected(self) -> str:
        organization = self._organization
        organization.require_key()
        names = [*_LEAD_READ, *(each for each in _LEAD_SEEN if organization.lead.has(each))]
        deal = organization.opportunity
        if deal.fields:
            seen = [*_DEAL_READ, *(each for each in _DEAL_SEEN if deal.has(each))]
            names += [f"ConvertedOpportunity.{each}" for each in seen]
        return ", ".join(names)

    def _record(self, row: Json) -> Record:
        deal = row.get("ConvertedOpportunity") or {}
        if deal.get("IsDeleted"):
            deal = {}
        stage, amount = self._close(row, deal)
        owner = deal.get("OwnerId") or row["OwnerId"]
        moments = [read_time(each.get("SystemModstamp")) for each in (row, deal)]
        reason = deal.get(LOST_REASON) or row.get(LOST_REASON)
        return Record(
            row["Id"],
            key=row[KEY],
            email=row.get("Email"),
            owner_id=None if self._is_nobody(owner) else owner,
            stage=stage,
            amount=amount,
            lost_reason=reason if stage in {Stage.LOST, Stage.RECYCLED} else None,
            changed_at=max(each for each in moments if each),
        )

    def _is_nobody(self, owner_id: str) -> bool:
        """A queue, or the app's own user, to whom a lead belongs that was made without an owner."""
        return owner_id.startswith(_QUEUE) or owner_id == self._session.user_id

    def _close(self, row: Json, deal: Json) -> tuple[Stage | None, Money | None]:
        """The stage and the amount of a lead, or of the opportunity into which it was converted."""
        organization = self._organization
        outcome = stage_named(row.get(OUTCOME))
        own_currency = row.get(CURRENCY) or (organization.currency if row.get(AMOUNT) else None)
        own_amount = money(row.get(AMOUNT), own_currency)
        if not row["IsConverted"]:
            stage = organization.statuses.read(row.get("Status"), row.get(OUTCOME))
            return stage, own_amount if stage is Stage.WON else None
        if not deal:  # people convert without an opportunity, too
            is_won = outcome is Stage.WON
            return (Stage.WON, own_amount) if is_won else (Stage.QUALIFIED, None)
        has_amount = deal.get("Amount") is not None
        currency = deal.get(CURRENCY) or (organization.currency if has_amount else None)
        amount = money(deal.get("Amount"), currency)
        if deal["IsClosed"]:
            return (Stage.WON if deal["IsWon"] else Stage.LOST), amount
        if outcome is Stage.WON and not _was_moved(deal):
            return Stage.WON, amount or own_amount
        return Stage.QUALIFIED, amount

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        """See `Crm.find`."""
        return find(self._session, emails)

    def users(self) -> list[User]:
        """See `Crm.users`."""
        rows = self._session.rows(
            "SELECT Id, Name, Email, IsActive FROM User WHERE UserType = 'Standard' ORDER BY Id"
        )
        return [User(row["Id"], row["Name"], row["Email"], row["IsActive"]) for row in rows]

    def accounts(self, domains: Sequence[str]) -> dict[str, Account]:
        """See `Crm.accounts`: by the accounts' websites; of several the oldest."""
        accounts: dict[str, Account] = {}
        wanted = {each.lower() for each in domains if each}
        patterns = [f"Website LIKE {quoted_like('%', each, '%')}" for each in sorted(wanted)]
        for part in parts(patterns):
            try:
                rows = self._session.rows(
                    "SELECT Name, Website, OwnerId FROM Account WHERE "  # noqa: S608 - quoted
                    f"{' OR '.join(part)} ORDER BY CreatedDate, Id"
                )
            except CallRefused:  # accounts cannot be seen
                return {}
            for row in rows:
                domain = _domain(row["Website"])
                if domain in wanted:
                    accounts.setdefault(domain, Account(row["Name"], row["OwnerId"]))
        return accounts

    def link(self, record_id: str) -> str:
        """See `Crm.link`."""
        return f"{self._address}/lightning/r/Lead/{record_id}/view"

    # ---- the connection -------------------------------------------------------------------------

    def check(self, *, make: bool) -> Iterator[Finding]:
        """See `Crm.check`."""
        self._forget()
        yield from checking.check(self._session, make=make)
        self._forget()

    def key_expires_at(self) -> datetime | None:
        """None: a client secret lasts until somebody rotates it."""
        return None

    def close(self) -> None:
        """See `Crm.close`."""
        self._session.close()


def _value(row: Json, path: str) -> str | None:
    for name in path.split("."):
        row = row[name]
    return str(row)


def _was_moved(deal: Json) -> bool:
    """Whether somebody moved the opportunity's stage since the lead was converted."""
    moved, made = read_time(deal.get("LastStageChangeDate")), read_time(deal.get("CreatedDate"))
    return moved is not None and made is not None and moved > made


def _domain(website: str | None) -> str:
    """The domain of a website, as email addresses have it."""
    host = (website or "").lower().strip().partition("://")[2] or (website or "").lower().strip()
    return host.partition("/")[0].partition(":")[0].removeprefix("www.")

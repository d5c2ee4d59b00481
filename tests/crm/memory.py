"""A CRM in memory, for the tests of what is written when; it keeps the contract of all adapters."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar, TypeVar

from bot.crm.adapters import Access, Adapter
from bot.crm.http import Pace
from bot.crm.port import (
    Account,
    Blocked,
    Busy,
    Change,
    Finding,
    Gone,
    Note,
    Record,
    Refusal,
    Refused,
    Saved,
    Stage,
    Trouble,
    User,
)
from bot.money import Money
from tests.crm.now import NOW
from tests.crm.office import Fault, Seen

T = TypeVar("T")


@dataclass
class Row:
    """A record."""

    id: str
    key: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    changed_at: datetime = NOW
    into: str | None = None
    is_deleted: bool = False


class MemoryCrm:
    """The adapter."""

    slug: ClassVar[str] = "memory"
    name: ClassVar[str] = "Memory"
    batch: ClassVar[int] = 10
    overlap: ClassVar[timedelta] = timedelta(minutes=2)
    calls: ClassVar[tuple[int, float]] = (1_000_000, 1.0)

    def __init__(self, office: "MemoryOffice", pace: Pace = lambda: None) -> None:
        self._office, self._pace = office, pace

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        return self._office.call(self._pace, lambda: [self._office.save(one) for one in changes])

    def read(self, record_ids: Sequence[str]) -> list[Record | Gone]:
        return self._office.call(self._pace, lambda: [self._office.read(one) for one in record_ids])

    def changed_since(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        rows = self._office.call(self._pace, lambda: self._office.changed_since(mark))
        for start in range(0, len(rows), 3):
            yield [self._office.read(row.id) for row in rows[start : start + 3]]

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        return self._office.call(self._pace, lambda: self._office.find(emails))

    def add_note(self, record_id: str, note: Note, *, look_first: bool) -> None:
        self._office.call(self._pace, lambda: self._office.add_note(record_id, note, look_first))

    def users(self) -> list[User]:
        return self._office.call(self._pace, lambda: list(self._office.users.values()))

    def accounts(self, domains: Sequence[str]) -> dict[str, Account]:
        known = self._office.companies
        return self._office.call(self._pace, lambda: {d: known[d] for d in domains if d in known})

    def link(self, record_id: str) -> str:
        return f"https://crm.example.com/records/{record_id}"

    def check(self, *, make: bool) -> Iterator[Finding]:
        try:
            self.users()
        except Blocked as blocked:
            yield Finding("Key", blocked.detail)
            return
        yield Finding("Key")
        if make:
            self._office.no_field.clear()
        for name in sorted(self._office.no_field):
            yield Finding(f"Field {name}", "is missing", can_be_made=True)

    def key_expires_at(self) -> datetime | None:
        return self._office.expires_at

    def close(self) -> None:
        pass


class MemoryOffice:
    """The CRM, and whoever works in it."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.users: dict[str, User] = {}
        self.companies: dict[str, Account] = {}
        self.refused: set[str] = set()
        self.no_field: set[str] = set()
        self.faults: list[Fault] = []
        self.now = NOW
        self.expires_at: datetime | None = None
        self._calls = 0
        self._ids = count(1)
        self._lock = threading.RLock()

    def connect(self) -> MemoryCrm:
        return MemoryCrm(self)

    def adapter(self) -> Adapter:
        """As the registry has it."""
        return Adapter(MemoryCrm.name, lambda _access, pace: MemoryCrm(self, pace), ())

    def call(self, pace: Pace, work: Callable[[], T]) -> T:
        """One call of the API, with the fault whose turn it is."""
        pace()
        with self._lock:
            self._calls += 1
            fault = self.faults.pop(0) if self.faults else None
            if fault in (Fault.TOO_FAST, Fault.DOWN):
                raise Busy(1.0, "busy")
            if fault is Fault.TOKEN:
                raise Blocked(Trouble.TOKEN, "the key is not valid")
            if fault is Fault.RIGHT:
                raise Blocked(Trouble.RIGHT, "a right is missing")
            result = work()
            if fault is Fault.CUT_OFF:
                raise Busy(1.0, "cut off")
            return result

    # ---- the API ----------------------------------------------------------------------------

    def save(self, change: Change) -> Saved | Refused:
        row = self.rows.get(change.record_id or "") or self._of_key(change.key)
        if change.record_id and (row is None or row.is_deleted):
            return Refused(Refusal.GONE, "it was deleted")
        values = change.values.model_dump(exclude_none=True)
        if bad := sorted(self.refused & values.keys()):
            return Refused(Refusal.INVALID, f"{bad[0]} is refused by a rule")
        dropped = dict.fromkeys(self.no_field & values.keys(), "no such field")
        owner = next((u for u in self.users.values() if u.id == values.get("owner_id")), None)
        if "owner_id" in values and (owner is None or not owner.is_active):
            dropped["owner_id"] = "the user is not active"
        is_new = row is None
        if row is None:
            row = self._make()
        while row.into:
            row = self.rows[row.into]
        row.key = row.key or change.key
        row.values |= {name: value for name, value in values.items() if name not in dropped}
        for name in change.values.emptied:
            row.values.pop(name, None)
        self._touch(row)
        return Saved(row.id, is_new, {"seen": "yes"}, dropped)

    def read(self, record_id: str) -> Record | Gone:
        row = self.rows.get(record_id)
        while row is not None and row.into:
            row = self.rows[row.into]
        if row is None or row.is_deleted:
            return Gone(record_id)
        values = row.values
        amount = values.get("amount_minor")
        return Record(
            row.id, row.key, values.get("email"), values.get("owner_id"), values.get("stage"),
            Money(amount, values["currency"]) if amount else None, values.get("lost_reason"),
            row.changed_at, merged_from=tuple(r.id for r in self.rows.values() if r.into == row.id),
        )  # fmt: skip

    def changed_since(self, mark: datetime) -> list[Row]:
        found = [row for row in self.rows.values() if row.changed_at >= mark and not row.into]
        return sorted(found, key=lambda row: (row.changed_at, row.id))

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        there = [r for r in self.rows.values() if not r.into and not r.is_deleted]
        found = {
            email: [r.id for r in there if str(r.values.get("email")).lower() == email]
            for email in emails
        }
        return {email: ids[0] for email, ids in found.items() if len(ids) == 1}

    def add_note(self, record_id: str, note: Note, look_first: bool) -> None:
        row = self.rows[record_id]
        if row.is_deleted:
            raise KeyError(record_id)
        if look_first and note.key in row.notes:
            return
        assert note.key not in row.notes, "added twice"
        row.notes[note.key] = f"{note.author}: {note.text}"

    # ---- people -----------------------------------------------------------------------------

    def records(self) -> list[Seen]:
        by_id = {user.id: user.email for user in self.users.values()}
        return [
            Seen(
                row.id, v.get("email"), v.get("last_name"), v.get("company"),
                by_id.get(v.get("owner_id", "")), v.get("stage"),
                Money(v["amount_minor"], v["currency"]) if v.get("amount_minor") else None,
                v.get("campaign"), v.get("score"), v.get("quality"), v.get("consent"),
                v.get("lost_reason"), tuple(row.notes.values()),
            )
            for row in self.rows.values() if not row.is_deleted and not row.into
            for v in (row.values,)
        ]  # fmt: skip

    def add_user(self, email: str, name: str) -> str:
        user = User(f"u{next(self._ids)}", name, email)
        self.users[email] = user
        return user.id

    def deactivate(self, email: str) -> None:
        self.users[email] = self.users[email]._replace(is_active=False)

    def activate(self, email: str) -> None:
        self.users[email] = self.users[email]._replace(is_active=True)

    def type_in(self, email: str, last_name: str) -> str:
        row = self._make()
        row.values = {"email": email, "last_name": last_name}
        self._touch(row)
        return row.id

    def set_owner(self, record_id: str, email: str) -> None:
        self._edit(record_id, owner_id=self.users[email].id)

    def qualify(self, record_id: str) -> None:
        self._edit(record_id, stage=Stage.QUALIFIED)

    def win(self, record_id: str, amount: Money | None) -> None:
        self._edit(record_id, stage=Stage.WON)
        if amount:
            self.set_amount(record_id, amount)

    def lose(self, record_id: str, reason: str) -> None:
        self._edit(record_id, stage=Stage.LOST, lost_reason=reason)

    def set_amount(self, record_id: str, amount: Money) -> None:
        self._edit(record_id, amount_minor=amount.minor, currency=amount.currency)

    def reopen(self, record_id: str) -> None:
        self._edit(record_id, stage=Stage.CONTACTED, lost_reason=None, amount_minor=None)

    def clear(self, record_id: str, field: str) -> None:
        self._edit(record_id, **{field: None})

    def value(self, record_id: str, field: str) -> str | None:
        found = self.rows[record_id].values.get(field)
        return None if found is None else str(found)

    def write(self, record_id: str, fields: Mapping[str, str]) -> None:
        self._edit(record_id, **fields)

    def delete(self, record_id: str) -> None:
        self.rows[record_id].is_deleted = True
        self._touch(self.rows[record_id])

    def merge(self, gone_id: str, into_id: str) -> str:
        self.rows[gone_id].into = into_id
        self._touch(self.rows[into_id])
        return into_id

    def refuse(self, field: str) -> None:
        self.refused.add(field)

    def drop_field(self, field: str) -> None:
        self.no_field.add(field)

    def fail(self, fault: Fault, times: int = 1) -> None:
        self.faults += [fault] * times

    def forward(self, by: timedelta) -> None:
        self.now += by

    def calls(self) -> int:
        return self._calls

    def close(self) -> None:
        pass

    def _edit(self, record_id: str, **values: Any) -> None:
        self.rows[record_id].values |= values
        self._touch(self.rows[record_id])

    def _touch(self, row: Row) -> None:
        self.now += timedelta(milliseconds=1)
        row.changed_at = self.now

    def _make(self) -> Row:
        row = Row(f"r{next(self._ids)}")
        self.rows[row.id] = row
        return row

    def _of_key(self, key: str) -> Row | None:
        there = (row for row in self.rows.values() if not row.is_deleted)
        return next((row for row in there if row.key == key), None)


def access() -> Access:
    """How a CRM in memory is reached."""
    return Access()

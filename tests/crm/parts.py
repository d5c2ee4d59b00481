"""What tests of the CRM share: a workspace whose leads are in a CRM in memory."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select, text

from bot import clock
from bot.crm import adapters, connection
from bot.crm.adapters import Adapter
from bot.crm.backlog import Backlog, backlog
from bot.crm.connection import Connection
from bot.crm.models import CrmConnection, CrmNotice, CrmRecord
from bot.crm.poll import poll
from bot.crm.push import push
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import claiming
from bot.leads.models import Lead, LeadEvent
from bot.people.models import Person, Role, Workspace
from bot.sources.lead_payload import read
from bot.store import Store
from bot.tasks import Postpone
from tests.company import hire, install
from tests.crm.memory import MemoryOffice, access
from tests.crm.now import NOW

__all__ = ["NOW", "Sales"]

_number = count(1)


@dataclass
class Sales:
    """A sales team with its CRM; every clock stands until it is moved."""

    store: Store
    workspace: Workspace
    office: MemoryOffice
    connection: Connection
    people: dict[str, Person]

    @classmethod
    def open(
        cls, store: Store, office: MemoryOffice | None = None, team: str = "T1", *,
        adapter: Adapter | None = None, now: Callable[[], datetime] | None = None,
    ) -> "Sales":  # fmt: skip
        """`adapter` and `now` are those of another office."""
        office = office or MemoryOffice()
        clock.use(now or (lambda: office.now))
        adapters.ADAPTERS["memory"] = adapter or office.adapter()
        workspace = install(store, team)
        staff = {
            "ben": (Role.SALESPERSON,), "sue": (Role.SALESPERSON,), "clara": (Role.MANAGER,),
            "root": (Role.ADMIN,),
        }  # fmt: skip
        people = {
            name: hire(store, workspace, f"U{name.upper()}", name, *roles)
            for name, roles in staff.items()
        }
        with store.transaction() as session:
            for name, person in people.items():
                session.get_one(Person, person.id).email = f"{name}@example.com"
            connection.connect(session, workspace.id, "memory")
        for name in ("ben", "sue"):
            office.add_user(f"{name}@example.com", name.title())
        return cls(store, workspace, office, Connection(store, "memory", access()), people)

    def receive(self, email: str = "ada@example.com", **fields: Any) -> int:
        """Somebody asks; returns the lead."""
        return self.receive_all([{"email": email} | fields])[0]

    def receive_all(self, people: Sequence[dict[str, Any]]) -> list[int]:
        """These people ask at once; returns their leads."""
        payloads = [
            read({"last_name": "Lovelace", "external_id": f"x{next(_number)}"} | fields)
            for fields in people
        ]
        with self.store.transaction() as session:
            context = IntakeContext("api", clock.now())
            results = create_or_merge(session, self.workspace, payloads, context)
            return [each.lead_id for each in results]

    def do(self, verb: Callable[..., Any], who: str, *arguments: Any) -> Any:
        """Let a person take a step."""
        self.forward(seconds=1)
        with self.store.transaction() as session:
            return verb(session, self.people[who], *arguments)

    def push(self) -> None:
        push(self.connection, self.workspace.id)

    def poll(self) -> None:
        poll(self.connection, self.workspace.id)

    def settle(self) -> None:
        """Let all that waits happen, until nothing does."""
        before = None
        for _ in range(12):
            self.forward(seconds=30)
            with suppress(Postpone):
                self.push()
            with suppress(Postpone):
                self.poll()
            rows = {row.id: row.changed_at for row in self.office.rows.values()}
            now = (rows, self.backlog().waiting)
            if now == before and not self.office.faults:
                return
            before = now

    def forward(self, **by: float) -> None:
        self.office.forward(timedelta(**by))

    def lead(self, lead_id: int) -> Lead:
        with self.store.transaction() as session:
            return session.get_one(Lead, lead_id)

    def record(self, lead_id: int) -> CrmRecord:
        with self.store.transaction() as session:
            return session.get_one(CrmRecord, lead_id)

    def record_id(self, lead_id: int) -> str:
        return str(self.record(lead_id).record_id)

    def state(self) -> CrmConnection:
        with self.store.transaction() as session:
            return session.get_one(CrmConnection, self.workspace.id)

    def backlog(self) -> Backlog:
        with self.store.transaction() as session:
            return backlog(session, self.workspace.id)

    def notices(self, kind: str) -> list[dict[str, Any]]:
        with self.store.transaction() as session:
            found = select(CrmNotice).where(CrmNotice.kind == kind).order_by(CrmNotice.id)
            return [each.facts for each in session.scalars(found)]

    def jobs(self, task: str) -> int:
        with self.store.transaction() as session:
            counted = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :t")
            return int(session.execute(counted, {"t": task}).scalar_one())

    def steps(self, lead_id: int) -> list[tuple[str, str | None]]:
        """What happened to a lead, and through which program."""
        with self.store.transaction() as session:
            found = select(LeadEvent).where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.id)
            return [(each.event_type, each.facts.get("via")) for each in session.scalars(found)]

    def claimed(self, who: str = "ben", **fields: Any) -> int:
        """A lead that this person has claimed, and that is in the CRM."""
        lead_id = self.receive(**fields)
        self.do(claiming.claim, who, lead_id)
        self.push()
        return lead_id

    def claimed_by_ben(self, count: int) -> list[int]:
        """So many leads of p0@example.com and so on that ben has claimed, and that are in the
        CRM."""
        ids = self.receive_all([{"email": f"p{n}@example.com"} for n in range(count)])
        for lead_id in ids:
            self.do(claiming.claim, "ben", lead_id)
        self.push()
        return ids

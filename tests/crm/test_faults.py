"""Over each stand-in: a fifth of all calls fails, workers die, and in the end nothing is lost and
nothing is there twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import cast

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crm.adapters import Access, Adapter
from bot.crm.adapters.hubspot.adapter import HubSpot
from bot.crm.adapters.hubspot.api import Spacing
from bot.crm.adapters.odoo.adapter import Odoo
from bot.crm.adapters.salesforce import Salesforce
from bot.crm.http import Pace
from bot.crm.models import CrmRecord
from bot.crm.port import Crm, Stage
from bot.crm.values import stage_of
from bot.errors import HandoffError
from bot.leads import claiming, outcomes
from bot.leads import events as lead_events
from bot.leads.models import Disposition, Lead, LeadEvent, Rating, Status
from bot.money import Money
from bot.people.models import Person
from bot.store import Store
from bot.tasks import Postpone
from playground.crm.odoo.server import DATABASE, KEY
from tests.crm.memory import MemoryOffice
from tests.crm.office import Fault, Office
from tests.crm.offices.hubspot import HubSpotOffice
from tests.crm.offices.odoo import StandInOffice
from tests.crm.offices.salesforce import SalesforceOffice
from tests.crm.parts import Sales

LEADS = 60
ROUNDS = 10
PRICE = Money(1_250_000, "EUR")
_FAULTS = [Fault.TOO_FAST, Fault.DOWN, Fault.CUT_OFF]
_NO_BUDGET = outcomes.Ending(Disposition.NO_BUDGET)

Step = Callable[[Session, Person, int], object]
STEPS: list[Step] = [
    lambda session, who, lead: lead_events.add_note(session, who, lead, f"Note of {lead}."),
    lambda session, who, lead: outcomes.rate(session, who, lead, Rating.GOOD),
    outcomes.contacted,
    lambda session, who, lead: outcomes.win(session, who, lead, PRICE),
    lambda session, who, lead: outcomes.lose(session, who, lead, _NO_BUDGET),
]


class Died(BaseException):
    """The worker dies."""


class Luck:
    """What goes wrong: drawn before each call, and after each commit."""

    office: Office

    def __init__(self) -> None:
        self.is_bad = False
        self.faults = self.deaths = 0
        self.dice = random.Random(1)

    def before_a_call(self) -> None:
        """Let the call go wrong."""
        if not self.is_bad:
            return
        drawn = self.dice.random()
        if drawn < 0.21:
            self.faults += 1
            self.office.fail(self.dice.choice(_FAULTS) if drawn < 0.2 else Fault.TOKEN)
        elif drawn < 0.24:
            self.deaths += 1
            raise Died

    def after_a_commit(self) -> None:
        """Let the worker die."""
        if self.is_bad and self.dice.random() < 0.05:
            self.deaths += 1
            raise Died

    @contextmanager
    def bad(self) -> Iterator[None]:
        """Until here things go wrong."""
        self.is_bad = True
        try:
            with suppress(Died, Postpone):
                yield
        finally:
            self.is_bad = False


def _hubspot(pace: Pace) -> tuple[Office, Crm, Callable[[], datetime]]:
    office = HubSpotOffice()
    return office, HubSpot(office.access, pace, Spacing(0)), office.crm.now


def _salesforce(pace: Pace) -> tuple[Office, Crm, Callable[[], datetime]]:
    office = SalesforceOffice()
    return office, Salesforce(office.access(), pace), office.crm.now


def _odoo(pace: Pace) -> tuple[Office, Crm, Callable[[], datetime]]:
    office = StandInOffice()
    access = Access(office.odoo.url, SecretStr(KEY), database=DATABASE)
    return office, Odoo(access, pace), office.odoo.now


@pytest.mark.parametrize("opened", [_hubspot, _salesforce, _odoo])
def test_nothing_is_lost_and_nothing_is_there_twice(
    opened: Callable[[Pace], tuple[Office, Crm, Callable[[], datetime]]], store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    luck = Luck()
    office, crm, now = opened(luck.before_a_call)
    luck.office = office
    with closing(office), closing(crm):
        _go_through(luck, crm, now, store, monkeypatch)


def _go_through(
    luck: Luck, crm: Crm, now: Callable[[], datetime], store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    adapter = Adapter(crm.name, lambda _access, _pace: crm, ())
    sales = Sales.open(store, cast("MemoryOffice", luck.office), adapter=adapter, now=now)
    _let_workers_die(luck, monkeypatch)
    ids: list[int] = []
    for _ in range(ROUNDS):
        for lead_id in sales.receive_all([_person(n) for n in range(len(ids), len(ids) + 6)]):
            sales.do(claiming.claim, luck.dice.choice(["ben", "sue"]), lead_id)
            ids.append(lead_id)
        for lead_id in luck.dice.sample(ids, 4):
            _work(sales, lead_id, luck.dice.choice(STEPS))
        with luck.bad():
            sales.push()
        with luck.bad():
            sales.poll()
        sales.forward(seconds=90)
    sales.forward(hours=1)
    for _ in range(3):
        sales.poll()
        sales.push()
    _agree(sales, ids)
    assert luck.faults > 5
    assert luck.deaths > 1


def _person(n: int) -> dict[str, str]:
    return {"email": f"p{n}@example.com", "last_name": f"Person{n}", "company": "Engines"}


def _let_workers_die(luck: Luck, monkeypatch: pytest.MonkeyPatch) -> None:
    transaction = Store.transaction

    @contextmanager
    def deadly(store: Store) -> Iterator[Session]:
        with transaction(store) as session:
            yield session
        luck.after_a_commit()

    monkeypatch.setattr(Store, "transaction", deadly)


def _work(sales: Sales, lead_id: int, step: Step) -> None:
    """Its owner takes a step with it."""
    owner = sales.lead(lead_id).claimed_by
    who = next(name for name, person in sales.people.items() if person.id == owner)
    with suppress(HandoffError):
        sales.do(step, who, lead_id)


def _agree(sales: Sales, ids: list[int]) -> None:
    there = {seen.record_id: seen for seen in sales.office.records()}
    assert len(there) == len(ids) == LEADS
    names = {person.id: f"{name}@example.com" for name, person in sales.people.items()}
    with sales.store.transaction() as session:
        noted = session.scalars(select(LeadEvent.lead_id).where(LeadEvent.event_type == "noted"))
        written_of = Counter(noted)
        pairs = select(Lead, CrmRecord).join(CrmRecord, CrmRecord.lead_id == Lead.id)
        rows = session.execute(pairs.order_by(Lead.id)).all()
    assert [lead.id for lead, _ in rows] == ids
    for lead, mine in rows:
        assert (mine.refused, mine.version) == (None, mine.written_version)
        seen = there.pop(str(mine.record_id))
        assert (seen.email, seen.last_name) == (lead.email, lead.last_name)
        assert seen.owner == names[lead.claimed_by or 0]
        assert seen.quality == ("good" if lead.rating else None)
        ends = (Stage.WON, Stage.LOST)
        assert (seen.stage if seen.stage in ends else None) == (
            stage_of(lead) if stage_of(lead) in ends else None
        )
        assert lead.status != Status.WON or seen.amount == PRICE
        notes = sum(f"Note of {lead.id}." in each for each in seen.notes)
        assert notes == written_of[lead.id]
    assert len(sales.notices("blocked")) == len(sales.notices("back"))

"""What people do at the very moment in which the CRM is written or read: nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from bot.crm import backlog
from bot.crm.models import CrmRecord
from bot.leads import service
from bot.leads.model import Disposition
from bot.leads.service.reading import find
from bot.money import Money
from bot.store import Store
from tests.crm.parts import Sales
from tests.web.waiting import until

PRICE = Money(1_250_000, "EUR")


@pytest.fixture
def sales(store: Store) -> Sales:
    return Sales.open(store)


def _new(sales: Sales) -> list[int]:
    return [sales.receive(f"p{n}@example.com") for n in range(2)]


def _changed(sales: Sales) -> list[int]:
    ids = [sales.claimed(email=f"p{n}@example.com") for n in range(2)]
    for lead_id in ids:
        sales.do(service.lose, "ben", lead_id, service.Ending(Disposition.NO_BUDGET))
    return ids


def _moved_there(sales: Sales) -> list[int]:
    ids = [sales.claimed(email=f"p{n}@example.com") for n in range(2)]
    for lead_id in ids:
        sales.office.win(sales.record_id(lead_id), PRICE)
    return ids


def _deleted_there(sales: Sales) -> list[int]:
    ids = [sales.claimed(email=f"p{n}@example.com") for n in range(2)]
    for lead_id in ids:
        sales.office.delete(sales.record_id(lead_id))
    return ids


def _refused(sales: Sales) -> list[int]:
    sales.office.refuse("last_name")
    ids = _new(sales)
    sales.push()
    return ids


def _retry(sales: Sales) -> None:
    with sales.store.transaction() as session:
        backlog.retry(session, sales.workspace.id)


def _mark(sales: Sales) -> None:
    with sales.store.transaction() as session:
        ids = session.scalars(select(CrmRecord.lead_id).order_by(CrmRecord.lead_id)).all()
        backlog.mark(session, sales.workspace.id, ids, is_backfill=True)


@pytest.mark.parametrize(
    ("before", "work"),
    [
        (_new, Sales.push),
        (_changed, Sales.push),
        (_moved_there, Sales.poll),
        (_deleted_there, Sales.poll),
        (_refused, _retry),
        (_new, _mark),
    ],
)
def test_a_click_and_the_crm_never_wait_for_each_other(
    sales: Sales, before: Callable[[Sales], list[int]], work: Callable[[Sales], None]
) -> None:
    """A person holds both leads; then the work begins; then both leads change, the newer first."""
    ids = before(sales)
    with ThreadPoolExecutor(1) as thread:
        with sales.store.transaction() as session:
            for lead_id in ids:
                find(session, sales.workspace.id, lead_id, lock=True)
            done = thread.submit(work, sales)
            until(lambda: done.done() or _waits(sales.store), "the work to wait for the leads")
            for lead_id in reversed(ids):
                backlog.lead_changed(session, sales.workspace.id, {lead_id: 1})
        done.result()
    sales.settle()
    assert sales.backlog().waiting == 0


def _waits(store: Store) -> bool:
    with store.transaction() as session:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(session.execute(waiting).scalar_one())

"""Where the CRM and Handoff disagree is said, a line each, without what a lead says of a person."""

import pytest

from bot.crm.comparing import differences
from bot.leads import events as lead_events
from bot.leads import outcomes
from bot.money import Money
from bot.store import Store
from tests.crm.parts import Sales

PRICE = Money(1_250_000, "EUR")


@pytest.fixture
def sales(store: Store) -> Sales:
    return Sales.open(store)


def compared(sales: Sales) -> list[str]:
    return list(differences(sales.connection, sales.workspace.id))


def test_sides_that_agree_have_nothing_to_say(sales: Sales) -> None:
    sales.claimed_by_ben(12)
    assert compared(sales) == []


def test_stage_amount_owner_and_what_waits(sales: Sales) -> None:
    moved, dear, given, gone, waiting = sales.claimed_by_ben(5)
    sales.do(outcomes.win, "ben", dear, PRICE)
    sales.push()
    office = sales.office
    office.win(sales.record_id(moved), PRICE)
    office.set_amount(sales.record_id(dear), Money(990_000, "EUR"))
    office.set_owner(sales.record_id(given), "sue@example.com")
    office.delete(sales.record_id(gone))
    sales.do(lead_events.add_note, "ben", waiting, "Hello")
    lines = compared(sales)
    assert lines == [
        f"#{moved} stage: new here, won in Memory",
        f"#{dear} amount: 12,500 EUR here, 9,900 EUR in Memory",
        f"#{given} owner: Ben here, Sue in Memory",
        f"#{gone} was deleted in Memory",
        f"#{waiting} changes here are waiting to be written",
    ]
    assert "example.com" not in "".join(lines)
    sales.settle()
    assert compared(sales) == [f"#{gone} was deleted in Memory"]


def test_a_record_of_several_leads_is_compared_with_the_newest(sales: Sales) -> None:
    older, newer = sales.claimed(), sales.claimed(email="ada2@example.com")
    sales.office.merge(sales.record_id(older), sales.record_id(newer))
    sales.settle()
    sales.office.set_owner(sales.record_id(newer), "sue@example.com")
    assert compared(sales) == [f"#{newer} owner: Ben here, Sue in Memory"]

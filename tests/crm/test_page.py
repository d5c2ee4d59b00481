"""What people read of the CRM: the page for admins, notices, what an owner is asked."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View
from sqlalchemy import select

from bot.crm import notices, page, questions
from bot.crm.forms import ChooseOwner
from bot.crm.models import CrmNotice
from bot.crm.notices import Kind
from bot.crm.port import Trouble
from bot.leads import events as lead_events
from bot.leads import outcomes
from bot.money import Money
from bot.slack.cards import Card
from bot.store import Store
from tests.crm.office import Fault
from tests.crm.parts import Sales
from tests.golden_files import Golden


@pytest.fixture
def sales(store: Store) -> Sales:
    return Sales.open(store)


def modal(sales: Sales) -> View:
    with sales.store.transaction() as session:
        return page.modal(page.health(session, sales.workspace.id))


def test_the_page_where_there_is_no_crm(golden: Golden) -> None:
    golden("page_none", page.modal(None))


def test_the_page_of_a_crm_that_works(sales: Sales, golden: Golden) -> None:
    sales.office.users.pop("sue@example.com")
    sales.office.expires_at = sales.office.now + timedelta(days=60)
    sales.claimed()
    sales.poll()
    golden("page_well", modal(sales))


def test_the_page_of_a_crm_that_is_away_and_refuses(sales: Sales, golden: Golden) -> None:
    sales.office.refuse("job_title")
    sales.office.drop_field("score")
    sales.receive(job_title="Head <b>")
    gone = sales.claimed(email="gone@example.com")
    sales.office.delete(sales.record_id(gone))
    sales.do(lead_events.add_note, "ben", gone, "Hello")
    sales.do(outcomes.win, "ben", gone, Money(100, "EUR"))
    sales.settle()
    sales.office.fail(Fault.TOKEN)
    sales.forward(hours=2)
    sales.poll()
    golden("page_blocked", modal(sales))


def test_the_page_of_what_was_not_taken_over(sales: Sales, golden: Golden) -> None:
    lead_id = sales.claimed()
    sales.do(outcomes.win, "ben", lead_id, Money(100, "EUR"))
    sales.settle()
    sales.office.set_amount(sales.record_id(lead_id), Money(-100, "EUR"))
    sales.settle()
    golden("page_not_taken", modal(sales))


def test_the_form_of_an_owner(sales: Sales, golden: Golden) -> None:
    sales.poll()
    with sales.store.transaction() as session:
        seen = page.health(session, sales.workspace.id)
    assert seen is not None
    golden("owner_form", ChooseOwner.of(seen))
    for number in range(120):
        sales.office.add_user(f"u{number}@example.com", f"User {number}")
    sales.forward(hours=2)
    sales.poll()
    with sales.store.transaction() as session:
        seen = page.health(session, sales.workspace.id)
    assert seen is not None
    golden("owner_form_of_many", ChooseOwner.of(seen))


FACTS: dict[Kind, dict[str, Any]] = {
    Kind.BLOCKED: {"crm": "HubSpot", "trouble": Trouble.TOKEN, "why": "HubSpot says 401"},
    Kind.BACK: {"crm": "HubSpot"},
    Kind.UNMATCHED: {
        "crm": "HubSpot", "who": ["UBEN", "USUE"], "instead": "Their leads have no owner there.",
    },
    Kind.DROPPED: {"crm": "HubSpot", "fields": [["score", "there is no such property"]]},
    Kind.GONE: {"crm": "HubSpot", "count": 12},
    Kind.EXPIRES: {"crm": "Odoo", "at": "2026-07-01T09:00:00+00:00"},
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_what_admins_are_told_once(sales: Sales, golden: Golden, kind: Kind) -> None:
    with sales.store.transaction() as session:
        notices.tell_admins(session, sales.workspace.id, kind, **FACTS[kind])
        notice = session.scalars(select(CrmNotice)).one()
        [card] = session.scalars(select(Card).where(Card.kind == notices.NOTICE)).all()
        assert (card.target, card.subject_id) == ("UROOT", notice.id)
        golden(f"notice_{kind}", notices.notice(session, notice.id))


def test_what_admins_are_told_of_chosen_users_who_left(sales: Sales, golden: Golden) -> None:
    facts = FACTS[Kind.UNMATCHED] | {"was_chosen": True}
    with sales.store.transaction() as session:
        notices.tell_admins(session, sales.workspace.id, Kind.UNMATCHED, **facts)
        notice = session.scalars(select(CrmNotice)).one()
        golden("notice_unmatched_chosen", notices.notice(session, notice.id))


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_says_what_to_do(sales: Sales, trouble: Trouble) -> None:
    with sales.store.transaction() as session:
        notices.tell_admins(
            session, sales.workspace.id, Kind.BLOCKED, crm="HubSpot", trouble=trouble, why="",
        )  # fmt: skip
        notice = session.scalars(select(CrmNotice)).one()
        assert "Nothing is lost" in notices.notice(session, notice.id).text


def test_what_an_owner_is_asked(sales: Sales, golden: Golden) -> None:
    lead_id = sales.claimed(company="Engines")
    sales.office.win(sales.record_id(lead_id), None)
    sales.poll()
    with sales.store.transaction() as session:
        golden("question_no_amount", questions.question(session, lead_id))
    sales.office.set_amount(sales.record_id(lead_id), Money(100_000, "EUR"))
    sales.poll()
    with sales.store.transaction() as session:
        golden("question_settled", questions.question(session, lead_id))
    sales.office.set_amount(sales.record_id(lead_id), Money(120_000, "EUR"))
    sales.do(outcomes.correct_amount, "ben", lead_id, Money(90_000, "EUR"))
    sales.poll()
    with sales.store.transaction() as session:
        golden("question_two_amounts", questions.question(session, lead_id))

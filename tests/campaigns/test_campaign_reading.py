"""Reading: attribution by code, and what runs, comes and has ended on a day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from bot.campaigns import queries
from bot.campaigns.models import Campaign, utm_code
from bot.people.models import Role
from tests.campaigns.scene import TODAY, Company

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def found(company: Company, code: str) -> str | None:
    with company.store.transaction() as session:
        campaign_id = queries.by_utm(session, company.workspace.id, code)
        return queries.known(session, campaign_id).name if campaign_id else None


@pytest.mark.parametrize(
    "code", ["summer-trial-2026", " Summer-Trial-2026\n", "SUMMER-TRIAL-2026", "ſummer-trial-2026"]
)
def test_a_code_is_found_however_it_was_written(company: Company, code: str) -> None:
    company.announce()
    assert found(company, code) == "Summer trial"


@pytest.mark.parametrize(
    "code", ["", " ", "summer-trial", "summer trial 2026", "\x00", "%", "\ud800", "x" * 100_000]
)
def test_other_codes_are_no_campaigns(company: Company, code: str) -> None:
    company.announce()
    company.announce("form-2", utm_campaign=None)
    assert found(company, code) is None


def test_a_campaign_that_is_over_still_has_its_leads(company: Company) -> None:
    company.announce(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))
    assert found(company, "summer-trial-2026") == "Summer trial"


@pytest.mark.parametrize(("code", "looks"), [("summer-trial-2026", 1), ("a b", 0), ("", 0)])
def test_a_code_costs_one_look_at_most(company: Company, code: str, looks: int) -> None:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    with company.store.transaction() as session:
        session.connection()
        event.listen(company.store.engine, "before_cursor_execute", note)
        queries.by_utm(session, company.workspace.id, code)
        event.remove(company.store.engine, "before_cursor_execute", note)
    assert len(statements) == looks


@given(st.text())
def test_a_code_is_normal_once_it_was_made_so(text: str) -> None:
    code = utm_code(text)
    assert code is None or utm_code(code) == code == utm_code(f" {text.upper()} ")


@given(DAYS, st.none() | DAYS, DAYS)
def test_a_campaign_runs_comes_or_is_over(first: date, last: date | None, day: date) -> None:
    if last and last < first:
        first, last = last, first
    campaign = Campaign(starts_on=first, ends_on=last)
    states = [campaign.runs_on(day), first > day, campaign.has_ended_by(day)]
    assert states.count(True) == 1
    assert campaign.runs_on(first)
    assert last is None or campaign.runs_on(last)


def names(company: Company, day: date) -> dict[str, list[str]]:
    with company.store.transaction() as session:
        overview = queries.overview(session, company.workspace.id, day)
        running = queries.running(session, company.workspace.id, day)
    assert [each.id for each in running] == [each.id for each in overview.running]
    groups = {"running": overview.running, "coming": overview.coming, "ended": overview.ended}
    return {group: [each.name for each in campaigns] for group, campaigns in groups.items()}


def put(company: Company, name: str, first: int, last: int | None) -> Campaign:
    """A campaign from and to so many days from today."""
    ends_on = None if last is None else TODAY + timedelta(days=last)
    starts_on = TODAY + timedelta(days=first)
    return company.announce(
        name, name=name, starts_on=starts_on, ends_on=ends_on, utm_campaign=None
    )


def test_campaigns_by_their_days(company: Company) -> None:
    put(company, "runs for ever", -100, None)
    put(company, "began today", 0, 9)
    put(company, "ends today", -9, 0)
    put(company, "comes later", 9, None)
    put(company, "comes tomorrow", 1, 1)
    put(company, "ended long ago", -90, -31)
    put(company, "ended recently", -90, -30)
    put(company, "ended yesterday", -99, -1)
    assert names(company, TODAY) == {
        "running": ["began today", "ends today", "runs for ever"],
        "coming": ["comes tomorrow", "comes later"],
        "ended": ["ended yesterday", "ended recently"],
    }


def test_an_empty_company_has_an_empty_overview(company: Company) -> None:
    with company.store.transaction() as session:
        assert queries.overview(session, company.workspace.id, TODAY).is_empty


def test_other_workspaces_are_not_told(company: Company) -> None:
    company.announce()
    with company.store.transaction() as session:
        assert queries.running(session, company.workspace.id + 1, TODAY) == []


def test_readers_are_counted_among_those_in_sales(company: Company) -> None:
    read, unread = put(company, "read", 0, 1), put(company, "unread", 0, 1)
    for person in (company.sal, company.sue, company.someone("UM", Role.MANAGER)):
        company.got_it(person, read)
    with company.store.transaction() as session:
        overview = queries.overview(session, company.workspace.id, TODAY)
    assert overview.sales == 2
    assert overview.readers == {read.id: 2}
    assert unread.id not in overview.readers


def test_the_day_is_the_one_in_the_workspaces_zone(company: Company, hands: Any) -> None:
    hands.forward(hours=15)  # 22:00 UTC, midnight in Berlin
    with company.store.transaction() as session:
        assert queries.today(session, company.workspace.id) == TODAY + timedelta(days=1)

"""Daily totals: the same figures as from the leads, whatever changes meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.leads.models import Lead
from bot.metrics import Attribution, By, Cohort, Period, computing, daily_totals, tasks
from bot.metrics.models import ChangedTime, ComputedDay, DailyTotals, DailyWaits
from bot.people.models import Workspace
from tests.digests.office import MONDAY, NOW, Office
from tests.metrics.drawn import DrawnWeek, drawn_weeks
from tests.metrics.test_metrics import Written

WEEK = Period(date(2026, 11, 16), date(2026, 11, 23))
DAYS = [WEEK.first + timedelta(days=number) for number in range(7) if WEEK.first]
"""The seven days of last week."""


def compute(session: Session, office: Office, by: By | None, **how: Any) -> Cohort:
    return metrics.compute(session, office.workspace.id, how.pop("period", WEEK), by=by, **how)


def plainly(session: Session, office: Office, by: By | None, **how: Any) -> Cohort:
    """From the leads alone."""
    undo = session.begin_nested()
    session.execute(delete(ComputedDay))
    found = compute(session, office, by, **how)
    undo.rollback()
    return found


def read_from_totals(session: Session, office: Office) -> list[date]:
    about = computing.scope(session, office.workspace.id, WEEK)
    computed = daily_totals.read_plan(session, about, None).computed
    return [day for day in DAYS for part in computed if part.first and part.end
            and part.first <= day < part.end]  # fmt: skip


CHANGES: list[Callable[[], Any]] = [
    lambda: update(Lead).values(rating="great"),
    lambda: update(Lead).values(first_claimed_at=None, claim_due_at=None),
    lambda: update(Lead).values(first_response_at=Lead.received_at + timedelta(seconds=7)),
    lambda: update(Lead).values(campaign_id=Lead.last_campaign_id),
    lambda: update(Lead).values(received_at=Lead.received_at + timedelta(hours=9)),
    lambda: update(Lead).values(merged_into=select(func.min(Lead.id)).scalar_subquery()),
    lambda: delete(Lead),
    lambda: update(Workspace).values(timezone="Asia/Kathmandu"),
]


@given(
    drawn=drawn_weeks(), change=st.sampled_from(CHANGES), half=st.integers(0, 1),
    by=st.sampled_from([None, *By]), attribution=st.sampled_from(Attribution),
    later=st.timedeltas(timedelta(), timedelta(days=9)),
)  # fmt: skip
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_daily_totals_say_what_their_leads_say(
    office: Office, drawn: DrawnWeek, change: Callable[[], Any], half: int, by: By | None,
    attribution: Attribution, later: timedelta,
) -> None:  # fmt: skip
    """Whatever changes after some totals were computed, and however late promises become."""
    clock.use(lambda: drawn.as_of)
    with office.store.transaction() as session:
        undo = session.begin_nested()
        Written(session, office, drawn)
        about = computing.scope(session, office.workspace.id, drawn.week.period)
        for number in (1, 5):
            daily_totals.compute_day(session, about, drawn.monday + timedelta(days=number))
        changed = change()
        if changed.table.name == "lead":
            changed = changed.where(Lead.id % 2 == half)
        session.execute(changed.execution_options(synchronize_session=False))
        session.expire_all()
        clock.use(lambda: drawn.as_of + later)
        params = {"period": drawn.week.period, "attribution": attribution}
        found = compute(session, office, by, **params)
        assert found == plainly(session, office, by, **params)
        undo.rollback()


def test_the_clock_computes_each_day_once_and_again_when_a_lead_of_it_changes(
    office: Office,
) -> None:
    monday, tuesday = DAYS[:2]
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": MONDAY + timedelta(hours=hours)}
                               for hours in (1, 2, 30)])  # fmt: skip
    clock.use(lambda: MONDAY + timedelta(days=2, hours=8))
    assert tasks.compute_days(office.store, office.workspace.id) == 2
    assert tasks.compute_days(office.store, office.workspace.id) == 0
    with office.store.transaction() as session:
        assert read_from_totals(session, office) == [monday, tuesday]
        assert compute(session, office, None).total.count("received") == 3
        first = session.scalars(select(Lead).order_by(Lead.id)).first()
        assert first is not None
        first.rating = "great"
    with office.store.transaction() as session:
        assert read_from_totals(session, office) == [tuesday]
        assert compute(session, office, None).total.count("great") == 1
    assert tasks.compute_days(office.store, office.workspace.id) == 1
    with office.store.transaction() as session:
        assert read_from_totals(session, office) == [monday, tuesday]
        assert compute(session, office, None).total.count("great") == 1


def test_a_change_while_a_day_is_computed_is_not_lost(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}])
    with office.store.transaction() as computing_session:
        about = computing.scope(computing_session, office.workspace.id, WEEK)
        daily_totals.compute_day(computing_session, about, DAYS[0])
        with office.store.transaction() as session:
            session.execute(update(Lead).values(rating="junk"))
    with office.store.transaction() as session:
        assert read_from_totals(session, office) == []
        assert compute(session, office, None).total.count("junk") == 1


def test_the_first_spend_of_a_campaign_is_about_all_of_its_leads(office: Office) -> None:
    with office.store.transaction() as session:
        spring, autumn = office.campaigns(session, "Spring", "Autumn")
        office.leads(session, [
            {"campaign_id": spring, "last_campaign_id": autumn},
            {"campaign_id": autumn, "received_at": MONDAY + timedelta(days=1)},
        ])  # fmt: skip
    tasks.compute_days(office.store, office.workspace.id)
    for campaign, uncosted, left in (
        (spring, 1, DAYS[1:]),
        (spring, 1, DAYS),
        (autumn, 0, DAYS[2:]),
    ):
        with office.store.transaction() as session:
            office.spend(session, campaign, 500)
        with office.store.transaction() as session:
            assert read_from_totals(session, office) == left
            assert compute(session, office, None).total.count("uncosted") == uncosted
        tasks.compute_days(office.store, office.workspace.id)


def test_what_nobody_reads_is_forgotten(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{}, {"received_at": NOW}])
        about = computing.scope(session, office.workspace.id, WEEK)
        daily_totals.compute_day(session, about, DAYS[0])
        for table in (ComputedDay, DailyTotals, DailyWaits):
            session.execute(update(table).values(formula_version="of last year"))
    clock.use(lambda: NOW + timedelta(days=2))
    with office.store.transaction() as session:
        session.add(ChangedTime(workspace_id=office.workspace.id, at=NOW + timedelta(days=2)))
    tasks.compute_days(office.store, office.workspace.id)
    with office.store.transaction() as session:
        assert session.scalars(select(ChangedTime)).all() == []
        for table in (ComputedDay, DailyTotals, DailyWaits):
            assert "of last year" not in set(session.scalars(select(table.formula_version)))


def test_a_long_period_of_daily_totals_reads_no_lead_of_them(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": MONDAY + timedelta(days=day)} for day in range(7)])
    tasks.compute_days(office.store, office.workspace.id)
    with office.store.transaction() as session:
        about = computing.scope(session, office.workspace.id, WEEK)
        for by in (None, By.CAMPAIGN, By.KIND, By.SOURCE, By.SALESPERSON, By.DAY, By.WEEK):
            assert daily_totals.read_plan(session, about, by).rest == [], by
        whole = computing.scope(session, office.workspace.id, metrics.EVER)
        assert daily_totals.read_plan(session, whole, None).rest == [
            Period(None, DAYS[0]), Period(DAYS[-1] + timedelta(days=1), None)
        ]  # fmt: skip

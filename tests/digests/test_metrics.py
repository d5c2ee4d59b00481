"""Each metric against the same formula in plain Python, over random leads."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.contacts import service as contacts
from bot.digests.model import Week
from bot.metrics import definitions as metrics
from bot.metrics.definitions import METRICS, Figures, Unit, shown
from bot.store import Store
from tests.digests.office import MONDAY, Office, open_office
from tests.digests.plain import SCORES, Plain, plain_figures

BERLIN = ZoneInfo("Europe/Berlin")

# A plain week, and the two of each zone in which the clocks change.
WEEKS = [
    ("Europe/Berlin", date(2026, 11, 16)),
    ("Europe/Berlin", date(2026, 3, 23)),
    ("Europe/Berlin", date(2026, 10, 19)),
    ("America/New_York", date(2026, 3, 2)),
    ("America/New_York", date(2026, 10, 26)),
]


def agree(figures: Figures, leads: Sequence[Plain]) -> None:
    expected = plain_figures(leads)
    assert set(figures.values) == set(expected)
    for metric in METRICS:
        found, right = figures.values[metric.name], expected[metric.name]
        if metric.unit is Unit.DURATION and right is not None:
            # Rounded to the second, from what PostgreSQL keeps to the microsecond.
            assert isinstance(found, int)
            assert abs(found - right) <= Fraction(500_001, 1_000_000), metric.name
        else:
            assert found == right, metric.name


@st.composite
def plain_leads(draw: st.DrawFn, monday: date, zone: ZoneInfo) -> Plain:
    near = datetime(monday.year, monday.month, monday.day, tzinfo=zone).astimezone(UTC)
    edges = [timedelta(hours=hours) for hours in (0, 1, 167, 168, 169)]
    tick = timedelta(microseconds=1)
    edge = st.sampled_from([each + step for each in edges for step in (-tick, 0 * tick, tick)])
    received = near + draw(edge | st.timedeltas(timedelta(days=-3), timedelta(days=11)))
    later = st.timedeltas(timedelta(), timedelta(days=30)).map(lambda wait: received + wait)
    return Plain(
        received=received,
        campaign=draw(st.none() | st.integers(0, 11)),
        claimed=draw(st.none() | later),
        answered=draw(st.none() | later),
        rating=draw(st.sampled_from([None, *SCORES])),
        status=draw(st.sampled_from(["new", "qualified", "won", "lost", "recycled"])),
        disposition=draw(st.sampled_from([None, "no_budget"])),
        minor=draw(st.none() | st.integers(0, 10**12)),
        currency=draw(st.none() | st.sampled_from(["EUR", "USD", "JPY"])),
    )


@st.composite
def weeks_of_leads(draw: st.DrawFn) -> tuple[str, date, list[Plain]]:
    zone, monday = draw(st.sampled_from(WEEKS))
    return zone, monday, draw(st.lists(plain_leads(monday, ZoneInfo(zone)), max_size=25))


@given(given_week=weeks_of_leads())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_metric_agrees_with_plain_python(
    office: Office, given_week: tuple[str, date, list[Plain]]
) -> None:
    zone, monday, leads = given_week
    with office.store.transaction() as session:
        undo = session.begin_nested()
        ids = office.campaigns(session, *"abcdefghijkl")
        office.leads(session, [lead.row(ids) for lead in leads])
        start, end = Week(monday).bounds(ZoneInfo(zone))
        cohort = metrics.compute(session, office.workspace.id, start, end)
        undo.rollback()

    def is_inside(lead: Plain) -> bool:
        local = lead.received.astimezone(ZoneInfo(zone)).date()
        return local.isocalendar()[:2] == monday.isocalendar()[:2]

    inside = [lead for lead in leads if is_inside(lead)]
    agree(cohort.total, inside)
    assert set(cohort.by_campaign) == {
        None if lead.campaign is None else ids[lead.campaign] for lead in inside
    }
    for campaign_id, figures in cohort.by_campaign.items():
        number = None if campaign_id is None else ids.index(campaign_id)
        agree(figures, [lead for lead in inside if lead.campaign == number])


def test_a_week_without_leads_has_no_rates(office: Office) -> None:
    with office.store.transaction() as session:
        start, end = Week(date(2026, 11, 16)).bounds(BERLIN)
        cohort = metrics.compute(session, office.workspace.id, start, end)
    assert cohort.by_campaign == {}
    for metric in METRICS:
        empty = {Unit.COUNT: 0, Unit.MONEY: {}}.get(metric.unit)
        assert cohort.total.values[metric.name] == empty, metric.name
    assert cohort.total["acceptance_rate"] == cohort.total["claim_p90"] == "n/a"


def test_other_workspaces_do_not_count(office: Office) -> None:
    other = open_office(office.store, team_id="T2")
    with office.store.transaction() as session:
        other.leads(session, [{}, {}])
        office.leads(session, [{}])
        start, end = Week(date(2026, 11, 16)).bounds(BERLIN)
        total = metrics.compute(session, office.workspace.id, start, end).total
    assert total.count("received") == 1


def test_a_snapshot_is_integers_and_strings_and_reads_back(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(
            session,
            [
                {"claimed_at": MONDAY + timedelta(hours=10), "rating": "hot", "status": "won",
                 "won_minor": 10**12, "won_currency": "EUR"},
                {"status": "won", "won_minor": 5, "won_currency": "JPY"},
                {},
            ],
        )  # fmt: skip
        start, end = Week(date(2026, 11, 16)).bounds(BERLIN)
        total = metrics.compute(session, office.workspace.id, start, end).total
    snapshot = json.loads(json.dumps(total.as_json()))
    assert not any(isinstance(value, float) for value in snapshot.values())
    assert snapshot["acceptance_rate"] == "33.3"
    assert snapshot["won_amount"] == {"EUR": 10**12, "JPY": 5}
    assert Figures.from_json(snapshot) == total


def test_an_older_snapshot_lacks_what_came_later() -> None:
    figures = Figures.from_json({"received": 3, "no_longer": 1})
    assert figures.values == {"received": 3}
    assert (figures["claim_median"], figures.count("won")) == ("n/a", 0)


@pytest.mark.parametrize(
    ("unit", "value", "reads"),
    [
        (Unit.COUNT, 12345, "12,345"),
        (Unit.PERCENT, Decimal("42.9"), "42.9%"),
        (Unit.PERCENT, Decimal("100.0"), "100%"),
        (Unit.PERCENT, Decimal("0.0"), "0%"),
        (Unit.DURATION, 725, "12 min"),
        (Unit.SCORE, Decimal("2.00"), "2.00"),
        (Unit.MONEY, {"USD": 120050, "EUR": 99900}, "999 EUR, 1,200.50 USD"),
        (Unit.MONEY, {}, "none"),
        (Unit.MONEY, None, "n/a"),
        (Unit.SCORE, None, "n/a"),
    ],
)
def test_values_as_people_read_them(unit: Unit, value: metrics.Value, reads: str) -> None:
    assert shown(unit, value) == reads


def test_each_metric_is_named_once_and_explained() -> None:
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))
    assert all(metric.label and metric.formula for metric in METRICS)


@pytest.fixture
def year_of_leads(office: Office) -> Office:
    """100,000 leads over a year, in two workspaces."""
    other = open_office(office.store, team_id="T2")
    with office.store.transaction() as session:
        ada = contacts.identify(session, office.workspace.id, "ada@example.com", None)
        session.execute(
            text(
                """
                INSERT INTO lead (workspace_id, contact_id, source, external_id, received_at,
                    last_touch_at, status, labels, heat, heat_reasons, is_hot, call_attempts)
                SELECT CASE n % 10 WHEN 0 THEN :other ELSE :mine END, :contact, 'api', n::text,
                       at, at, 'new', '{}', 0, '[]', true, 0
                FROM generate_series(1, 100000) AS n, LATERAL (SELECT timestamptz '2026-01-01'
                    + n * interval '5 minutes 15 seconds') AS moment (at)
                """
            ),
            {"mine": office.workspace.id, "other": other.workspace.id, "contact": ada.contact_id},
        )
        session.execute(text("ANALYZE lead"))
    return office


def test_a_week_is_read_by_the_index_alone(year_of_leads: Office) -> None:
    plan = explain(year_of_leads.store, year_of_leads.workspace.id)
    nodes: list[dict[str, Any]] = []
    walk(plan, nodes.append)
    assert {node.get("Index Name") for node in nodes if "Index Name" in node} == {
        "ix_lead_workspace_id_received_at"
    }
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}


def explain(store: Store, workspace_id: int) -> dict[str, Any]:
    query = metrics.query(workspace_id, *Week(date(2026, 11, 16)).bounds(BERLIN))
    compiled = query.compile(store.engine, compile_kwargs={"render_postcompile": True})
    with store.engine.connect() as connection:
        answer = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params)
        plan: dict[str, Any] = answer.scalar_one()[0]["Plan"]
    return plan


def walk(node: dict[str, Any], visit: Callable[[dict[str, Any]], None]) -> None:
    visit(node)
    for child in node.get("Plans", []):
        walk(child, visit)

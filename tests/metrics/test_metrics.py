"""Each metric against the same formula in pandas, over random weeks of every shape."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, text, update
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.contacts.identity import identify, keys_of
from bot.digests.models import Week
from bot.metrics import (
    BY_NAME,
    METRICS,
    Attribution,
    By,
    Figures,
    Period,
    Unit,
    computing,
    counting,
    daily_totals,
    shown,
)
from bot.people import service as people
from bot.people.models import Workspace
from bot.spend.models import Margin, SpendEntry
from bot.store import Store
from tests.digests.office import MONDAY, NOW, Office, open_office
from tests.metrics import by_pandas
from tests.metrics.by_pandas import Frames, frame
from tests.metrics.drawn import CAMPAIGNS, DrawnLead, DrawnWeek, drawn_weeks, lead_rows

WEEK = Week(date(2026, 11, 16))
SPLITS = [By.CAMPAIGN, By.SOURCE, By.DAY]


def agree(figures: Figures, expected: dict[str, Any]) -> None:
    assert set(figures.values) == set(expected)
    for metric in METRICS:
        found, right = figures.values[metric.name], expected[metric.name]
        assert found == right, (metric.name, figures.why(metric.name))
        assert type(found) is type(right), metric.name
        assert metric.unit is Unit.COUNT or found is not None or figures.why(metric.name)


class Written:
    """A drawn week in the database, and the frames that say the same."""

    def __init__(self, session: Session, office: Office, drawn: DrawnWeek) -> None:
        self.drawn, self.workspace_id = drawn, office.workspace.id
        session.execute(update(Workspace).values(timezone=drawn.zone))
        session.expire_all()
        self.campaigns = office.campaigns(session, *"abcdefghijkl"[:CAMPAIGNS])
        people = [
            identify(session, self.workspace_id, [keys_of(f"{each}@example.com", None)])[
                0
            ].contact_id
            for each in "abcd"
        ]
        rows = lead_rows(drawn, self.campaigns, people)
        office.leads(session, rows)
        self.leads = frame(rows, [field.name for field in fields(DrawnLead)])
        self.spend = self._write_spend(session)
        self.margins = self._write_margins(session)

    def _write_spend(self, session: Session) -> pd.DataFrame:
        kept = []
        for spent in self.drawn.spend:
            row = {
                "workspace_id": self.workspace_id, "campaign_id": self.campaigns[spent.campaign],
                "day": spent.day, "line": "Ads", "minor": spent.minor, "currency": spent.currency,
                "note": "", "entered_at": NOW, "source": "typed",
            }  # fmt: skip
            added = insert(SpendEntry).values(**row).returning(SpendEntry.id)
            entry_id = session.scalars(added).one()
            if spent.corrected is not None:
                row |= {"minor": spent.corrected, "corrects_id": entry_id}
                session.execute(insert(SpendEntry).values(**row))
            kept.append({"campaign": row["campaign_id"], "day": spent.day, "minor": row["minor"],
                         "currency": spent.currency})  # fmt: skip
        return frame(kept, ["campaign", "day", "minor", "currency"])

    def _write_margins(self, session: Session) -> dict[int, Decimal | None]:
        own = {self.campaigns[each]: percent for each, percent in self.drawn.margins.items()}
        usual = self.drawn.usual_margin
        given: list[tuple[int | None, Decimal]] = [*own.items()]
        given += [] if usual is None else [(None, usual)]
        for campaign_id, percent in given:
            session.add(
                Margin(workspace_id=self.workspace_id, campaign_id=campaign_id, percent=percent,
                       set_at=NOW)
            )  # fmt: skip
        session.flush()
        return {each: own.get(each, usual) for each in self.campaigns}

    def frames(self, *, column: str = "campaign_id", whole_life: bool = False) -> Frames:
        """The cohort of the week, or all that there is."""
        leads, spend = self.leads, self.spend
        if not whole_life:
            week = self.drawn.week
            local = leads.received_at.dt.tz_convert(self.drawn.zone).dt.date
            leads = leads[(local >= week.monday) & (local < week.end)]
            spend = spend[(spend.day >= week.monday) & (spend.day < week.end)]
        costed = set(self.spend.campaign)
        return Frames(leads, spend, costed, self.margins, self.drawn.as_of, column)


def part(whole: Frames, leads: pd.Series, spend: pd.Series | None) -> Frames:
    """A group of a cohort."""
    spent = None if spend is None or whole.spend is None else whole.spend[spend]
    return Frames(
        whole.leads[leads], spent, whole.costed, whole.margins, whole.as_of, whole.campaign
    )


def by_pandas_groups(whole: Frames, by: By, zone: str) -> dict[Any, Frames]:
    """The groups of a cohort, each as a cohort of its own."""
    assert whole.spend is not None
    leads, spend = whole.leads, whole.spend
    local = leads.received_at.dt.tz_convert(zone).dt.date
    keys: dict[By, tuple[pd.Series, pd.Series | None]] = {
        By.CAMPAIGN: (leads[whole.campaign], spend.campaign),
        By.SOURCE: (leads.source, None),
        By.DAY: (local, spend.day),
    }
    of_leads, of_spend = keys[by]
    of_leads = of_leads.astype(object).where(of_leads.notna(), None)
    found = {*of_leads, *(() if of_spend is None else of_spend)}
    groups = {}
    for key in found:
        same = of_leads.isna() if key is None else of_leads == key
        spent = None if of_spend is None or key is None else of_spend == key
        groups[key] = part(whole, same, spent)
    return groups


@given(
    drawn=drawn_weeks(),
    attribution=st.sampled_from(Attribution),
    by=st.sampled_from(SPLITS),
    computed=st.sets(st.integers(0, 6), max_size=1),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_metric_agrees_with_pandas(
    office: Office, drawn: DrawnWeek, attribution: Attribution, by: By, computed: set[int]
) -> None:
    clock.use(lambda: drawn.as_of)
    with office.store.transaction() as session:
        undo = session.begin_nested()
        written = Written(session, office, drawn)
        about = computing.scope(session, office.workspace.id, drawn.week.period)
        for number in computed:
            daily_totals.compute_day(session, about, drawn.monday + timedelta(days=number))
        found = metrics.compute(
            session, office.workspace.id, drawn.week.period, by=by, attribution=attribution
        )
        undo.rollback()
    assert found.attribution is found.total.attribution is attribution
    last = attribution is Attribution.LAST_TOUCH
    whole = written.frames(column="last_campaign_id" if last else "campaign_id")
    agree(found.total, by_pandas.figures(whole))
    groups = by_pandas_groups(whole, by, drawn.zone)
    assert set(found.by) == set(groups)
    for key, group in groups.items():
        agree(found.by[key], by_pandas.figures(group))


@given(drawn=drawn_weeks())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_behind_each_count_stand_as_many_leads(office: Office, drawn: DrawnWeek) -> None:
    clock.use(lambda: drawn.as_of)
    with office.store.transaction() as session:
        undo = session.begin_nested()
        Written(session, office, drawn)
        for by in (By.CAMPAIGN, By.KIND, By.SALESPERSON, By.WEEK):
            cohort = metrics.compute(session, office.workspace.id, drawn.week.period, by=by)
            for metric in METRICS:
                if metric.unit is not Unit.COUNT or "customers" in metric.name:
                    continue
                for key, figures in cohort.by.items():
                    page = metrics.leads_for_metric(
                        session, office.workspace.id, drawn.week.period, metric.name,
                        group=(by, key), limit=5,
                    )  # fmt: skip
                    assert page.total == figures.count(metric.name), (metric.name, by, key)
        undo.rollback()


def test_the_leads_behind_a_figure_come_in_pages(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"rating": "great"}] * 7 + [{"rating": None}] * 3)
        seen, before = [], None
        for size in (3, 3, 1):
            page = metrics.leads_for_metric(
                session, office.workspace.id, WEEK.period, "great", before=before, limit=3
            )
            assert (page.total, len(page.leads)) == (7, size)
            seen += [lead.id for lead in page.leads]
            before = page.next
    assert before is None
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 7


@given(drawn=drawn_weeks())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_campaign_is_seen_over_its_whole_life(office: Office, drawn: DrawnWeek) -> None:
    clock.use(lambda: drawn.as_of)
    with office.store.transaction() as session:
        undo = session.begin_nested()
        written = Written(session, office, drawn)
        campaign_ids = written.campaigns[:3]
        found = metrics.of_campaigns(session, office.workspace.id, campaign_ids)
        undo.rollback()
    whole = written.frames(whole_life=True)
    assert whole.spend is not None
    assert list(found) == campaign_ids
    for campaign_id, figures in found.items():
        of_leads = whole.leads.campaign_id == campaign_id
        agree(
            figures,
            by_pandas.figures(part(whole, of_leads, whole.spend.campaign == campaign_id)),
        )


def compute(office: Office, by: By | None = None) -> metrics.Cohort:
    with office.store.transaction() as session:
        return metrics.compute(session, office.workspace.id, WEEK.period, by=by)


def test_a_week_without_leads_has_no_rates(office: Office) -> None:
    cohort = compute(office, By.CAMPAIGN)
    assert cohort.by == {}
    for metric in METRICS:
        empty = 0 if metric.unit is Unit.COUNT else None
        expected: Any = {} if metric.name in ("won_amount", "revenue") else empty
        assert cohort.total.values[metric.name] == expected, metric.name
        assert expected is not None or cohort.total.why(metric.name), metric.name
    assert cohort.total["acceptance_rate"] == cohort.total["claim_p90"] == "n/a"
    assert not cohort.total.maturing


def test_other_workspaces_do_not_count(office: Office) -> None:
    other = open_office(office.store, team_id="T2")
    with office.store.transaction() as session:
        other.leads(session, [{}, {}])
        office.leads(session, [{}])
    assert compute(office).total.count("received") == 1


def test_without_a_margin_profit_says_how_to_set_one(office: Office) -> None:
    with office.store.transaction() as session:
        [spring] = office.campaigns(session, "Spring")
        office.leads(session, [{"campaign_id": spring}])
        session.add(
            SpendEntry(workspace_id=office.workspace.id, campaign_id=spring, day=WEEK.monday,
                       line="Ads", minor=100, currency="EUR", note="", entered_at=NOW,
                       source="typed")
        )  # fmt: skip
    figures = compute(office).total
    assert figures["romi"] == figures["profit"] == "n/a"
    assert "/campaign margin" in (figures.why("romi") or "")
    assert figures["cpl"] == "1 EUR"
    assert figures.why("cpl") is None


def test_a_snapshot_is_integers_and_strings_and_reads_back(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(
            session,
            [
                {"claimed_at": MONDAY + timedelta(hours=10), "rating": "great", "status": "won",
                 "won_minor": 10**12, "won_currency": "EUR"},
                {"claimed_at": None, "rating": None, "status": "won", "won_minor": 5,
                 "won_currency": "JPY"},
                {},
            ],
        )  # fmt: skip
    total = compute(office).total
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
        (Unit.PERCENT, Decimal("42.9"), "43%"),
        (Unit.PERCENT, Decimal("100.0"), "100%"),
        (Unit.PERCENT, Decimal("-1250.5"), "-1,251%"),
        (Unit.DURATION, 725, "12 min"),
        (Unit.SCORE, Decimal("2.00"), "2.00"),
        (Unit.RATIO, Decimal("1234.50"), "1,234.50"),
        (Unit.MONEY, {"USD": 120050, "EUR": -99900}, "-999 EUR, 1,200.50 USD"),
        (Unit.MONEY, {}, "none"),
        (Unit.MONEY, None, "n/a"),
        (Unit.SCORE, None, "n/a"),
    ],
)
def test_values_as_people_read_them(unit: Unit, value: metrics.Value, reads: str) -> None:
    assert shown(unit, value) == reads


def test_a_share_of_few_leads_reads_as_a_count_of_them() -> None:
    few = Figures({"acceptance_rate": Decimal("66.7"), "received": 3, "won": 1, "lost": 6,
                   "win_rate": Decimal("14.3"), "unanswered_share": Decimal("33.3")})  # fmt: skip
    read = [few[name] for name in ("acceptance_rate", "win_rate", "unanswered_share")]
    assert read == ["2 of 3", "1 of 7", "33%"]  # how many were claimed, it does not know
    many = Figures({"acceptance_rate": Decimal("42.9"), "received": 7_000})
    assert many["acceptance_rate"] == "42.9%"


def test_each_share_names_the_metrics_that_count_its_whole() -> None:
    shares = {each.name for each in METRICS if each.unit is Unit.PERCENT and not each.of}
    assert shares == {"romi", "uncosted_share"}
    assert all(BY_NAME[name].unit is Unit.COUNT for each in METRICS for name in each.of)


def test_each_metric_is_named_once_and_explained() -> None:
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))
    assert all(metric.label and metric.formula for metric in METRICS)


@pytest.fixture
def year_of_leads(office: Office) -> Office:
    """100,000 leads over a year, in two workspaces."""
    other = open_office(office.store, team_id="T2")
    with office.store.transaction() as session:
        ada = identify(session, office.workspace.id, [keys_of("ada@example.com", None)])[0]
        session.execute(
            text(
                """
                INSERT INTO lead (workspace_id, contact_id, source, external_id, received_at,
                    last_touch_at, status, labels, score, score_reasons, is_hot, call_attempts)
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
    nodes: list[dict[str, Any]] = []
    walk(explain(year_of_leads.store, year_of_leads.workspace.id), nodes.append)
    of_leads = [node for node in nodes if node.get("Relation Name") == "lead"]
    assert {node["Node Type"] for node in of_leads} <= {"Index Scan", "Bitmap Heap Scan"}
    used = {node["Index Name"] for node in nodes if "Index Name" in node}
    assert "ix_lead_workspace_id_received_at" in used


def explain(store: Store, workspace_id: int) -> dict[str, Any]:
    with store.transaction() as session:
        about = computing.scope(session, workspace_id, WEEK.period)
        query = counting.leads_query(about, By.CAMPAIGN, [about.period], [func.count()])
        compiled = query.compile(store.engine)
        whole = compiled.construct_expanded_state(about.facts)
        answer = session.connection().exec_driver_sql(
            f"EXPLAIN (FORMAT JSON) {whole.statement}", whole.parameters
        )
        plan: dict[str, Any] = answer.scalar_one()[0]["Plan"]
    return plan


def walk(node: dict[str, Any], visit: Callable[[dict[str, Any]], None]) -> None:
    visit(node)
    for child in node.get("Plans", []):
        walk(child, visit)


ZONES = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "UTC"]


@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=2, max_size=4),
    hours=st.lists(st.integers(0, 150), min_size=3, max_size=3).map(sorted),
)
def test_when_the_workspace_moves_each_hour_is_in_one_day_and_days_follow_each_other(
    zones: list[str], hours: list[int]
) -> None:
    start = datetime(2026, 11, 18, 0, 30, tzinfo=UTC)
    workspace = Workspace(timezone=zones[0], past_zones=[])
    for zone, hour in zip(zones[1:], hours, strict=False):
        workspace.move(zone, start + timedelta(hours=hour))
    found = [Period(day, day + timedelta(days=1)).bounds(workspace.days) for day in
             (date(2026, 11, 16) + timedelta(days=number) for number in range(14))]  # fmt: skip
    for (_, end), (begin, _) in pairwise(found):
        assert end == begin
    for number in range(200):
        moment = start + timedelta(hours=number)
        day = workspace.day_of(moment)
        begin, end = Period(day, day + timedelta(days=1)).bounds(workspace.days)
        assert begin is not None
        assert end is not None
        assert begin <= moment < end


@pytest.mark.parametrize("to", ["Asia/Tokyo", "America/New_York"])
def test_a_week_that_is_over_keeps_its_leads_when_the_workspace_moves(
    office: Office, to: str
) -> None:
    last, this = date(2026, 11, 16), date(2026, 11, 23)
    hourly = [MONDAY + timedelta(hours=number) for number in range(2 * 7 * 24)]

    def weeks(session: Session) -> list[int]:
        periods = [Period(monday, monday + timedelta(weeks=1)) for monday in (last, this)]
        found = [metrics.compute(session, office.workspace.id, each) for each in periods]
        both = metrics.compute(
            session, office.workspace.id, Period(last, this + timedelta(weeks=1)), by=By.WEEK
        )
        assert [both.by[each].count("received") for each in (last, this)] == [
            each.total.count("received") for each in found
        ]
        return [each.total.count("received") for each in found]

    with office.store.transaction() as session:
        office.leads(session, [{"received_at": at} for at in hourly])
        clock.use(lambda: MONDAY + timedelta(weeks=1, days=2))  # a Wednesday, in the week after
        assert weeks(session) == [168, 168]
        workspace = session.get_one(Workspace, office.workspace.id)
        people.change_workspace(session, workspace, timezone=to)
        clock.use(lambda: MONDAY + timedelta(weeks=3))
        first, second = weeks(session)
        later = metrics.compute(
            session, office.workspace.id, Period(this + timedelta(weeks=1), None)
        ).total.count("received")
    assert first == 168
    assert first + second + later == len(hourly)


# ---- the pipeline -------------------------------------------------------------------------------


def test_the_pipeline_adds_up_what_open_qualified_leads_are_expected_to_bring(
    office: Office,
) -> None:
    def expected(on: date | None, minor: int | None = None, currency: str = "EUR") -> Any:
        return {"status": "qualified", "expected_minor": minor, "expected_on": on,
                "expected_currency": currency if minor else None}  # fmt: skip

    december, january = date(2026, 12, 31), date(2027, 1, 1)
    mine = {"claimed_at": NOW}
    leads = [
        expected(december, 1_000_000) | mine, expected(date(2026, 12, 1), 2_000_000),
        expected(december), expected(december, 700, "JPY") | mine,
        expected(january, 1_200_000), expected(date(2026, 10, 31), 300_000),
        expected(date(2025, 12, 31), 200_000), expected(date(2026, 11, 1), 50_000),
        expected(date(2027, 11, 30), 10_000), expected(None, 40_000), expected(None),
        # None of these is open and qualified.
        *(expected(december, 9) | {"status": each} for each in ("new", "won", "lost", "recycled")),
    ]  # fmt: skip
    with office.store.transaction() as session:
        office.leads(session, leads)
        found = metrics.pipeline(session, office.workspace.id)
        own = metrics.pipeline(session, office.workspace.id, office.seller.id)
    assert [(each.label, each.leads, each.amounts) for each in found.months] == [
        ("Past close date", 2, {"EUR": 500_000}), ("Nov", 1, {"EUR": 50_000}),
        ("Dec", 4, {"EUR": 3_000_000, "JPY": 700}), ("Jan", 1, {"EUR": 1_200_000}),
        ("Nov 2027", 1, {"EUR": 10_000}), ("No close date", 2, {"EUR": 40_000}),
    ]  # fmt: skip
    assert found.total.amounts == {"EUR": 4_800_000, "JPY": 700}
    assert str(found) == (
        "48,000 EUR, 700 JPY · Past close date 5,000 EUR · Nov 500 EUR · Dec 30,000 EUR, 700 JPY"
        " · Jan 12,000 EUR · Later 500 EUR · 2 without an amount"
    )
    assert str(own) == "10,000 EUR, 700 JPY · Dec 10,000 EUR, 700 JPY"


def test_a_pipeline_in_one_currency_names_it_once(office: Office) -> None:
    row = {"status": "qualified", "expected_currency": "EUR", "expected_on": date(2026, 12, 1)}
    with office.store.transaction() as session:
        assert str(metrics.pipeline(session, office.workspace.id)) == ""
        office.leads(session, [row | {"expected_minor": 3_000_050}, {"status": "qualified"}])
        found = metrics.pipeline(session, office.workspace.id)
    assert str(found) == "30,000.50 EUR · Dec 30,000.50 · 1 without an amount"

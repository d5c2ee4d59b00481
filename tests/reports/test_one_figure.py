"""One figure, everywhere the same: whatever asks, the same question has the same answer."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock, metrics
from bot.campaigns.models import Campaign
from bot.digests import explaining, figure_messages, personal, weekly
from bot.digests import messages as digest_messages
from bot.digests.home_sections import read_week
from bot.digests.models import Week
from bot.formats import in_words
from bot.leads import ratings as lead_ratings
from bot.leads.models import Lead
from bot.metrics import BY_NAME, Attribution, By, Figures, Unit
from bot.metrics.metric import Counts
from bot.people.models import Person, Role, Workspace
from bot.reports import campaign_report, figures, totals
from bot.reports import lead_rows as report_leads
from bot.reports.columns import Wanted
from bot.reports.period import Period, Span, named
from bot.spend.models import DepartmentCost, SpendEntry
from bot.store import Store
from tests.digests.office import MONDAY, NOW, Office, open_office
from tests.metrics import by_pandas
from tests.metrics.by_pandas import Frames
from tests.reports.surfaces import (
    FIRST_ONLY,
    LIVES,
    PARTIAL,
    SPLITS,
    TOTALS,
    Answer,
    Ask,
    World,
    compute_some_days,
    is_digest,
    right_groups,
    right_reasons,
    right_total,
    write_world,
)

WEEK = Week(date(2026, 11, 16))
DAY = timedelta(days=1)


@pytest.fixture
def office(store: Store) -> Office:
    clock.use(lambda: NOW)
    return open_office(store)


def weeks_file(
    session: Session, workspace: Workspace, first: date, last: date
) -> dict[date, dict[str, Any]]:
    """The rows of the weeks' file, by Monday: what the API and the command line hand out too."""
    wanted = Wanted(Period(Span.DAYS, first, last))
    return {
        record.key[0]: {each.name: each.read(record.row) for each in totals.WEEK_COLUMNS}
        for record in totals.read_weeks(session, workspace, wanted, None, 100)
    }


def test_a_week_has_its_cac_alone_and_beside_others(office: Office) -> None:
    won = {"status": "won", "won_minor": 100_000, "won_currency": "EUR"}
    with office.store.transaction() as session:
        office.leads(session, [won, won | {"received_at": MONDAY - 3 * DAY}])
        for each in ("marketing", "sales"):
            session.add(
                DepartmentCost(workspace_id=office.workspace.id, month=date(2026, 11, 1),
                               department=each, minor=3_000_00, currency="EUR", set_at=NOW)
            )  # fmt: skip
        session.flush()
        alone = metrics.compute(session, office.workspace.id, WEEK.period).total
        rows = weeks_file(session, office.workspace, WEEK.before.monday, WEEK.sunday)
        by_day = metrics.compute(session, office.workspace.id, WEEK.period, by=By.DAY)
    assert alone.amounts("cac") == {"EUR": 1_400_00}
    assert [row["cac"] for row in rows.values()] == [Decimal("1400.00")] * 2
    assert by_day.of(WEEK.monday).amounts("cac") == {"EUR": 200_00}


def test_a_week_without_leads_has_the_amounts_of_none(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": MONDAY - 14 * DAY}, {}])
        rows = weeks_file(session, office.workspace, WEEK.ago(2).monday, WEEK.sunday)
    assert [row["won_amount"] for row in rows.values()] == [Decimal("0.00")] * 3
    assert [row["revenue"] for row in rows.values()] == [Decimal("0.00")] * 3
    assert [row["spend"] for row in rows.values()] == [None] * 3


def test_weeks_without_leads_count_in_the_mean_once_there_was_one(office: Office) -> None:
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": MONDAY - 60 * DAY}, {"received_at": MONDAY - DAY}])
        found = weekly.weeks_before(session, office.workspace, WEEK)
        earlier = weekly.weeks_before(session, office.workspace, Week.with_day(date(2026, 9, 30)))
    assert [each.total.count("received") for each in found] == [1, 0, 0, 0]
    assert [each.monday for each in earlier] == [date(2026, 9, 21), date(2026, 9, 14)]
    assert [each.total.count("received") for each in earlier] == [0, 1]


def test_why_leads_were_lost_is_counted_by_one_rule(office: Office) -> None:
    lost = {"status": "lost", "disposition": "no_budget", "rating": "junk"}
    with office.store.transaction() as session:
        [spring] = office.campaigns(session, "Spring")
        rows = [
            lost | {"rating_reason": "Too small"},
            lost | {"rating_reason": " too small "},
            {"status": "recycled", "disposition": "bad_timing"},
            {"status": "recycled", "disposition": "bad_timing"},
            {"status": "recycled", "disposition": "bad_timing"},
            {"rating": "good", "rating_reason": "Would like more of these"},
        ]
        office.leads(session, [row | {"campaign_id": spring} for row in rows])
        digest = weekly.compute(session, office.workspace, WEEK)
        first = Attribution.FIRST_TOUCH
        of_campaign = campaign_report.report(session, office.manager, spring, first).reasons
        in_thread = lead_ratings.rating_summary(session, spring).reasons
    assert digest.dispositions == (("no_budget", 2),)
    assert digest.reasons == (("too small", 2),)
    assert in_thread == [("No budget", 2), ("“too small”", 2)]
    assert [(each.words, each.count) for each in of_campaign] == in_thread


def test_a_peer_has_leads_of_its_own(office: Office) -> None:
    with office.store.transaction() as session:
        spring, fair, void = office.campaigns(session, "Spring", "Fair", "Void")
        session.execute(update(Campaign).values(stage="live"))
        office.leads(session, [{"campaign_id": spring}, {"campaign_id": fair}])
        kept = session.scalars(select(Lead.id)).first()
        office.leads(session, [{"campaign_id": void, "merged_into": kept}])
        first = Attribution.FIRST_TOUCH
        found = campaign_report.report(session, office.manager, spring, first)
    assert found.peers == 1
    assert found.typical["received"] == 1


def test_this_week_so_far_ends_today_everywhere(office: Office) -> None:
    wednesday = MONDAY + timedelta(days=2, hours=15)
    clock.use(lambda: wednesday)
    with office.store.transaction() as session:
        manager = session.get_one(Person, office.manager.id)
        manager.roles = [Role.MANAGER, Role.MARKETER]
        [spring] = office.campaigns(session, "Spring")
        won = {"status": "won", "won_minor": 900_00, "won_currency": "EUR"}
        office.leads(session, [won | {"campaign_id": spring, "last_campaign_id": spring}])
        office.margin(session, 50)
        office.spend(session, spring, 100_00)
        entry = {
            "workspace_id": office.workspace.id, "campaign_id": spring, "line": "Ads", "note": "",
            "minor": 700_00, "currency": "EUR", "entered_at": NOW, "source": "typed",
        }  # fmt: skip
        session.add(SpendEntry(day=WEEK.sunday, **entry))
        session.flush()
        digest = weekly.running(session, manager).report
        on_home, _ = read_week(session, office.workspace.id)
        this_week = named(Span.THIS_WEEK, date(2026, 11, 18))
        found = {
            "digest": digest.total["romi"],
            "campaigns": digest.campaigns[0].figures["romi"],
            "why": explaining.explain(session, manager, "romi").this["romi"],
            "home": on_home["romi"],
            "own": personal.running(session, manager)[0].campaigns[0].figures["romi"],
            "page": figures.totals(
                session, office.workspace, this_week, Attribution.FIRST_TOUCH
            ).now["romi"],
        }
        [row] = weeks_file(session, office.workspace, WEEK.monday, WEEK.sunday).values()
        found["weeks"] = f"{row['romi']:.0f}%"
    assert found == dict.fromkeys(found, "350%")
    assert (row["first_day"], row["last_day"]) == (WEEK.monday, date(2026, 11, 18))
    shown_now = digest_messages.digest(
        digest, shows_money=True, page="https://handoff.example/report"
    )
    assert shown_now.text.startswith("Week 47 so far · ")
    assert "from=2026-11-16&to=2026-11-18" in str(shown_now.blocks)
    assert this_week.before == Period(Span.THIS_WEEK, date(2026, 11, 9), date(2026, 11, 11))


def test_the_leads_behind_a_share_add_up_to_it(office: Office) -> None:
    due = {"response_due_at": MONDAY + timedelta(hours=10)}
    rows = [
        due | {"first_response_at": MONDAY + timedelta(hours=9, minutes=30)},
        due | {"first_response_at": MONDAY + timedelta(hours=12)},
        due,
        {"first_response_at": MONDAY + timedelta(hours=12)},
    ]
    with office.store.transaction() as session:
        office.leads(session, rows)
        ids = session.scalars(select(Lead.id).order_by(Lead.id)).all()
        page = metrics.leads_for_metric(session, office.workspace.id, WEEK.period, "response_sla")
        explained = explaining.explain(session, office.manager, "response_sla")
        wanted = Wanted(Period(Span.DAYS, WEEK.monday, WEEK.sunday), metric="response_sla")
        listed = report_leads.read_leads(
            session, report_leads.wanted_leads(session, office.workspace, wanted), None, 9
        )
        all_of_them = report_leads.count(session, office.workspace, wanted)
        counted = report_leads.counting(session, office.workspace, wanted)
    assert explained.last["response_sla"] == "1 of 3"
    assert (page.total, page.counting, [*page.which]) == (3, 1, [ids[0]])
    assert (explained.leads, explained.counting) == (3, 1)
    assert [each.row.counts for each in listed] == [True, False, False]
    assert (all_of_them, counted) == (3, 1)
    drawn = str(figure_messages.leads_view("response_sla", WEEK, page, is_first=True).to_dict())
    assert "3 leads received 16–22 Nov 2026, 1 of them counted" in drawn
    assert (drawn.count("*counts*"), drawn.count("does not count")) == (1, 2)


def plain(value: Any) -> Any:
    """A value as it compares: an amount of zero is none."""
    if isinstance(value, dict):
        return {currency: minor for currency, minor in value.items() if minor}
    return value


class Compared:
    """Answers held against what is right; `count` says how many were."""

    def __init__(self) -> None:
        self.count = 0

    def agree(self, surface: str, question: object, found: Answer, right: Answer) -> None:
        for name, value in found.items():
            expected = right[name]
            if isinstance(value, str):
                expected = Figures(right)[name]
            assert plain(value) == plain(expected), (surface, question, name)
            self.count += 1


def asks(random: Random, world: World) -> list[Ask]:
    """Some questions: those that many surfaces answer, and any days."""
    today, this = world.today, world.this_week
    credit = random.choice(list(Attribution))
    week = this.ago(random.randint(2, 4))
    first = today - DAY * random.randint(0, 40)
    last = first + DAY * random.randint(0, 45)
    found = [
        Ask(this.monday, today, Attribution.FIRST_TOUCH),
        Ask(this.before.monday, this.before.sunday, Attribution.FIRST_TOUCH),
        Ask(this.before.monday, today - timedelta(weeks=1), Attribution.FIRST_TOUCH),
        Ask(week.monday, week.sunday, Attribution.FIRST_TOUCH),
        Ask(week.monday, week.sunday, credit),
        Ask(today.replace(day=1), today, credit),
        Ask(first, last, credit),
    ]
    return random.sample(found, 3)


def compare_totals(compared: Compared, random: Random, world: World, ask: Ask, most: int) -> None:
    right = right_total(world, ask)
    able = [name for name, (is_able, _) in TOTALS.items() if is_able(world, ask)]
    for name in random.sample(able, min(most, len(able))):
        compared.agree(name, ask, TOTALS[name][1](world, ask), right)


def compare_groups(compared: Compared, random: Random, world: World, ask: Ask, most: int) -> None:
    able = [name for name, (_, is_able, _) in SPLITS.items() if is_able(world, ask)]
    for name in random.sample(able, min(most, len(able))):
        by, _, read = SPLITS[name]
        found, right = read(world, ask), right_groups(world, ask, by, ask.credit)
        assert set(found) == set(right) or name in PARTIAL, (name, ask)
        for key, answer in found.items():
            compared.agree(name, (ask, key), answer, right[key])


def compare_lives(compared: Compared, random: Random, world: World, most: int) -> None:
    for name in random.sample(list(LIVES), most):
        choice = [Attribution.FIRST_TOUCH] if name in FIRST_ONLY else list(Attribution)
        credit = random.choice(choice)
        right = right_groups(world, None, By.CAMPAIGN, credit)
        nothing = by_pandas.figures(Frames(world.leads[:0], world.spend[:0], set(), {}, world.now))
        for key, answer in LIVES[name](world, credit).items():
            compared.agree(name, (credit, key), answer, right.get(key, nothing))


def compare_reasons(compared: Compared, random: Random, world: World) -> None:
    for ask in asks(random, world):
        if is_digest(world, ask):
            digest = weekly.compute(world.session, world.workspace, Week.with_day(ask.first))
            rows = world.frames(ask, ask.credit).leads
            assert (dict(digest.dispositions), dict(digest.reasons)) == right_reasons(rows), ask
            compared.count += 2
    campaign_id = random.choice(world.campaigns)
    rows = world.frames(None, Attribution.FIRST_TOUCH).leads
    lost, low = right_reasons(rows[rows.campaign_id == campaign_id])
    right = {in_words(code): each for code, each in lost.items()}
    right |= {f"“{words}”": each for words, each in low.items()}
    first = Attribution.FIRST_TOUCH
    report = campaign_report.report(world.session, world.who, campaign_id, first)
    assert {each.words: each.count for each in report.reasons} == right
    in_thread = dict(lead_ratings.rating_summary(world.session, campaign_id).reasons)
    assert in_thread.items() <= right.items()
    assert len(in_thread) == min(3, len(right))
    compared.count += 2


def compare_behind(compared: Compared, random: Random, world: World, ask: Ask) -> None:
    """The leads behind a figure, counted, are the figure: in Slack, on the page, in the file."""
    name = random.choice([name for name, each in BY_NAME.items() if isinstance(each.rule, Counts)])
    metric, value = BY_NAME[name], right_total(world, ask)[name]
    page = metrics.leads_for_metric(world.session, world.workspace.id, ask.days.of_metrics, name,
                          attribution=ask.credit)  # fmt: skip
    wanted = Wanted(ask.days, ask.credit, name)
    slice_ = report_leads.wanted_leads(world.session, world.workspace, wanted)
    rows = report_leads.read_leads(world.session, slice_, None, 100)
    total = report_leads.count(world.session, world.workspace, wanted)
    counting = report_leads.counting(world.session, world.workspace, wanted)
    assert page.total == total == len(rows) == len(page.leads), (name, ask)
    assert page.counting == counting, (name, ask)
    if metric.unit is Unit.COUNT:
        assert total == value, (name, ask)
    if counting is not None:
        assert len(page.which) == sum(each.row.counts for each in rows) == counting, (name, ask)
        assert by_pandas.percent(counting, total) == value, (name, ask)
    compared.count += 3


def compare_all(office: Office, folder: Path, seed: int, most: int) -> int:
    """A world of this seed, and surfaces drawn by it; returns how many answers were compared."""
    random, compared = Random(seed), Compared()
    with office.store.transaction() as session:
        undo = session.begin_nested()
        world = write_world(session, office, random, folder)
        clock.use(lambda: world.now)
        compute_some_days(world, random)
        if random.random() < 0.5:
            last = world.this_week.ago(random.randint(1, 4))
            weekly.sum_up(session, world.workspace, last)
        for ask in asks(random, world)[:most]:
            compare_totals(compared, random, world, ask, most)
            compare_groups(compared, random, world, ask, most - 1)
        compare_lives(compared, random, world, min(most - 1, len(LIVES)))
        compare_reasons(compared, random, world)
        compare_behind(compared, random, world, random.choice(asks(random, world)))
        undo.rollback()
    return compared.count


@given(st.integers(0, 2**32))
@settings(
    max_examples=8,
    phases=[Phase.generate],  # a seed has nothing to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_asked_the_same_figure_is_the_same(
    office: Office, tmp_path: Path, seed: int
) -> None:
    assert compare_all(office, tmp_path, seed, most=2)

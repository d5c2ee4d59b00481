"""The weekly digest: once a week to each audience, and the same whenever it is read again."""

import inspect
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import clock
from bot.digests import (
    capability,
    corrections,
    figure_messages,
    messages,
    money_messages,
    personal_messages,
    sending,
    texts,
    timetables,
    weekly,
)
from bot.digests.models import Audience, Digest, Timetable, Week
from bot.digests.report import Report
from bot.errors import NotAllowed
from bot.leads.models import Lead, Rating
from bot.metrics import BY_NAME
from bot.people.models import Person, Role, Workspace
from bot.spend.models import Department, DepartmentCost
from bot.store import Store
from bot.tasks import Schedule, Tasks
from bot.tasks.schedule import tick
from bot.tasks.worker import Worker
from tests.digests.office import MONDAY, NOW, Office, RecordingSlack
from tests.threads import at_once
from tests.wiring import wired

WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)


def send(office: Office, audience: Audience = Audience.CHANNEL, at: datetime = NOW) -> int:
    with office.store.transaction() as session:
        timetables.install(session, session.get_one(Workspace, office.workspace.id))
        return sending.send(session, office.workspace.id, audience, at)


def digests(store: Store) -> list[Digest]:
    with store.transaction() as session:
        return list(session.scalars(select(Digest).order_by(Digest.period_start)))


def targets(store: Store) -> list[str]:
    with store.transaction() as session:
        return list(session.scalars(text("SELECT target FROM card ORDER BY target")))


def add_leads(office: Office, count: int, **columns: object) -> None:
    with office.store.transaction() as session:
        office.leads(session, [columns] * count)


def schedules(store: Store) -> list[Schedule]:
    with store.transaction() as session:
        return list(session.scalars(select(Schedule)))


def install(office: Office) -> None:
    with office.store.transaction() as session:
        timetables.install(session, session.get_one(Workspace, office.workspace.id))


def test_last_week_goes_to_the_channel_and_to_the_managers(office: Office) -> None:
    add_leads(office, 3)
    add_leads(office, 1, received_at=MONDAY - timedelta(microseconds=1))
    add_leads(office, 5, received_at=MONDAY + WEEK)
    assert send(office, Audience.CHANNEL) == 1
    assert send(office, Audience.MANAGERS) == 1
    [digest] = digests(office.store)
    assert (digest.period_start, digest.period_end) == (date(2026, 11, 16), date(2026, 11, 23))
    report = Report.of(digest)
    assert report.total.count("received") == 3
    assert report.before
    assert report.before.count("received") == 1
    assert targets(office.store) == ["C1", "U1"]


def test_the_channel_gets_amounts_only_where_an_admin_allows_it(office: Office) -> None:
    add_leads(office, 1)
    send(office)
    with office.store.transaction() as session:
        assert sending.delivered(session, 1) == (weekly.last(session, office.manager).report, False)
        session.execute(update(Timetable).values(shows_money=True))
        assert timetables.shows_channel_money(session, office.workspace.id)
    add_leads(office, 1, received_at=MONDAY + WEEK)
    send(office, at=NOW + WEEK)
    with office.store.transaction() as session:
        found = sending.delivered(session, 2)
    assert found is not None
    assert found[1]


def test_one_who_left_gets_none(office: Office) -> None:
    with office.store.transaction() as session:
        session.execute(update(Person).where(Person.id == office.manager.id).values(active=False))
    assert send(office, Audience.MANAGERS) == 0
    assert targets(office.store) == []


def test_an_audience_is_told_of_a_week_once(office: Office) -> None:
    add_leads(office, 1)
    assert send(office)
    add_leads(office, 1)
    assert not send(office, at=NOW + timedelta(days=2))
    assert send(office, Audience.MANAGERS, NOW + timedelta(days=2))
    [digest] = digests(office.store)
    # The managers, who get it later, read what the channel reads.
    assert Report.of(digest).total.count("received") == 1


def test_a_week_is_told_once_by_many_at_once(office: Office) -> None:
    add_leads(office, 3)
    install(office)
    sent: list[int] = []
    at_once([lambda: sent.append(send(office))] * 8)
    assert sorted(sent) == [0] * 7 + [1]
    assert len(digests(office.store)) == 1
    assert targets(office.store) == ["C1"]


def test_one_who_becomes_a_manager_on_tuesday_gets_it_when_it_is_sent_again(
    office: Office,
) -> None:
    send(office, Audience.MANAGERS)
    with office.store.transaction() as session:
        session.execute(
            update(Person).where(Person.id == office.seller.id).values(roles=[Role.MANAGER])
        )
    assert send(office, Audience.MANAGERS) == 1
    assert targets(office.store) == ["U1", "U2"]


def test_a_paused_digest_does_not_come(office: Office) -> None:
    install(office)
    with office.store.transaction() as session:
        session.execute(update(Timetable).values(active=False))
    assert send(office) == 0
    assert digests(office.store) == []


def test_beside_it_stands_what_the_last_digests_said(office: Office) -> None:
    add_leads(office, 2)
    send(office)
    with office.store.transaction() as session:
        session.execute(update(Lead).values(status="won"))
    clock.use(lambda: NOW + WEEK)
    send(office, at=NOW + WEEK)
    [week] = Report.of(digests(office.store)[-1]).weeks
    assert (week.total.count("received"), week.total.count("won")) == (2, 0)
    assert week.same_age


def test_weeks_that_no_digest_summed_up_are_computed(office: Office) -> None:
    for ago, count in ((1, 4), (2, 3), (4, 1), (5, 7)):
        add_leads(office, count, received_at=MONDAY - ago * WEEK)
    add_leads(office, 1)
    send(office)
    [digest] = digests(office.store)
    weeks = Report.of(digest).weeks
    assert [each.total.count("received") for each in weeks] == [4, 3, 0, 1]
    assert not any(each.same_age for each in weeks)


def test_a_digest_keeps_what_it_said(office: Office) -> None:
    with office.store.transaction() as session:
        [spring] = office.campaigns(session, "Spring sale")
        rows: list[dict[str, Any]] = [{"campaign_id": spring}, {}, {"rating": "junk"}]
        office.leads(session, rows)
    send(office)
    before = Report.of(digests(office.store)[0])
    with office.store.transaction() as session:
        session.execute(text("UPDATE campaign SET name = 'Renamed'"))
        session.execute(text("DELETE FROM lead"))
    after = Report.of(digests(office.store)[0])
    assert after == before
    assert [row.name for row in after.campaigns] == ["Spring sale", None]
    assert after.as_of == NOW


def test_a_digest_of_an_earlier_version_can_be_read(office: Office) -> None:
    add_leads(office, 2)
    send(office)
    [digest] = digests(office.store)
    kept = {key: digest.figures[key] for key in ("zone", "total", "campaigns")}
    digest.figures = kept | {"before": digest.figures["total"]}
    assert Report.of(digest).before == Report.of(digest).total
    digest.figures["campaigns"][0].pop("owner")  # which came later
    digest.figures["no_longer"] = 1
    assert Report.of(digest).campaigns[0].owner is None


def test_the_running_week_ends_now(office: Office) -> None:
    add_leads(office, 2)
    add_leads(office, 1, received_at=NOW - timedelta(minutes=1))
    with office.store.transaction() as session:
        report = weekly.running(session, office.seller).report
        with pytest.raises(NotAllowed, match="read the digest"):
            weekly.running(session, office.stranger)
    assert report.is_running
    assert report.week.monday == date(2026, 11, 23)
    assert report.before
    assert (report.total.count("received"), report.before.count("received")) == (1, 2)
    assert digests(office.store) == []


def test_a_closed_week_reads_the_same_again_and_names_what_is_different(office: Office) -> None:
    with office.store.transaction() as session:
        [spring] = office.campaigns(session, "Spring sale")
        office.leads(session, [{"campaign_id": spring}] * 3)
        office.spend(session, spring, 10_000)
    send(office)
    with office.store.transaction() as session:
        session.execute(text("UPDATE lead SET rating = 'great' WHERE id IN (1, 2)"))
        session.execute(text("UPDATE lead SET merged_into = 2 WHERE id = 3"))
        office.spend(session, spring, 22_000)
    with office.store.transaction() as session:
        seen = weekly.last(session, office.seller)
        managed = weekly.last(session, office.manager)
        with pytest.raises(NotAllowed):
            weekly.last(session, office.stranger)
    assert seen.report == managed.report
    assert seen.report.total.count("received") == 3
    happened = ["2 leads were rated", "1 lead turned out to be someone's second and was merged"]
    assert list(seen.corrections) == [
        *happened, "Still open 3 → 2", "Quality index n/a → 3.00", "Great 0 → 2", "Unclaimed 3 → 2",
        "figures by campaign of “Spring sale”", "figures by source of “JSON API, Zapier, Make”",
    ]  # fmt: skip
    spent = ["spend corrected by +120 EUR", "Cost per lead 33.33 EUR → 110 EUR"]
    assert [each for each in managed.corrections if each not in seen.corrections] == spent


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE margin SET percent = 25",
         ["ROMI 900% → 400%", "Campaign profit 900 EUR → 400 EUR",
          "figures by campaign of “Spring sale”"]),
        ("UPDATE department_cost SET minor = 2 * minor", ["CAC 1,400 EUR → 2,800 EUR"]),
        ("UPDATE lead SET rating = 'weak' WHERE rating = 'great'",
         ["Quality index 3.00 → 1.00", "Great 1 → 0", "Weak 0 → 1",
          "figures by campaign of “Spring sale”", "figures by source of “JSON API, Zapier, Make”"]),
        ("UPDATE lead SET first_response_at = received_at + interval '2 hours' WHERE id = 1",
         ["Speed-to-lead, median 1 h → 2 h",
          "Speed-to-lead, p90 1 h → 2 h",
          "figures by campaign of “Spring sale”", "figures by source of “JSON API, Zapier, Make”"]),
        ("UPDATE lead SET campaign_id = CASE WHEN id = 2 THEN 2 ELSE 1 END WHERE id IN (2, 4)",
         ["figures by campaign of “Fair”, “Spring sale”"]),
        ("UPDATE lead SET disposition = 'no_fit' WHERE disposition = 'no_budget'",
         ["why leads were lost"]),
    ],
)  # fmt: skip
def test_every_figure_of_a_digest_is_watched(
    office: Office, change: str, expected: list[str]
) -> None:
    won: dict[str, Any] = {"status": "won", "won_minor": 200_000, "won_currency": "EUR",
                           "rating": "great", "first_response_at": MONDAY + 10 * HOUR}  # fmt: skip
    with office.store.transaction() as session:
        spring, fair = office.campaigns(session, "Spring sale", "Fair")
        lost = {"status": "lost", "disposition": "no_budget"}
        office.leads(session, [{"campaign_id": spring} | won, {"campaign_id": spring},
                               {"campaign_id": fair}, {"campaign_id": fair} | lost])  # fmt: skip
        office.spend(session, spring, 10_000)
        office.margin(session, 50)
        for department in Department:
            session.add(
                DepartmentCost(workspace_id=office.workspace.id, month=date(2026, 11, 1),
                               department=department, minor=300_000, currency="EUR", set_at=NOW)
            )  # fmt: skip
    send(office)
    with office.store.transaction() as session:
        assert weekly.last(session, office.manager).corrections == []
        session.execute(text(change))
    with office.store.transaction() as session:
        assert weekly.last(session, office.manager).corrections == expected


def test_the_figures_that_no_digest_shows_are_named() -> None:
    modules = (messages, money_messages, figure_messages, personal_messages, texts)
    drawn = "".join(inspect.getsource(module) for module in modules)
    unread = {name for name in BY_NAME if not re.search(rf"\b{name}\b", drawn)}
    shares = {name for name in unread if name.endswith("_share")}
    assert unread - shares - set(Rating) == corrections._NOT_SHOWN


def test_a_digest_keeps_the_pipeline_of_its_day(office: Office) -> None:
    add_leads(
        office, 2, status="qualified", expected_minor=1_500_000, expected_currency="EUR",
        expected_on=date(2026, 12, 15),
    )  # fmt: skip
    send(office)
    with office.store.transaction() as session:
        session.execute(update(Lead).values(expected_minor=100))
        kept = weekly.last(session, office.manager)
        assert str(kept.report.pipeline) == "30,000 EUR · Dec 30,000"
        assert str(weekly.running(session, office.manager).report.pipeline) == "2 EUR · Dec 2"
        digest = messages.digest(kept.report, shows_money=True)
        assert "*Pipeline:* 30,000 EUR · Dec 30,000" in str(digest.blocks)
        assert "Pipeline" not in str(messages.digest(kept.report, shows_money=False).blocks)
        # What is known of the present says nothing of a week that is long over.
        ended = weekly.of_week(session, office.manager, Week(date(2026, 11, 2)))
        assert ended.report.pipeline is None


def test_last_week_is_not_written_down_before_its_digest_comes(office: Office) -> None:
    add_leads(office, 2)
    with office.store.transaction() as session:
        weekly.last(session, office.seller)
    assert digests(office.store) == []
    add_leads(office, 1)
    send(office)
    assert Report.of(digests(office.store)[0]).total.count("received") == 3


def test_an_old_week_is_written_down_by_the_first_who_asks(office: Office) -> None:
    week = Week.with_day(date(2026, 10, 14))
    add_leads(office, 2, received_at=MONDAY - 5 * WEEK)
    with office.store.transaction() as session:
        first = weekly.of_week(session, office.seller, week)
    add_leads(office, 1, received_at=MONDAY - 5 * WEEK)
    with office.store.transaction() as session:
        second = weekly.of_week(session, office.seller, week)
    assert first.report.total == second.report.total
    assert second.corrections[0] == "1 lead was added"
    assert targets(office.store) == []


def test_each_schedule_is_monday_at_eight(office: Office) -> None:
    install(office)
    found = schedules(office.store)
    assert {schedule.name for schedule in found} == {
        "digest:channel", "digest:managers", "digest:marketers", "digest:salespeople",
    }  # fmt: skip
    assert {schedule.next_run_at for schedule in found} == {NOW + WEEK}
    assert {schedule.grace_seconds for schedule in found} == {2 * 24 * 3600}


def test_a_restart_does_not_reset_the_schedule(office: Office) -> None:
    install(office)
    clock.use(lambda: NOW + WEEK + timedelta(minutes=5))
    install(office)
    assert {schedule.next_run_at for schedule in schedules(office.store)} == {NOW + WEEK}


def test_the_schedule_follows_the_workspace_to_another_zone(office: Office) -> None:
    install(office)
    with office.store.transaction() as session:
        session.execute(update(Workspace).values(timezone="America/New_York"))
    install(office)
    for schedule in schedules(office.store):
        assert (schedule.zone, schedule.next_run_at.hour) == ("America/New_York", 13)


def test_processes_that_start_at_once_write_each_schedule_once(office: Office) -> None:
    at_once([lambda: install(office)] * 6)
    assert len(schedules(office.store)) == len(Audience)


class Morning:
    """A worker with the digest's task and card, and a Slack that notes what came."""

    def __init__(self, store: Store) -> None:
        self.slack = RecordingSlack()
        self.tasks = Tasks(store)
        wired(store, self.slack, capability, tasks=self.tasks)
        self.worker = Worker(store, self.tasks)


def test_on_monday_the_clock_posts_it(office: Office) -> None:
    add_leads(office, 3, received_at=MONDAY + WEEK)
    install(office)
    clock.use(lambda: NOW + WEEK + timedelta(hours=30))
    morning = Morning(office.store)
    morning.worker.start()
    try:
        posted = morning.slack.wait(2)
    finally:
        morning.worker.stop()
    assert sorted(target for target, _ in posted) == ["C1", "U1"]
    assert [message.text for _, message in posted] == ["Week 48 · 3 leads"] * 2
    assert morning.slack.threads == []


def test_three_days_late_it_is_left_out(office: Office) -> None:
    install(office)
    clock.use(lambda: NOW + WEEK + timedelta(days=3))
    with office.store.transaction() as session:
        assert tick(session) == 0

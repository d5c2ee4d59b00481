"""The weekly digest: once a week, on Monday morning, to the channel and to the managers."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from bot import clock
from bot.digests import jobs, service
from bot.digests.model import Digest
from bot.errors import NotAllowed
from bot.jobs import Schedule, Tasks
from bot.jobs.schedule import tick
from bot.jobs.worker import Worker
from bot.leads.model import Lead
from bot.people.model import Person, Workspace
from bot.slack import Cards
from bot.store import Store
from tests.digests.office import MONDAY, NOW, Office, RecordingSlack

WEEK = timedelta(weeks=1)


def sum_up(office: Office, at: datetime = NOW) -> bool:
    with office.store.transaction() as session:
        return service.sum_up(session, session.get_one(Workspace, office.workspace.id), at)


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
        service.install(session, session.get_one(Workspace, office.workspace.id))


def at_once(threads: int, act: Callable[[], None]) -> None:
    barrier = threading.Barrier(threads)

    def run() -> None:
        barrier.wait()
        act()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def test_last_week_goes_to_the_channel_and_to_the_managers(office: Office) -> None:
    add_leads(office, 3)
    add_leads(office, 1, received_at=MONDAY - timedelta(microseconds=1))
    add_leads(office, 5, received_at=MONDAY + WEEK)
    assert sum_up(office)
    [digest] = digests(office.store)
    assert (digest.period_start, digest.period_end) == (date(2026, 11, 16), date(2026, 11, 23))
    assert digest.report.total.count("received") == 3
    assert digest.report.before.count("received") == 1
    assert targets(office.store) == ["C1", "U1"]


def test_one_who_left_gets_none(office: Office) -> None:
    with office.store.transaction() as session:
        session.execute(update(Person).where(Person.id == office.manager.id).values(active=False))
    sum_up(office)
    assert targets(office.store) == ["C1"]


def test_a_week_is_reported_once(office: Office) -> None:
    add_leads(office, 1)
    assert sum_up(office)
    add_leads(office, 1)
    assert not sum_up(office, NOW + timedelta(days=2))
    [digest] = digests(office.store)
    assert digest.report.total.count("received") == 1


def test_a_week_is_reported_once_by_many_at_once(office: Office) -> None:
    add_leads(office, 3)
    written: list[bool] = []
    at_once(8, lambda: written.append(sum_up(office)))
    assert sorted(written) == [False] * 7 + [True]
    assert len(digests(office.store)) == 1
    assert targets(office.store) == ["C1", "U1"]


def test_beside_it_stands_what_the_last_digest_said(office: Office) -> None:
    add_leads(office, 2)
    sum_up(office)
    with office.store.transaction() as session:
        session.execute(update(Lead).values(status="won"))
    sum_up(office, NOW + WEEK)
    latest = digests(office.store)[-1].report
    assert latest.before.count("received") == 2
    assert latest.before.count("won") == 0


def test_a_digest_keeps_what_it_said(office: Office) -> None:
    with office.store.transaction() as session:
        [spring] = office.campaigns(session, "Spring sale")
        office.leads(session, [{"campaign_id": spring}, {}])
    sum_up(office)
    before = digests(office.store)[0].report
    with office.store.transaction() as session:
        session.execute(text("UPDATE campaign SET name = 'Renamed'"))
        session.execute(text("DELETE FROM lead"))
    after = digests(office.store)[0].report
    assert after == before
    assert [row.name for row in after.campaigns] == ["Spring sale", None]
    assert after.as_of == NOW


def test_the_running_week_ends_now(office: Office) -> None:
    add_leads(office, 2)
    add_leads(office, 1, received_at=NOW - timedelta(minutes=1))
    with office.store.transaction() as session:
        report = service.running(session, office.seller)
        with pytest.raises(NotAllowed, match="read the digest"):
            service.running(session, office.stranger)
    assert report.is_running
    assert report.week.monday == date(2026, 11, 23)
    assert (report.total.count("received"), report.before.count("received")) == (1, 2)
    assert digests(office.store) == []


def test_last_week_can_be_read_again(office: Office) -> None:
    add_leads(office, 2)
    with office.store.transaction() as session:
        computed = service.last(session, office.seller)
        with pytest.raises(NotAllowed):
            service.last(session, office.stranger)
    sum_up(office)
    add_leads(office, 1)
    with office.store.transaction() as session:
        written = service.last(session, office.seller)
    assert written == computed
    assert written.total.count("received") == 2


def test_the_schedule_is_monday_at_eight(office: Office) -> None:
    install(office)
    [schedule] = schedules(office.store)
    assert schedule.name == "digest.weekly"
    assert schedule.next_run_at == NOW + WEEK
    assert schedule.grace_seconds == 2 * 24 * 3600


def test_a_restart_does_not_reset_the_schedule(office: Office) -> None:
    install(office)
    clock.use(lambda: NOW + WEEK + timedelta(minutes=5))
    install(office)
    [schedule] = schedules(office.store)
    assert schedule.next_run_at == NOW + WEEK


def test_the_schedule_follows_the_workspace_to_another_zone(office: Office) -> None:
    install(office)
    with office.store.transaction() as session:
        session.execute(update(Workspace).values(timezone="America/New_York"))
    install(office)
    [schedule] = schedules(office.store)
    assert (schedule.zone, schedule.next_run_at.hour) == ("America/New_York", 13)


def test_processes_that_start_at_once_write_one_schedule(office: Office) -> None:
    at_once(6, lambda: install(office))
    assert len(schedules(office.store)) == 1


class Morning:
    """A worker with the digest's task and card, and a Slack that notes what came."""

    def __init__(self, store: Store) -> None:
        self.slack = RecordingSlack()
        self.tasks = Tasks(store)
        jobs.register(self.tasks, store, Cards(store, self.slack, self.tasks))
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
    assert {message.text for _, message in posted} == {
        "Weekly digest: 23–29 November 2026. 3 leads came in; none is claimed yet."
    }


def test_three_days_late_it_is_left_out(office: Office) -> None:
    install(office)
    clock.use(lambda: NOW + WEEK + timedelta(days=3))
    with office.store.transaction() as session:
        assert tick(session) == 0

"""The demo's time: a jump does what comes due on the way, each at its own moment."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.people import service as people
from bot.store import Store
from bot.tasks import Schedule, Tasks, enqueue, put_schedules
from bot.tasks.worker import Worker
from playground.time_travel import TimeTravel


def test_a_jump_does_what_comes_due_on_the_way(store: Store) -> None:
    done: list[str] = []
    tasks = Tasks(store)

    def note(slot: str, **_more: object) -> None:
        done.append(slot)

    tasks.add("noop", note)

    def begin(session: Session) -> None:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="U0", channel="C1",
            timezone="Europe/Berlin", currency="EUR",
        )  # fmt: skip
        hourly = Schedule.of(workspace.id, "test", "noop", cron="0 * * * *", zone="Europe/Berlin")
        put_schedules(session, hourly)
        enqueue(session, "noop", at=clock.now() + timedelta(minutes=90), slot="timer")

    with store.transaction() as session:
        begin(session)
    worker = Worker(store, tasks)
    worker.start()
    try:
        before = clock.now()
        assert TimeTravel(store, worker).move(timedelta(hours=5)) - before >= timedelta(hours=5)
    finally:
        worker.stop()
    assert "timer" in done
    assert len({each for each in done if each != "timer"}) == 5

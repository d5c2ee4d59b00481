"""Nothing accepted is lost: processes are killed, Slack and the database go away."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, select, text

from bot.app import Application
from bot.leads.models import Lead
from bot.slack.cards import Card
from bot.store import migrate
from bot.store.embedded import EmbeddedPostgres
from bot.tasks.worker import Worker
from bot.web.intake import THREADS
from playground import demo
from playground.state import Message
from tests.journeys.conftest import Office, drawn, open_office, wait_until_idle
from tests.journeys.processes import HASTY, run

POST, UPDATE = "chat.postMessage", "chat.update"
HANG = 60.0  # longer than any test waits


@contextmanager
def sender(office: Office) -> Iterator[httpx.Client]:
    """Someone who sends leads over one connection."""
    with httpx.Client(base_url=office.address, headers=office.key, timeout=60) as client:
        yield client


def lead(number: int) -> dict[str, str]:
    return {
        "external_id": f"form-{number}",
        "email": f"lead{number:02}@example.com",
        "first_name": f"Lead{number:02}",
    }


def send(office: Office, numbers: range) -> None:
    with sender(office) as client:
        answers = [client.post("/leads/api", json=lead(number)) for number in numbers]
    assert {answer.status_code for answer in answers} == {202}


def stored(office: Office) -> set[str]:
    with office.application.store.transaction() as session:
        return set(session.scalars(select(Lead.external_id)))


def names(messages: list[Message]) -> list[str]:
    """Whose cards these are, in the order of the channel."""
    return [message.blocks[0]["text"]["text"].split("*")[1] for message in messages]


def places(office: Office) -> dict[str, str | None]:
    """Where the card of each lead stands, by the lead's name."""
    with office.application.store.transaction() as session:
        rows = session.execute(
            select(Lead.first_name, Card.ts).join(Card, Card.subject_id == Lead.id)
            .where(Card.kind == "lead").order_by(Lead.id)
        )  # fmt: skip
        return {str(row.first_name): row.ts for row in rows}


def assert_all_delivered(office: Office, count: int, *, twice: int) -> list[Message]:
    """Each lead has its card, in order; so many stand twice. Returns the messages that do not
    count: of each lead it is the last that does."""
    messages = office.slack.messages(office.channel)
    last = {name: message for message, name in zip(messages, names(messages), strict=True)}
    assert list(dict.fromkeys(names(messages))) == [f"Lead{number:02}" for number in range(count)]
    assert places(office) == {name: message.ts for name, message in last.items()}
    extra = [message for message in messages if message not in last.values()]
    assert len(extra) == twice
    return extra


def test_workers_killed_while_they_deliver(
    idle_office: Office, tmp_path: Path, rescuer: Callable[[], None]
) -> None:
    """Two are killed at the worst moments, and a third rescues what they held."""
    office = idle_office
    send(office, range(24))

    def posted() -> int:
        return len(office.slack.messages(office.channel))

    office.slack.faults.add(POST, "hang_after", after=7, seconds=HANG)
    with run(office, tmp_path, "--worker", script=HASTY) as worker:
        office.slack.wait_until(lambda: posted() == 8, timeout=60)
        worker.kill()  # the message stands in Slack, and nobody has written down where
    assert list(places(office).values()).count(None) == 24 - 7

    fault = office.slack.faults.add(POST, "hang_before", after=5, seconds=HANG)
    with run(office, tmp_path, "--worker", script=HASTY) as worker:
        office.slack.wait_until(lambda: fault.times == 0, timeout=60)
        worker.kill()  # the message was sent, and Slack has not taken it
    assert posted() == 8 + 5

    rescuer()
    wait_until_idle(office)
    [extra] = assert_all_delivered(office, 24, twice=1)
    # The message that does not count still tells the truth when it is clicked.
    assert office.hand("sofia").click(extra, "lead.claim").ok
    office.card("claimed the lead Lead07", office.users["sofia"].id)
    assert office.hand("ben").click(extra, "lead.claim").ok
    office.whisper("ben", f"<@{office.users['sofia'].id}> claimed this lead")


def test_a_worker_killed_while_it_redraws(
    idle_office: Office, tmp_path: Path, rescuer: Callable[[], None]
) -> None:
    """A redraw that is done twice changes nothing."""
    office = idle_office
    send(office, range(1))
    changed = office.slack.faults.add(UPDATE, "hang_after", seconds=HANG)
    with run(office, tmp_path, "--worker", script=HASTY) as worker:
        assert office.hand("sofia").click(office.card("lead.claim"), "lead.claim").ok
        office.slack.wait_until(lambda: changed.times == 0, timeout=60)
        worker.kill()
    assert office.hand("sofia").click(office.card("lead.contacted"), "lead.contacted").ok
    rescuer()
    office.card("claimed the lead Lead00", "Contacted <!date")
    wait_until_idle(office)
    assert_all_delivered(office, 1, twice=0)


def test_a_worker_that_is_stopped_finishes_what_it_has_begun(idle_office: Office) -> None:
    office = idle_office
    send(office, range(3))
    begun = office.slack.faults.add(POST, "hang_after", after=1, seconds=1)
    worker = Worker(office.application.store, office.application.tasks)
    worker.start()
    office.slack.wait_until(lambda: begun.times == 0, timeout=60)
    worker.stop()
    assert [ts is not None for ts in places(office).values()][:2] == [True, True]
    office.application.work()
    wait_until_idle(office)
    assert_all_delivered(office, 3, twice=0)


def test_a_web_process_killed_while_it_answers(idle_office: Office, tmp_path: Path) -> None:
    """What was answered 202 is there; what was not can be sent again."""
    office = idle_office
    answered: list[int] = []

    def post(client: httpx.Client, number: int) -> None:
        with suppress(httpx.TransportError):
            if client.post("/leads/api", json=lead(number)).status_code == 202:
                answered.append(number)

    with (
        run(office, tmp_path, "--web") as web,
        httpx.Client(base_url=web.address, headers=office.key, timeout=60) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        for number in range(400):
            pool.submit(post, client, number)
        office.slack.wait_until(lambda: len(answered) >= 40, timeout=60)
        # As many as have their turn are held in the middle of their transaction when it dies.
        with office.application.store.transaction() as session:
            session.execute(text("LOCK TABLE submission IN EXCLUSIVE MODE"))
            office.slack.wait_until(lambda: held(office) == THREADS, timeout=60)
            web.kill()
        pool.shutdown(cancel_futures=True)
    assert stored(office) == {f"form-{number}" for number in answered}
    send(office, range(max(answered) + 1))
    assert stored(office) == {f"form-{number}" for number in range(max(answered) + 1)}


def held(office: Office) -> int:
    """How many transactions wait for a lock."""
    with office.application.store.transaction() as session:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(session.scalars(waiting).one())


def test_slack_is_down_and_comes_back(office: Office) -> None:
    office.slack.faults.go_down()
    send(office, range(5))
    office.slack.wait_until(lambda: office.slack.faults.down and bool(waiting(office)), timeout=60)
    assert office.slack.messages(office.channel) == []
    office.slack.faults.clear()
    wait_until_idle(office)
    assert_all_delivered(office, 5, twice=0)


def waiting(office: Office) -> list[int]:
    """The work that was begun and has to wait."""
    with office.application.store.transaction() as session:
        begun = text(
            "SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NOT NULL"
        )
        return list(session.scalars(begun))


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
def test_a_start_while_slack_is_down(idle_office: Office, *, socket_mode: bool) -> None:
    """The workspace of last time serves, and the rest comes when Slack is back."""
    office = idle_office
    url = office.application.store.engine.url.render_as_string(hide_password=False)
    office.slack.faults.go_down()
    with demo.running(office.slack, "#leads", database_url=url, socket_mode=socket_mode) as (
        late,
        address,
    ):
        late.work()
        late_office = Office(office.slack, late, address, office.channel, office.users)
        send(late_office, range(3))
        office.slack.faults.clear()
        office.card("Lead02", "lead.claim")
        if socket_mode:
            office.slack.deliver_to(None)
            office.slack.wait_until(lambda: late.listening.is_connected, timeout=60)
        assert office.hand("sofia").click(office.card("Lead00", "lead.claim"), "lead.claim").ok
        office.card("claimed the lead Lead00")
        wait_until_connected(office)


def test_a_start_while_slack_asks_to_wait(idle_office: Office) -> None:
    """A restart of many processes at once runs into Slack's limits, and that is no end."""
    office = idle_office
    url = office.application.store.engine.url.render_as_string(hide_password=False)
    office.slack.faults.add("auth.test", "ratelimited", times=2, seconds=1)
    with demo.running(office.slack, "#leads", database_url=url) as (late, address):
        late_office = Office(office.slack, late, address, office.channel, office.users)
        send(late_office, range(1))
        wait_until_connected(office)
        assert office.hand("sofia").command("/handoff", "help", office.channel).ok


def test_a_first_start_while_slack_is_down(idle_office: Office) -> None:
    """Nobody knows the workspace yet, so senders are asked to try again, and then it goes."""
    office = idle_office
    forget(office.application)
    office.slack.faults.go_down()
    url = office.application.store.engine.url.render_as_string(hide_password=False)
    with demo.running(office.slack, "#leads", database_url=url) as (late, address):
        late_office = Office(office.slack, late, address, office.channel, office.users)
        answer = late_office.send_lead()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert httpx.get(f"{address}/health/ready").status_code == 503
        assert stored(late_office) == set()
        office.slack.faults.clear()
        office.slack.wait_until(
            lambda: httpx.get(f"{address}/health/ready").status_code == 200, timeout=60
        )
        assert late_office.send_lead().status_code == 202


def wait_until_connected(office: Office) -> None:
    """Wait until nobody tries to connect to Slack any more."""
    office.slack.wait_until(
        lambda: all(thread.name != "reconnect" for thread in threading.enumerate()), timeout=60
    )


def forget(application: Application) -> None:
    """An empty database again."""
    with application.store.transaction() as session:
        session.execute(text("TRUNCATE workspace CASCADE"))


def test_a_channel_that_is_ratelimited_gets_all_in_order(office: Office) -> None:
    office.slack.faults.add(POST, "ratelimited", after=1, times=2, seconds=1)
    send(office, range(6))
    wait_until_idle(office)
    assert_all_delivered(office, 6, twice=0)
    refused = [call for call in office.slack.calls(POST) if call.error]
    assert refused == [] or {call.error for call in refused} == {"ratelimited"}


@pytest.mark.parametrize("fault", ["hang_after", "drop_after"])
def test_the_answer_to_a_post_is_lost(office: Office, fault: str) -> None:
    """Slack took the message, and we could not know: one message more, and the last one counts."""
    office.application.slack.web.timeout = 1
    office.slack.faults.add(POST, fault, after=1, seconds=3)  # type: ignore[arg-type]
    send(office, range(3))
    wait_until_idle(office)
    assert_all_delivered(office, 3, twice=1)
    assert office.hand("sofia").click(office.card("Lead01", "lead.claim"), "lead.claim").ok
    office.card("claimed the lead Lead01")
    wait_until_idle(office)
    last = office.slack.messages(office.channel)[2]
    assert "claimed the lead Lead01" in drawn(last)


def test_the_answer_to_a_redraw_is_lost(office: Office) -> None:
    office.slack.faults.add(UPDATE, "drop_after")
    send(office, range(1))
    assert office.hand("sofia").click(office.card("lead.claim"), "lead.claim").ok
    office.card("claimed the lead Lead00")
    wait_until_idle(office)
    assert_all_delivered(office, 1, twice=0)


@contextmanager
def own_database() -> Iterator[tuple[str, Path]]:
    """A server of this test's own, so that it can be stopped."""
    place = Path(tempfile.mkdtemp(prefix="handoff-test-"))
    server = EmbeddedPostgres(place)
    engine = create_engine(server.url)
    migrate.upgrade(engine)
    engine.dispose()
    server.close()
    yield server.url, place
    shutil.rmtree(place, ignore_errors=True)


def test_the_database_goes_away_and_comes_back() -> None:
    with own_database() as (url, place):
        server = EmbeddedPostgres(place)
        assert server.url == url
        with contextmanager(open_office)(url, socket_mode=False) as office:
            send(office, range(1))
            card = office.card("Lead00", "lead.claim")
            server.close()
            answer = office.send_lead(**lead(1))
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "database" in answer.json()["detail"]
            assert office.hand("sofia").click(card, "lead.claim").ok
            office.whisper("sofia", "The database cannot be reached at the moment.")
            server = EmbeddedPostgres(place)
            assert office.send_lead(**lead(1)).status_code == 202
            office.card("Lead01", "lead.claim")
            assert office.hand("sofia").click(card, "lead.claim").ok
            office.card("claimed the lead Lead00")
        server.close()

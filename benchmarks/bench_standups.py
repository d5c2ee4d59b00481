"""A standup of 5,000 people who are due at the same minute: written, posted, and summed up.

The database's part is measured: one set-based statement for the parts of the round, one for the
prompts and their jobs; then the same for the reminders, and 5,000 answers by 20 threads; beside it
what one statement a person would have taken, in the same run. How long Slack takes follows from its
documented limits, and is worked out below the table.

    .venv/bin/python benchmarks/bench_standups.py [PEOPLE]
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

import bot.app  # noqa: F401 - it knows every table
from benchmarks.figures import Table, percentile
from bot import clock, slack
from bot.people import service as people
from bot.people.models import Person, Workspace
from bot.slack.cards import Card
from bot.standups import answering as standup_answering
from bot.standups import asking as standup_asking
from bot.standups import queries as standup_queries
from bot.standups import rounds as standup_rounds
from bot.standups import setup as standup_setup
from bot.standups import summary_messages
from bot.standups.models import Standup, StandupEntry, StandupRound
from bot.store import Store, migrate
from bot.store.base import table
from bot.store.bulk import copy
from bot.store.embedded import EmbeddedPostgres

PEOPLE = 5_000
ROUNDS = 3
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
THREADS = 20

# Slack's documents, rate limits: a message a second and channel, and "several hundred messages per
# minute" for a workspace, which they do not say more exactly; Tier 3 is 50 calls a minute.
POSTS_A_MINUTE = (300, 600)
UPDATES_A_MINUTE = 50


def main(count: int) -> None:
    """Run it and print the table."""
    place = Path(tempfile.mkdtemp(prefix="handoff-bench-"))
    server = EmbeddedPostgres(place)
    store = Store(server.url)
    try:
        migrate.upgrade(store.engine)
        workspace_id, standup_id = found(store, count)
        rounds = [measure(store, standup_id, day, count) for day in range(ROUNDS)]
        single = one_by_one(store, workspace_id, count // 10)
    finally:
        store.close()
        server.close()
        shutil.rmtree(place, ignore_errors=True)
    table_ = Table(f"A standup of {count:,} people due at the same minute, {ROUNDS} days")
    for number, (what, most) in enumerate(ROWS):
        table_.row(what, "ms", [1000 * each[number] for each in rounds], most=most)
    table_.row("prompts one by one, for 10% of them", "ms", [1000 * single])
    fast, slow = (count / each for each in reversed(POSTS_A_MINUTE))
    table_.note(
        f"Slack: {count:,} prompts at {POSTS_A_MINUTE[0]} to {POSTS_A_MINUTE[1]} a minute take "
        f"{fast:.0f} to {slow:.0f} minutes; each person's lane waits for nobody else's. They have "
        "the lowest priority, so leads and clicks go first all the while."
    )
    table_.note(
        f"Redrawing {count:,} prompts at the closing would take {count / UPDATES_A_MINUTE:.0f} "
        f"minutes at {UPDATES_A_MINUTE} updates a minute, so none is redrawn."
    )
    table_.print()


ROWS: list[tuple[str, float | None]] = [
    ("asked: parts, prompts and their jobs", 5_000),
    ("asked a second time: nobody", None),
    ("what each tick looks at, nothing due", 100),
    ("reminded: everybody who is silent", 5_000),
    ("one answer, p50 of 20 at once", None),
    ("one answer, p99 of 20 at once", 1_000),
    ("the round is closed", None),
    ("the summary is read and drawn", 3_000),
]


def found(store: Store, count: int) -> tuple[int, int]:
    """A workspace with one team of `count` people and its standup."""
    with store.transaction() as session:
        workspace = people.install(
            session, team_id="T1", name="Acme", bot_user_id="UBOT", channel="C1", timezone="UTC",
            currency="EUR",
        )  # fmt: skip
        standup_setup.install(session, workspace)
        team = next(each for each in people.teams(session, workspace.id) if each.name == "Sales")
        standup = session.scalars(select(Standup).where(Standup.team_id == team.id)).one()
        names = ["workspace_id", "slack_id", "name", "roles", "team_id", "active", "timezone"]
        rows = (
            (workspace.id, f"U{n}", f"Person {n}", ["salesperson"], team.id, True, "UTC")
            for n in range(count)
        )
        copy(session, table(Person), names, rows)
    with store.transaction() as session:
        session.execute(text("ANALYZE"))
        standup_asking.follow_people(session)
    return workspace.id, standup.id


def measure(store: Store, standup_id: int, day: int, count: int) -> list[float]:
    """One day of the standup, in seconds, in the order of `ROWS`."""
    moment = MONDAY + timedelta(days=day)
    now = moment
    clock.use(lambda: now)
    figures = [
        timed(store, lambda session: standup_asking.ask(session, standup_id, "UTC", moment), count),
        timed(store, lambda session: standup_asking.ask(session, standup_id, "UTC", moment), 0),
        sum(
            timed(store, each, 0)
            for each in (standup_asking.follow_people, standup_rounds.remind, standup_rounds.close)
        ),
    ]
    now = moment + timedelta(minutes=60)
    start = time.perf_counter()
    reminded = 0
    while more := in_transaction(store, standup_rounds.remind):
        reminded += more
    assert reminded == count
    figures.append(time.perf_counter() - start)
    answers = answer_all(store, moment)
    figures += [percentile(answers, 0.5), percentile(answers, 0.99)]
    now = moment + timedelta(minutes=150)
    figures.append(timed(store, standup_rounds.close, 1))
    figures.append(drawn(store, moment))
    return figures


def answer_all(store: Store, moment: datetime) -> list[float]:
    """Everybody answers, 20 at once; the time that each takes."""
    with store.transaction() as session:
        rows = session.execute(
            select(StandupEntry.id, StandupEntry.person_id)
            .join(StandupRound, StandupRound.id == StandupEntry.round_id)
            .where(StandupRound.day == moment.date())
        ).all()

    def answer(row: tuple[int, int]) -> float:
        entry_id, person_id = row
        start = time.perf_counter()
        with store.transaction() as session:
            who = session.get_one(Person, person_id)
            answers = {
                "plan": f"Call {person_id}.",
                "blockers": "No list." if person_id % 50 else "",
            }
            standup_answering.answer(session, who, entry_id, answers)
        return time.perf_counter() - start

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(answer, [(row.id, row.person_id) for row in rows[:1000]]))


def drawn(store: Store, moment: datetime) -> float:
    """Read and draw the summary."""
    start = time.perf_counter()
    with store.transaction() as session:
        round_id = session.scalars(
            select(StandupRound.id).where(StandupRound.day == moment.date())
        ).one()
        assert summary_messages.summary(standup_queries.round_summary(session, round_id)).blocks
    return time.perf_counter() - start


def one_by_one(store: Store, workspace_id: int, count: int) -> float:
    """The cards of so many people with one statement and one job each."""
    with store.transaction() as session:
        first = (session.scalar(select(func.max(Card.id))) or 0) + 1
        start = time.perf_counter()
        for number in range(count):
            slack.show(session, workspace_id, "benchmark", first + number, f"U{number}")
        session.get_one(Workspace, workspace_id)
    return time.perf_counter() - start


def timed(store: Store, act: Callable[..., int], expected: int) -> float:
    """The seconds of one transaction, its commit included."""
    start = time.perf_counter()
    done = in_transaction(store, act)
    took = time.perf_counter() - start
    assert done == expected, (done, expected)
    return took


def in_transaction(store: Store, act: Callable[..., int]) -> int:
    with store.transaction() as session:
        return act(session)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)

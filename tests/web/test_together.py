"""Requests that wait for each other are stored together, and none of them suffers for another."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.contacts import identity
from bot.intake import receiving
from bot.intake.models import Outcome, Submission
from bot.intake.receiving import RawSubmission, Receipt
from bot.leads.models import Lead
from bot.people.models import Workspace
from bot.store import Store
from bot.web.intake import THREADS, Intake, TooManyWaiting
from tests.company import install
from tests.loops import run


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


@pytest.fixture
def intake(store: Store, workspace: Workspace) -> Intake:
    return Intake(store, lambda: workspace)


def lead(number: int, source: str = "api") -> RawSubmission:
    body = json.dumps({"email": f"a{number}@example.com", "external_id": f"e{number}"}).encode()
    return RawSubmission(source, "website", body, "application/json")


async def while_busy(store: Store, intake: Intake, sent: Sequence[RawSubmission]) -> list[Any]:
    """What they get who all wait until the first ones, which hold every thread, can be stored."""
    with store.transaction() as session:
        session.execute(text("LOCK TABLE submission IN EXCLUSIVE MODE"))
        busy = [asyncio.create_task(intake.take(lead(1_000 + n))) for n in range(THREADS)]
        while await asyncio.to_thread(waiting, store) < THREADS:
            pass
        tasks = [asyncio.create_task(intake.take(each)) for each in sent]
        await asyncio.sleep(0)  # now each of them is in the queue
    answers = await asyncio.gather(*busy, *tasks, return_exceptions=True)
    return answers[THREADS:]


def waiting(store: Store) -> int:
    with store.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0


def transactions(store: Store) -> int:
    """How many transactions wrote submissions."""
    with store.transaction() as session:
        return len(session.scalars(select(text("DISTINCT xmin::text FROM submission"))).all())


def test_many_are_stored_in_few_transactions(store: Store, intake: Intake) -> None:
    answers = run(while_busy(store, intake, [lead(number) for number in range(20)]))
    assert [each.outcome for each in answers] == [Outcome.LEAD] * 20
    with store.transaction() as session:
        for number, answer in enumerate(answers):
            assert session.get_one(Lead, answer.lead_id).external_id == f"e{number}"
    assert transactions(store) <= 2 * THREADS


def test_requests_of_one_sender_are_stored_together_though_others_come_in_between(
    store: Store, intake: Intake
) -> None:
    sent = [lead(number)._replace(sender=f"site {number % 2}") for number in range(20)]
    assert all(each.is_new for each in run(while_busy(store, intake, sent)))
    assert transactions(store) <= 3 * THREADS
    with store.transaction() as session:
        kept = session.execute(select(Submission.sender, Submission.body)).all()
        assert {(each.sender, each.body) for each in sent} <= {tuple(row) for row in kept}


def test_each_gets_the_answer_that_is_its_own(store: Store, intake: Intake) -> None:
    form = RawSubmission(
        "form", "website", b"email=f%40example.com", "application/x-www-form-urlencoded"
    )
    sent = [lead(1), lead(2), lead(1), RawSubmission("api", "website", b"{", ""), form, lead(3)]
    one, two, again, bad, filled, three = run(while_busy(store, intake, sent))
    assert [each.is_new for each in (one, two, three, filled)] == [True] * 4
    assert (again.lead_id, again.is_new) == (one.lead_id, False)
    assert (bad.outcome, bad.problem.problems) == (Outcome.UNREADABLE, {"body": "is not JSON"})
    with store.transaction() as session:
        kept = session.execute(select(Submission.source, Submission.body)).all()
        assert {(each.source, each.body) for each in sent} <= {tuple(row) for row in kept}
        assert len(kept) == len(sent) + THREADS


def test_one_that_breaks_the_others_is_set_aside_alone(
    store: Store,
    workspace: Workspace,
    intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receive = receiving.receive

    def receive_but_one(
        session: Any, workspace: Workspace, requests: Sequence[RawSubmission]
    ) -> list[Receipt]:
        if lead(1) in requests:
            raise RuntimeError(lead(1).body.decode())
        return receive(session, workspace, requests)

    monkeypatch.setattr(receiving, "receive", receive_but_one)
    sent = [lead(number) for number in range(4)]
    first, broken, *rest = run(while_busy(store, intake, sent))
    assert (broken.outcome, list(broken.problem.problems)) == (Outcome.UNREADABLE, ["body"])
    assert [each.is_new for each in (first, *rest)] == [True] * 3
    with store.transaction() as session:
        waiting = receiving.unread(session, workspace.id, 10)
        assert [each.body for each in waiting] == [lead(1).body]
    assert "RuntimeError" in caplog.text
    assert "example.com" not in caplog.text


async def while_edited(store: Store, intake: Intake, lead_id: int, sent: RawSubmission) -> Receipt:
    """What it gets that waits for a lead whose editor comes to wait for its contact."""
    with store.transaction() as session:
        session.execute(text("SET LOCAL deadlock_timeout = '1min'"))  # the intake notices it first
        edited = session.get_one(Lead, lead_id, with_for_update=True)
        task = asyncio.create_task(intake.take(sent))
        while not await asyncio.to_thread(waiting, store):
            assert not task.done()
        await asyncio.to_thread(identity.lock, session, edited.contact_id)
    return await task


def test_one_that_meets_a_deadlock_is_stored_again(
    store: Store, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    first = run(intake.take(lead(1)))
    assert first.lead_id is not None
    body = lead(1).body.replace(b"e1", b"again")
    again = run(while_edited(store, intake, first.lead_id, lead(1)._replace(body=body)))
    assert (again.lead_id, again.outcome) == (first.lead_id, Outcome.LEAD)
    assert again.results[0].has_joined
    assert "broke us" not in caplog.text
    with store.transaction() as session:
        kept = session.scalars(select(Submission.outcome)).all()
        assert kept == [Outcome.LEAD] * 2


def test_the_queue_has_an_end(
    store: Store, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.intake._MOST_WAITING", THREADS + 5)
    answers = run(while_busy(store, intake, [lead(number) for number in range(8)]))
    assert [each.outcome for each in answers[:5]] == [Outcome.LEAD] * 5
    assert [type(each) for each in answers[5:]] == [TooManyWaiting] * 3
    assert run(intake.take(lead(7))).is_new  # there is room again
    with store.transaction() as session:
        assert len(session.scalars(select(Submission)).all()) == THREADS + 5 + 1


def test_the_queue_holds_only_so_many_bytes(
    store: Store, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.intake._MOST_BYTES", 10_000)
    large = RawSubmission("api", "website", b" " * 4_000, "")
    answers = run(while_busy(store, intake, [large, large, large, lead(1)]))
    assert [isinstance(each, TooManyWaiting) for each in answers] == [False, False, True, False]
    assert run(intake.take(large)).outcome == Outcome.UNREADABLE

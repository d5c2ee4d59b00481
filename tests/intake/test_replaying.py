"""What could not be read: kept, shown to admins, and read again after a mend, once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bot.errors import HandoffError, NotAllowed, NotFound
from bot.intake import receiving
from bot.intake.models import Outcome, Submission
from bot.intake.receiving import FETCHED, REFERENCE, AlreadySettled, RawSubmission
from bot.leads.models import Lead
from bot.people.models import Person, Role, Workspace
from bot.slack.cards import Card
from bot.sources import Reference
from bot.store import Store
from tests.company import hire, install

MEND = {"email": "ada@example.com", "external_id": "e1"}


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return install(store)


@pytest.fixture
def admin(store: Store, workspace: Workspace) -> Person:
    return hire(store, workspace, "UROOT", "Root", Role.ADMIN)


def receive(store: Store, workspace: Workspace, body: bytes, source: str = "api") -> int:
    with store.transaction() as session:
        receiving.receive(
            session, workspace, [RawSubmission(source, "website", body, "application/json")]
        )
        return session.scalars(select(Submission.id).order_by(Submission.id.desc())).first() or 0


def mend(store: Store, submission_id: int, body: bytes) -> None:
    with store.transaction() as session:
        session.get_one(Submission, submission_id).body = body


def outcome(store: Store, submission_id: int) -> tuple[str, str | None]:
    with store.transaction() as session:
        kept = session.get_one(Submission, submission_id)
        return kept.outcome, kept.problem


def leads(store: Store) -> int:
    with store.transaction() as session:
        return len(session.scalars(select(Lead.id)).all())


def test_what_can_be_read_after_a_mend_becomes_a_lead_once(
    store: Store, workspace: Workspace, admin: Person
) -> None:
    broken = receive(store, workspace, b"{")
    assert outcome(store, broken)[0] == Outcome.UNREADABLE
    mend(store, broken, json.dumps(MEND).encode())

    def replay(_number: int) -> HandoffError | None:
        try:
            with store.transaction() as session:
                receiving.replay(session, admin, broken)
        except HandoffError as error:
            return error
        return None

    with ThreadPoolExecutor(8) as pool:
        errors = list(pool.map(replay, range(8)))
    assert errors.count(None) == 1
    assert all(isinstance(error, AlreadySettled) for error in errors if error)
    assert leads(store) == 1
    assert outcome(store, broken) == (Outcome.LEAD, None)


def test_what_still_cannot_be_read_stays_with_its_new_reason(
    store: Store, workspace: Workspace, admin: Person
) -> None:
    broken = receive(store, workspace, b"{")
    mend(store, broken, b'{"email": "nobody"}')
    with store.transaction() as session:
        assert receiving.replay(session, admin, broken).problem is not None
    kept, problem = outcome(store, broken)
    assert (kept, "email" in (problem or "")) == (Outcome.UNREADABLE, True)
    with store.transaction() as session:
        assert receiving.count_unread(session, workspace.id) == 1


@pytest.mark.parametrize("sender", ["contact", FETCHED])
def test_nobody_can_pass_a_submission_off_as_a_lead_to_fetch(
    store: Store, workspace: Workspace, admin: Person, sender: str
) -> None:
    with store.transaction() as session:
        receiving.receive(
            session, workspace, [RawSubmission("form", sender, b"email=nobody", REFERENCE)]
        )
        [waiting] = receiving.unread(session, workspace.id, 9)
        assert receiving.replay(session, admin, waiting.id).outcome == Outcome.UNREADABLE
        assert receiving.count_unread(session, workspace.id) == 1


def test_what_is_dismissed_waits_no_more(store: Store, workspace: Workspace, admin: Person) -> None:
    broken = receive(store, workspace, b"{")
    with store.transaction() as session:
        receiving.dismiss(session, admin, broken)
    with store.transaction() as session:
        assert receiving.unread(session, workspace.id, 9) == []
        with pytest.raises(AlreadySettled):
            receiving.replay(session, admin, broken)


def test_only_admins_of_the_workspace_settle(
    store: Store, workspace: Workspace, admin: Person
) -> None:
    broken = receive(store, workspace, b"{")
    sofia = hire(store, workspace, "USOFIA", "Sofia", Role.SALESPERSON)
    stranger = hire(store, install(store, "T2", "C2"), "UROOT", "Root", Role.ADMIN)
    clara = hire(store, workspace, "UCLARA", "Clara", Role.MANAGER)
    for who, error in ((sofia, NotAllowed), (clara, NotAllowed), (stranger, NotFound)):
        for verb in (receiving.replay, receiving.dismiss):
            with pytest.raises(error), store.transaction() as session:
                verb(session, who, broken)


def test_admins_see_the_list_change(store: Store, workspace: Workspace, admin: Person) -> None:
    with store.transaction() as session:
        session.add(Card(workspace_id=workspace.id, kind="home", subject_id=admin.id,
                         target="UROOT", stale=False))  # fmt: skip
    for body in (b"{", b"["):
        receive(store, workspace, body)
        with store.transaction() as session:
            [home] = session.scalars(select(Card).where(Card.kind == "home")).all()
            assert home.stale
            home.stale = False


def test_a_lead_that_could_not_be_fetched_is_fetched_again(
    store: Store, workspace: Workspace, admin: Person
) -> None:
    with store.transaction() as session:
        receiving.keep_unfetched(session, workspace, "meta", "77", "no token")
        [waiting] = receiving.unread(session, workspace.id, 9)
        assert (waiting.sender, waiting.content_type, waiting.body) == (FETCHED, REFERENCE, b"77")
        assert "no token" in (waiting.problem or "")
        assert receiving.replay(session, admin, waiting.id).outcome == Outcome.FETCHING
    with store.transaction() as session:
        jobs = session.connection().exec_driver_sql(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'intake.fetch'"
        )
        assert [job.args["external_id"] for job in jobs] == ["77"]


def test_what_was_fetched_and_could_not_be_read_is_read_again(
    store: Store, workspace: Workspace, admin: Person
) -> None:
    with store.transaction() as session:
        receiving.receive_fetched(session, workspace, "meta", b'{"id": "77"}')
        [waiting] = receiving.unread(session, workspace.id, 9)
    body = {"id": "77", "field_data": [{"name": "email", "values": ["ada@example.com"]}]}
    mend(store, waiting.id, json.dumps(body).encode())
    with store.transaction() as session:
        assert receiving.replay(session, admin, waiting.id).is_new
    assert leads(store) == 1


def test_only_what_is_unknown_is_fetched_after_a_look_at_the_vendor(
    store: Store, workspace: Workspace
) -> None:
    body = {"id": "1", "field_data": [{"name": "email", "values": ["ada@example.com"]}]}
    there = [Reference(str(number)) for number in (1, 2, 3)]
    with store.transaction() as session:
        receiving.receive_fetched(session, workspace, "meta", json.dumps(body).encode())
        assert receiving.reconcile(session, workspace, "meta", there) == 2
        assert receiving.reconcile(session, workspace, "meta", there) == 0


def test_a_test_lead_that_was_fetched_is_noted_and_none_is_made(
    store: Store, workspace: Workspace
) -> None:
    test = "<test lead: dummy data for full_name>"
    answers = {"full_name": test, "email": "ada@example.com"}
    fields = [{"name": name, "values": [value]} for name, value in answers.items()]
    body = {"id": "78", "field_data": fields}
    with store.transaction() as session:
        receipt = receiving.receive_fetched(session, workspace, "meta", json.dumps(body).encode())
        assert receipt.outcome == Outcome.IGNORED
        [kept] = session.scalars(select(Submission)).all()
        assert (kept.outcome, kept.problem) == (Outcome.IGNORED, "a test lead")
        assert receiving.unread(session, workspace.id, 9) == []
    assert leads(store) == 0

"""Who speaks, and who fell silent: told once, and only where it is unusual."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from bot import clock
from bot.intake import imports, messages, source_health
from bot.intake.models import Outcome, Submission
from bot.people.models import Role, Workspace
from bot.slack.cards import Card
from bot.store import Store
from tests.company import hire, install

NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)


@pytest.fixture
def workspace(store: Store) -> Workspace:
    clock.use(lambda: NOW)
    workspace = install(store)
    hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    return workspace


def speak(store: Store, workspace: Workspace, *hours_ago: float, sender: str = "website") -> None:
    with store.transaction() as session:
        for hours in hours_ago:
            session.add(Submission(
                workspace_id=workspace.id, source="api", sender=sender, content_type="", body=b"",
                received_at=NOW - timedelta(hours=hours), outcome=Outcome.LEAD,
            ))  # fmt: skip


def warned(store: Store, workspace: Workspace) -> int:
    with store.transaction() as session:
        source_health.check(session, workspace)
    with store.transaction() as session:
        return len(session.scalars(select(Card).where(Card.kind == source_health.SILENT)).all())


@pytest.mark.parametrize(
    ("hours_ago", "silent"),
    [
        ((30, 31, 32, 33, 34), True),  # hourly, and not for a day
        ((23, 24, 25, 26, 27), False),  # a night
        ((30, 31, 32, 33), False),  # too few to know what is usual
        ((100, 148, 196, 244, 292), True),  # every two days, and not for four
        ((95, 143, 191, 239, 287), False),
        ((700, 701, 702, 703, 704), False),  # gone for longer than anyone remembers
        ((), False),
    ],
)
def test_silence_is_what_is_unusual(
    store: Store, workspace: Workspace, hours_ago: tuple[float, ...], silent: bool
) -> None:
    speak(store, workspace, *hours_ago)
    assert warned(store, workspace) == silent


def test_each_silence_is_told_once(store: Store, workspace: Workspace) -> None:
    speak(store, workspace, 130, 131, 132, 133, 134)
    speak(store, workspace, *range(10), sender="webinar")
    assert [warned(store, workspace) for _ in range(3)] == [1, 1, 1]
    speak(store, workspace, 1)
    assert warned(store, workspace) == 1


def test_what_an_operator_hears(store: Store, workspace: Workspace) -> None:
    speak(store, workspace, 5, 7)
    with store.transaction() as session:
        heard = source_health.activity(session, workspace.id)["api"]
    assert (heard.last_at, heard.submissions, heard.unreadable) == (NOW - timedelta(hours=5), 2, 0)


def test_the_warning_says_who_and_since_when(store: Store, workspace: Workspace) -> None:
    speak(store, workspace, 30)
    with store.transaction() as session:
        last = session.scalars(select(Submission)).one()
        message = messages.silent(source_health.last_submission(session, last.id))
    assert "JSON API, Zapier, Make (website) has gone quiet" in message.text
    assert "2026-06-29 03:00 UTC" in str(message.blocks)


def test_a_list_that_was_imported_was_heard(store: Store, workspace: Workspace) -> None:
    """Its rows are no submissions."""
    with store.transaction() as session:
        made = imports.open_file(session, workspace, "june")
        rows = b"Email\na@example.com\nb@example.com\n"
        imports.read_file(session, made.id, BytesIO(rows))
        assert "csv" not in source_health.activity(session, workspace.id)
        imports.start_import(session, made)
    clock.use(lambda: NOW + timedelta(days=1))
    with store.transaction() as session:
        heard = source_health.activity(session, workspace.id)["csv"]
    assert (heard.last_at, heard.submissions, heard.unreadable) == (NOW, 2, 0)

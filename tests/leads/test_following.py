"""Home tabs follow: exactly those that show what changed, once for many changes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import clock, slack
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import call_lists, claiming, home_tabs, outcomes
from bot.leads.list_models import MOST_TO_CLAIM, CallOutcome
from bot.leads.models import CallList, Lead, Rating
from bot.people.models import Person, Role, Workspace
from bot.slack.cards import Card
from bot.sources.lead_payload import read
from bot.store import Store
from tests.routing.test_escalation import HOUR, MINUTE, Floor

Act = Callable[[Floor, int], object]


class Pages(Floor):
    """A floor where everybody has opened their page but Nora."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.nora, self.mara = self.hire("Nora"), self.hire("Mara", Role.MARKETER)
        with store.transaction() as session:
            for who in (self.sal, self.sue, self.boss, self.mara):
                slack.show(session, who.workspace_id, slack.HOME, who.id, who.slack_id)
        self.drawn()

    def drawn(self) -> None:
        """Everything is drawn, and no work waits."""
        with self.store.transaction() as session:
            session.execute(update(Card).values(stale=False))
            session.execute(text("DELETE FROM procrastinate_jobs"))

    def stale(self) -> set[str]:
        """Whose pages are to be drawn anew."""
        with self.store.transaction() as session:
            mine = select(Person.name).join(Card, Card.subject_id == Person.id)
            return set(session.scalars(mine.where(Card.kind == slack.HOME, Card.stale)))

    def follow(self) -> int:
        """Let the pages follow that do it later; returns how many jobs ask for it."""
        with self.store.transaction() as session:
            jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task"
            waiting = session.execute(text(jobs), {"task": home_tabs.REFRESH}).scalar_one()
            if waiting:
                home_tabs.redraw_home_tabs(session, self.workspace.id)
        return int(waiting)


@pytest.fixture
def pages(store: Store) -> Iterator[Pages]:
    yield Pages(store)
    clock.use(lambda: datetime.now(UTC))


def owned(pages: Pages) -> int:
    lead = pages.lead()
    pages.do(claiming.claim, pages.sal, lead)
    pages.sweep()
    pages.drawn()
    return lead


def verb(done: Callable[..., object], who: str, *args: Any) -> Act:
    def act(pages: Any, lead: int) -> object:
        return pages.do(done, getattr(pages, who), lead, *args)

    return act


@pytest.mark.parametrize(
    ("act", "whose"),
    [
        (verb(outcomes.contacted, "sal"), {"Sal"}),
        (verb(outcomes.rate, "boss", Rating.GREAT), {"Sal"}),  # it is on Sal's page and not on hers
        (verb(outcomes.qualify, "sal"), {"Sal"}),
        (lambda pages, lead: pages.do(claiming.reassign, pages.boss, lead, pages.sue.id),
         {"Sal", "Sue"}),
    ],
)  # fmt: skip
def test_what_stays_with_its_owner_is_on_no_other_page(
    pages: Pages, act: Act, whose: set[str]
) -> None:
    lead = owned(pages)
    act(pages, lead)
    assert pages.stale() == whose
    assert pages.follow() == 0


def test_a_claim_is_on_its_owners_page_at_once_and_on_those_of_others_soon(pages: Pages) -> None:
    lead = pages.lead()
    pages.drawn()
    pages.do(claiming.claim, pages.sal, lead)
    assert pages.stale() == {"Sal"}
    assert pages.follow() == 1
    assert pages.stale() == {"Sal", "Sue", "Boss"}  # and Nora's when she opens it


def test_a_lead_that_goes_back_leaves_its_owners_page_and_waits_on_all(pages: Pages) -> None:
    lead = owned(pages)
    pages.do(claiming.release, pages.boss, lead)
    assert pages.stale() == {"Sal"}
    assert pages.follow() == 1
    assert pages.stale() == {"Sal", "Sue", "Boss"}


def test_so_does_one_that_the_ladder_takes_back(pages: Pages) -> None:
    owned(pages)
    pages.until(pages.hands.now + HOUR - 3 * MINUTE, 3 * MINUTE)
    assert pages.stale() == set()
    pages.until(pages.hands.now + 3 * MINUTE)
    assert pages.stale() == {"Sal"}
    assert pages.follow() == 1


def test_many_changes_are_one(pages: Pages) -> None:
    for number in range(MOST_TO_CLAIM):
        pages.do(claiming.claim, pages.sal, pages.lead(number))
    assert pages.follow() > MOST_TO_CLAIM
    assert pages.follow() == 0
    with pages.store.transaction() as session:
        draws = session.execute(
            text("""SELECT lock, count(*) FROM procrastinate_jobs JOIN card
                    ON card.id = (args ->> 'card_id')::bigint WHERE kind = 'home' GROUP BY lock""")
        ).all()
    assert {tuple(row) for row in draws} == {("USAL", 1), ("USUE", 1), ("UBOSS", 1)}


def test_what_no_page_shows_draws_none(pages: Pages) -> None:
    for number in range(MOST_TO_CLAIM + 1):
        pages.lead(number)
        pages.hands.forward(seconds=1)
    assert pages.follow() == MOST_TO_CLAIM + 1
    pages.drawn()
    last = pages.lead(99)
    assert pages.follow() == 0
    pages.do(claiming.claim, pages.sal, last)
    assert pages.follow() == 0
    assert pages.stale() == {"Sal"}


def test_where_no_page_was_opened_none_follows(store: Store) -> None:
    floor = Floor(store)
    floor.do(claiming.claim, floor.sal, floor.lead())
    assert Pages.follow(floor) == 0  # type: ignore[arg-type]


def test_a_call_list_counts_down_on_every_page(pages: Pages) -> None:
    with pages.store.transaction() as session:
        call_list = CallList(workspace_id=pages.workspace.id, name="June", created_at=clock.now())
        session.add(call_list)
        session.flush()
        workspace = session.get_one(Workspace, pages.workspace.id)
        context = IntakeContext("csv", call_list_id=call_list.id)
        [result] = create_or_merge(
            session, workspace, [read({"email": "bea@example.com"})], context
        )
        lead = result.lead_id
    pages.drawn()
    with pages.store.transaction() as session:
        assert call_lists.next_contact(session, pages.sal, call_list.id)
    assert (pages.stale(), pages.follow()) == ({"Sal"}, 1)
    pages.drawn()
    pages.do(partial(_called, outcome=CallOutcome.CALL_BACK), pages.sal, lead)
    assert (pages.stale(), pages.follow()) == ({"Sal"}, 0)


def _called(session: Any, who: Person, lead_id: int, outcome: CallOutcome) -> Lead:
    return call_lists.note_call(session, who, lead_id, outcome)

"""The verbs of leads: what each does, what it refuses and to whom, and what the audit says."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from bot import clock, metrics, slack
from bot.campaigns import announcing as campaigns
from bot.contacts.models import Contact
from bot.errors import HandoffError, NotAllowed, NotFound
from bot.intake import receiving
from bot.intake.receiving import RawSubmission, Receipt
from bot.leads import (
    calls,
    claiming,
    editing,
    external_changes,
    home_tabs,
    merging,
    notices,
    outcomes,
    queries,
    undoing,
)
from bot.leads.claiming import AlreadyClaimed, AlreadyClosed, AlreadyYours, NotClaimed, NotYours
from bot.leads.list_models import Mine
from bot.leads.messages import lead_modal, lists, notifications
from bot.leads.messages.lead_card import card
from bot.leads.models import (
    CallResult,
    Disposition,
    HandoverReason,
    Lead,
    LeadEvent,
    Rating,
    Status,
    Touch,
)
from bot.leads.notice_models import EscalationStep, LeadStep
from bot.leads.notices import WIN
from bot.leads.outcomes import AlreadyContacted, AlreadyRated, AmountMissing, ReasonMissing
from bot.money import Money
from bot.people.models import Person, Role, Workspace
from bot.routing import absences, escalation
from bot.slack.cards import Card
from bot.slack.text import moment
from bot.sources.lead_payload import Unreadable, read
from bot.store import Store
from tests.campaigns.scene import draft
from tests.company import hire, hire_all, install
from tests.threads import at_once

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
PRICE = Money(1_250_000, "EUR")
Verb = Callable[[Session, Person, int], Lead]

# What only the owner of a lead, or who leads others, may do.
OWNERS_VERBS: dict[str, Verb] = {
    "release": claiming.release,
    "contacted": outcomes.contacted,
    "rate": lambda session, who, lead_id: outcomes.rate(session, who, lead_id, Rating.GREAT),
    "win": lambda session, who, lead_id: outcomes.win(session, who, lead_id, PRICE),
    "lose": lambda session, who, lead_id: outcomes.lose(
        session, who, lead_id, outcomes.Ending(Disposition.NO_BUDGET)
    ),
    "rateable": outcomes.rateable,
    "closeable": outcomes.closeable,
}
VERBS = OWNERS_VERBS | {"claim": claiming.claim}


_STATE = text(
    """
    SELECT 'lead ' || CAST(lead AS text) AS written FROM lead
    UNION ALL SELECT 'event ' || CAST(lead_event AS text) FROM lead_event
    UNION ALL SELECT 'card ' || id || ' ' || stale FROM card
    ORDER BY written
    """
)


_UNDO = ("before", "keys")
"""What `undo` needs of an event's facts."""


@dataclass
class Floor:
    """A sales floor: its people by name, a clock that stands, and one who belongs elsewhere."""

    store: Store
    workspace: Workspace
    people: dict[str, Person]
    now: datetime = NINE

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    def receive(self, external_id: str, **fields: Any) -> Receipt:
        facts = {"email": f"{external_id}@example.com", "external_id": external_id} | fields
        with self.store.transaction() as session:
            admin = self.people["root"]
            payload, campaign = read(facts), facts.get("campaign_id")
            return receiving.type_in(session, self.workspace, admin, payload, campaign)

    def lead(self, owner: str | None = None, **fields: Any) -> int:
        """A new lead, claimed by its owner if it has one; its card has been drawn."""
        lead_id = self.receive(token_hex(8), **fields).lead_id
        assert lead_id is not None
        with self.store.transaction() as session:
            if owner is not None:
                claiming.claim(session, self.people[owner], lead_id)
            session.execute(update(Card).values(stale=False))
        return lead_id

    def do(self, verb: str | Verb, who: str, lead_id: int) -> Lead:
        act = VERBS[verb] if isinstance(verb, str) else verb
        with self.store.transaction() as session:
            return act(session, self.people[who], lead_id)

    def refused(self, verb: str | Verb, who: str, lead_id: int) -> HandoffError:
        """The error of what must not be; nothing has changed by it."""
        before = self.state()
        with pytest.raises(HandoffError) as error:
            self.do(verb, who, lead_id)
        assert self.state() == before
        return error.value

    def state(self) -> list[str]:
        """All that a verb could have changed: the rows, written out."""
        with self.store.transaction() as session:
            return list(session.scalars(_STATE))

    def audit(self, lead_id: int) -> list[tuple[str, str | None, dict[str, Any]]]:
        """What happened to a lead: the event, who did it, and the facts but what `undo` needs."""
        with self.store.transaction() as session:
            rows = session.execute(
                select(LeadEvent, Person.name).outerjoin(Person)
                .where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.id)
            )  # fmt: skip
            return [
                (event.event_type, name, {k: v for k, v in event.facts.items() if k not in _UNDO})
                for event, name in rows
            ]

    def is_redrawn(self, lead_id: int) -> bool:
        with self.store.transaction() as session:
            its_card = select(Card.stale).where(Card.kind == "lead", Card.subject_id == lead_id)
            return session.scalars(its_card).one()


@pytest.fixture
def floor(store: Store) -> Floor:
    workspace, elsewhere = install(store), install(store, "T2", "C2")
    staff = {
        "sofia": [Role.SALESPERSON], "ben": [Role.SALESPERSON], "mara": [Role.MARKETER],
        "clara": [Role.MANAGER], "root": [Role.ADMIN], "guest": [],
    }  # fmt: skip
    people = {each.name: each for each in hire_all(store, workspace, staff)}
    people["stranger"] = hire(store, elsewhere, "USOFIA", "stranger", *Role)
    floor = Floor(store, workspace, people)
    clock.use(lambda: floor.now)
    return floor


# ---- receiving ----------------------------------------------------------------------------------


def test_a_lead_is_received_once_by_its_id(floor: Floor) -> None:
    first, again = floor.receive("e1", first_name="Ada"), floor.receive("e1", first_name="Eve")
    assert (first.is_new, again.is_new, again.lead_id) == (True, False, first.lead_id)
    with floor.store.transaction() as session:
        [lead] = session.scalars(select(Lead))
        [card] = session.scalars(select(Card))
    assert (lead.first_name, lead.received_at, lead.status) == ("Ada", NINE, Status.NEW)
    assert (card.kind, card.subject_id, card.target) == ("lead", lead.id, "C1")
    assert floor.audit(lead.id) == [("received", "root", {"source": "typed"})]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (
            {"email": None, "phone": "ask at the desk, box 40123"},
            {"email": None, "phone": "ask at the desk, box 40123"},
        ),
        ({}, {"phone": "+49 30 23125001"}),
    ],
)
def test_what_was_here_before_leaves_no_contact_behind(
    floor: Floor, first: dict[str, str | None], again: dict[str, str | None]
) -> None:
    assert floor.receive("e1", **first).is_new
    assert not floor.receive("e1", **again).is_new
    with floor.store.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_the_same_id_in_another_workspace_is_another_lead(floor: Floor) -> None:
    floor.receive("e1")
    stranger = floor.people["stranger"]
    with floor.store.transaction() as session:
        elsewhere = session.get_one(Workspace, stranger.workspace_id)
        payload = read({"email": "ada@example.com", "external_id": "e1"})
        receipt = receiving.type_in(session, elsewhere, stranger, payload, None)
        assert receipt.is_new
        cards = session.scalars(select(Card.target).order_by(Card.id)).all()
        assert cards == ["C1", "C2"]


def type_in(session: Session, by: Person, _lead_id: int) -> Lead:
    workspace = session.get_one(Workspace, by.workspace_id)
    receipt = receiving.type_in(session, workspace, by, read({"phone": "123456"}), None)
    return session.get_one(Lead, receipt.lead_id)


def test_who_may_type_in_a_lead(floor: Floor) -> None:
    for who in ("sofia", "mara", "clara", "root"):
        assert floor.do(type_in, who, 0).source == "typed"
    error = floor.refused(type_in, "guest", 0)
    assert isinstance(error, NotAllowed)
    assert "Only people with a role can add leads." in error.message
    assert "<@UROOT>" in error.message


def test_a_lead_is_attributed_to_the_campaign_of_its_code_and_stays_there(floor: Floor) -> None:
    mara = floor.people["mara"]
    with floor.store.transaction() as session:
        spring = campaigns.announce(session, mara, draft(utm_campaign="spring-1"), "token-1")
        other = campaigns.announce(
            session, mara, draft(name="Other", utm_campaign="other-1"), "token-2"
        )
    by_code = floor.receive("e1", utm_campaign=" Spring-1 ").lead_id
    floor.receive("e1", utm_campaign="other-1")  # first touch is kept
    chosen = floor.lead(utm_campaign="spring-1", campaign_id=other.id)
    unknown = floor.lead(utm_campaign="nobody-knows")
    assert by_code is not None
    with floor.store.transaction() as session:
        found = {lead.id: lead.campaign_id for lead in session.scalars(select(Lead))}
        facts = queries.facts(session, by_code)
    assert found == {by_code: spring.id, chosen: other.id, unknown: None}
    assert facts.campaign is not None
    assert (facts.campaign.id, facts.owner) == (spring.id, None)
    assert facts.offer is not None
    assert facts.offer.in_force


def test_a_campaigns_name_in_place_of_its_code_will_do_if_no_other_has_it(floor: Floor) -> None:
    mara = floor.people["mara"]
    with floor.store.transaction() as session:
        announced = [
            campaigns.announce(session, mara, draft(name=name, utm_campaign=code), f"token-{code}")
            for code, name in (("c-1", "Spring offer"), ("c-2", "Autumn  fair"),
                               ("c-3", "Autumn fair"), ("c-4", "Winter"))
        ]  # fmt: skip
    spring = floor.lead(utm_campaign=" spring  OFFER")
    twice = floor.lead(utm_campaign="Autumn fair")
    word = floor.lead(utm_campaign="Winter")  # that may be the code of another
    with floor.store.transaction() as session:
        found = {lead.id: lead.campaign_id for lead in session.scalars(select(Lead))}
    assert found == {spring: announced[0].id, twice: None, word: None}


def test_a_win_is_told_to_its_campaign_once_and_follows_what_is_put_right(floor: Floor) -> None:
    mara = floor.people["mara"]
    with floor.store.transaction() as session:
        campaigns.announce(session, mara, draft(utm_campaign="spring-1"), "token-1")
        session.execute(  # it was posted
            update(Card).where(Card.kind == "campaign").values(channel="C1", ts="1.0")
        )
    other, won = floor.lead("sofia"), floor.lead("sofia", utm_campaign="spring-1")
    floor.do("win", "sofia", other)
    floor.do("win", "sofia", won)
    assert set(wins(floor)) == {(won, "C1", True), (won, mara.slack_id, False)}
    dearer = Money(1_300_000, "EUR")
    verbs: list[str | Verb] = [
        lambda session, who, lead_id: outcomes.correct_amount(session, who, lead_id, dearer),
        outcomes.reopen,
        "win",
    ]
    for verb in verbs:
        with floor.store.transaction() as session:
            session.execute(update(Card).where(Card.kind == WIN).values(stale=False))
        floor.do(verb, "sofia", won)
        with floor.store.transaction() as session:
            assert all(session.scalars(select(Card.stale).where(Card.kind == WIN)))
    assert len(wins(floor)) == 2


def wins(floor: Floor) -> list[tuple[int, str, bool]]:
    """The messages about wins: the lead, where it goes, and whether into a thread."""
    with floor.store.transaction() as session:
        cards = session.scalars(select(Card).where(Card.kind == WIN)).all()
        return [(each.subject_id, each.target, each.parent_id is not None) for each in cards]


# ---- claim --------------------------------------------------------------------------------------


def test_a_claim_makes_an_owner(floor: Floor) -> None:
    for who in ("sofia", "clara", "root"):
        lead_id = floor.lead()
        floor.forward(minutes=4)
        lead = floor.do("claim", who, lead_id)
        assert (lead.claimed_by, lead.claimed_at) == (floor.people[who].id, floor.now)
        assert (lead.status, lead.first_response_at) == (Status.NEW, None)  # it is no contact
        assert floor.audit(lead_id)[1:] == [("claimed", who, {})]
        assert floor.is_redrawn(lead_id)


def test_who_sells_nothing_claims_nothing(floor: Floor) -> None:
    for who in ("mara", "guest"):
        error = floor.refused("claim", who, floor.lead())
        assert isinstance(error, NotAllowed)
        assert error.message.startswith("Only salespeople can claim leads.")


def test_a_lead_that_is_claimed_says_by_whom_and_since_when(floor: Floor) -> None:
    lead_id, since = floor.lead("sofia"), moment(floor.now)
    floor.forward(minutes=1)
    lost = floor.refused("claim", "ben", lead_id)
    assert isinstance(lost, AlreadyClaimed)
    assert lost.message.startswith(f"<@USOFIA> claimed this lead {since}")
    twice = floor.refused("claim", "sofia", lead_id)
    assert isinstance(twice, AlreadyYours)
    assert since in twice.message


# ---- who may act on a lead ----------------------------------------------------------------------


def test_a_lead_of_another_workspace_does_not_exist(floor: Floor) -> None:
    waiting, owned = floor.lead(), floor.lead("sofia")
    for verb in VERBS:
        assert isinstance(floor.refused(verb, "stranger", waiting), NotFound)
        assert isinstance(floor.refused(verb, "stranger", owned), NotFound)
        assert isinstance(floor.refused(verb, "root", owned + 1), NotFound)


def test_what_nobody_owns_has_to_be_claimed_first(floor: Floor) -> None:
    lead_id = floor.lead()
    for verb in OWNERS_VERBS:
        for who in floor.people.keys() - {"stranger"}:
            assert isinstance(floor.refused(verb, who, lead_id), NotClaimed)


def test_only_the_owner_acts_on_a_lead(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    for verb in OWNERS_VERBS:
        for who in ("ben", "mara", "guest"):
            error = floor.refused(verb, who, lead_id)
            assert isinstance(error, NotYours)
            assert error.message.startswith("<@USOFIA> owns this lead. Only they or a manager can ")


def test_the_owner_and_who_leads_others_may(floor: Floor) -> None:
    for verb in OWNERS_VERBS:
        for who in ("sofia", "clara", "root"):
            lead_id = floor.lead("sofia")
            floor.do(verb, who, lead_id)
            asked_only = verb in ("rateable", "closeable")
            assert floor.is_redrawn(lead_id) != asked_only
            assert [name for _, name, _ in floor.audit(lead_id)[2:]] == [who] * (not asked_only)


@pytest.mark.parametrize(("end", "word"), [("win", "won"), ("lose", "lost")])
def test_a_lead_that_has_ended_stays_as_it_is(floor: Floor, end: str, word: str) -> None:
    lead_id = floor.lead("sofia")
    floor.do(end, "sofia", lead_id)
    for verb in VERBS.keys() - {"rate", "rateable"}:
        for who in ("sofia", "clara"):
            error = floor.refused(verb, who, lead_id)
            assert isinstance(error, AlreadyClosed)
            assert word in error.message
    assert isinstance(floor.refused("claim", "ben", lead_id), AlreadyClosed)


# ---- release, contact ---------------------------------------------------------------------------


def test_a_manager_releases_a_lead_and_another_claims_it(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    lead = floor.do("release", "clara", lead_id)
    assert (lead.claimed_by, lead.claimed_at, lead.status) == (None, None, Status.NEW)
    was = {"owner_id": floor.people["sofia"].id}
    assert floor.audit(lead_id)[-1] == ("released", "clara", was)
    assert isinstance(floor.refused("contacted", "sofia", lead_id), NotClaimed)
    floor.do("claim", "ben", lead_id)
    assert isinstance(floor.refused("claim", "sofia", lead_id), AlreadyClaimed)


def test_the_earliest_contact_stays(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    floor.forward(minutes=5)
    first = floor.do("contacted", "sofia", lead_id).first_response_at
    assert first == floor.now
    floor.forward(hours=2)
    again = floor.refused("contacted", "sofia", lead_id)
    assert isinstance(again, AlreadyContacted)
    assert moment(first) in again.message
    floor.do("release", "sofia", lead_id)
    floor.do("claim", "ben", lead_id)
    assert isinstance(floor.refused("contacted", "ben", lead_id), AlreadyContacted)
    assert floor.do("win", "ben", lead_id).first_response_at == first


@pytest.mark.parametrize("end", ["win", "lose"])
def test_an_end_is_a_response_where_none_was_noted(floor: Floor, end: str) -> None:
    lead_id = floor.lead("sofia")
    floor.forward(days=1)
    lead = floor.do(end, "sofia", lead_id)
    assert (lead.first_response_at, lead.closed_at) == (floor.now, floor.now)


# ---- rating -------------------------------------------------------------------------------------


def rated(rating: Rating, reason: str = "") -> Verb:
    return lambda session, who, lead_id: outcomes.rate(session, who, lead_id, rating, reason)


def test_a_low_rating_needs_a_reason(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    for rating in (Rating.WEAK, Rating.JUNK):
        for blank in ("", " \n"):
            assert isinstance(floor.refused(rated(rating, blank), "sofia", lead_id), ReasonMissing)
    for rating in Rating:
        lead = floor.do(rated(rating, " Student "), "sofia", lead_id)
        assert (lead.rating, lead.rating_reason, lead.rated_at) == (rating, "Student", NINE)
        noted = {"rating": rating.value, "reason": "Student"}
        assert floor.audit(lead_id)[-1] == ("rated", "sofia", noted)


def test_a_rating_replaces_the_one_before(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    floor.do(rated(Rating.WEAK, "Student"), "sofia", lead_id)
    same = floor.refused(rated(Rating.WEAK, "Student "), "sofia", lead_id)
    assert isinstance(same, AlreadyRated)
    assert same.message == "This lead is already rated weak. Nothing was changed."
    assert floor.do(rated(Rating.WEAK, "Other"), "clara", lead_id).rating_reason == "Other"
    floor.forward(hours=1)
    lead = floor.do(rated(Rating.GREAT), "sofia", lead_id)
    assert (lead.rating, lead.rating_reason, lead.rated_at) == (Rating.GREAT, None, floor.now)
    assert isinstance(floor.refused(rated(Rating.GREAT), "sofia", lead_id), AlreadyRated)
    events = [event_type for event_type, _, _ in floor.audit(lead_id)]
    assert events == ["received", "claimed", "rated", "rated", "rated"]


@pytest.mark.parametrize("end", ["win", "lose"])
def test_a_lead_that_has_ended_can_still_be_rated(floor: Floor, end: str) -> None:
    lead_id = floor.lead("sofia")
    status = floor.do(end, "sofia", lead_id).status
    lead = floor.do(rated(Rating.GOOD), "sofia", lead_id)
    assert (lead.rating, lead.status) == (Rating.GOOD, status)
    assert isinstance(floor.refused(rated(Rating.GREAT), "ben", lead_id), NotYours)


# ---- qualified, with what is expected -----------------------------------------------------------

JULY = date(2026, 7, 15)


def qualified(amount: Money | None = None, close_on: date | None = None) -> Verb:
    expected = outcomes.Expectation(amount, close_on)
    return lambda session, who, lead_id: outcomes.qualify(session, who, lead_id, expected)


def expected_of(lead: Lead) -> tuple[Money | None, date | None]:
    return lead.expected_amount, lead.expected_on


def test_a_lead_is_qualified_with_what_is_expected_of_it_or_without(floor: Floor) -> None:
    plain, lead_id = floor.lead("sofia"), floor.lead("sofia")
    lead = floor.do(qualified(), "sofia", plain)
    assert (lead.status, *expected_of(lead)) == (Status.QUALIFIED, None, None)
    assert isinstance(floor.refused(qualified(Money(0, "EUR")), "sofia", lead_id), AmountMissing)
    yesterday = qualified(PRICE, NINE.date() - timedelta(days=1))
    assert isinstance(floor.refused(yesterday, "sofia", lead_id), outcomes.DayIsPast)
    assert expected_of(floor.do(qualified(PRICE, NINE.date()), "sofia", lead_id)) == (
        PRICE, NINE.date(),
    )  # fmt: skip


def test_what_is_expected_can_be_changed_while_the_lead_is_open(floor: Floor) -> None:
    def expect(amount: Money | None, close_on: date | None, **details: str) -> Verb:
        expected = outcomes.Expectation(amount, close_on)
        return lambda session, who, lead_id: editing.edit(
            session, who, lead_id, DETAILS | details, expected
        )

    lead_id = floor.lead("sofia")
    floor.do(_edit(), "sofia", lead_id)
    floor.do(qualified(PRICE, NINE.date()), "sofia", lead_id)
    floor.forward(days=1)
    # The day has passed; that keeps nobody from changing something else.
    floor.do(expect(PRICE, NINE.date(), company="Analytical Engines"), "sofia", lead_id)
    early = expect(PRICE, NINE.date() - timedelta(days=1))
    assert isinstance(floor.refused(early, "sofia", lead_id), outcomes.DayIsPast)
    floor.forward(minutes=1)
    before = _columns(floor, lead_id)
    cheaper = Money(900_000, "EUR")
    lead = floor.do(expect(cheaper, JULY, company="Analytical Engines"), "sofia", lead_id)
    assert expected_of(lead) == (cheaper, JULY)
    changed = {"fields": ["expected_amount", "expected_on"]}
    assert floor.audit(lead_id)[-1] == ("edited", "sofia", changed)
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    assert _columns(floor, lead_id) == before
    floor.do(won(1), "sofia", lead_id)
    assert isinstance(floor.refused(expect(None, None), "sofia", lead_id), claiming.AlreadyClosed)
    assert expected_of(floor.do(_edit(), "sofia", lead_id)) == (PRICE, NINE.date())


# ---- won and lost -------------------------------------------------------------------------------


def won(minor: int) -> Verb:
    return lambda session, who, lead_id: outcomes.win(session, who, lead_id, Money(minor, "EUR"))


def lost(disposition: Disposition, note: str = "", **more: Any) -> Verb:
    ending = outcomes.Ending(disposition, note, **more)
    return lambda session, who, lead_id: outcomes.lose(session, who, lead_id, ending)


def test_a_lead_is_won_with_its_amount(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    assert isinstance(floor.refused(won(0), "sofia", lead_id), AmountMissing)
    lead = floor.do(won(1_250_000), "sofia", lead_id)
    assert (lead.status, str(lead.won_amount)) == (Status.WON, "12,500 EUR")
    assert lead.is_closed
    noted = {"minor": 1_250_000, "currency": "EUR"}
    assert floor.audit(lead_id)[-1] == ("won", "sofia", noted)


def test_a_lead_is_lost_with_its_reason(floor: Floor) -> None:
    unclear = lost(Disposition.NO_FIT, " ")
    assert isinstance(floor.refused(unclear, "sofia", floor.lead("sofia")), ReasonMissing)
    for disposition in set(Disposition) - {Disposition.BAD_TIMING, Disposition.UNABLE_TO_REACH}:
        lead_id = floor.lead("sofia")
        lead = floor.do(lost(disposition, " Needs an API "), "sofia", lead_id)
        assert (lead.status, lead.disposition) == (Status.LOST, disposition)
        assert (lead.disposition_note, lead.won_amount) == ("Needs an API", None)
        noted = {"disposition": disposition.value, "note": "Needs an API"}
        assert floor.audit(lead_id)[-1] == ("lost", "sofia", noted)


def test_nobody_gives_up_before_the_attempts_that_are_promised(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    soon = lost(Disposition.UNABLE_TO_REACH, attempts=2)
    assert "try 3 times" in floor.refused(soon, "sofia", lead_id).message
    floor.do(lost(Disposition.UNABLE_TO_REACH, attempts=3), "sofia", lead_id)
    noted = {"disposition": "unable_to_reach", "note": None, "attempts": 3}
    assert floor.audit(lead_id)[-1] == ("lost", "sofia", noted)


def test_a_bad_time_asks_for_a_better_one(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    for day in (None, clock.now().date()):
        early = lost(Disposition.BAD_TIMING, wake_on=day)
        assert isinstance(floor.refused(early, "sofia", lead_id), claiming.DayIsOver)


# ---- from outside -------------------------------------------------------------------------------

CRM = {"via": "HubSpot"}


def outside(floor: Floor, lead_id: int, verb: Callable[..., bool], *args: Any, **more: Any) -> bool:
    """What a CRM does, done twice: the second time changes nothing."""
    with floor.store.transaction() as session:
        lead = queries.find(session, floor.workspace.id, lead_id)
        changed = verb(session, lead, *args, "HubSpot", **more)
    before = floor.state()
    with floor.store.transaction() as session:
        lead = queries.find(session, floor.workspace.id, lead_id)
        assert not verb(session, lead, *args, "HubSpot", **more)
    assert floor.state() == before
    return changed


def refused_outside(floor: Floor, lead_id: int, verb: Callable[..., bool], *args: Any) -> str:
    def act(session: Session, _who: Person, lead_id: int) -> Lead:
        lead = session.get_one(Lead, lead_id)
        verb(session, lead, *args, "HubSpot")
        return lead

    return floor.refused(act, "root", lead_id).message


def find(floor: Floor, lead_id: int) -> Lead:
    with floor.store.transaction() as session:
        return queries.find(session, floor.workspace.id, lead_id)


def told_to(floor: Floor, who: str) -> list[str]:
    """What a person was told of steps."""
    with floor.store.transaction() as session:
        mine = (Card.kind == notices.STEP, Card.target == floor.people[who].slack_id)
        ids = session.scalars(select(Card.subject_id).where(*mine).order_by(Card.id)).all()
        return [_step_text(session, step_id) for step_id in ids]


def _step_text(session: Session, step_id: int) -> str:
    taken = queries.step_facts(session, step_id)
    if taken.step.step == EscalationStep.GIVEN:
        return notifications.details(taken, queries.facts(session, taken.lead.id)).text
    return notifications.step(taken).text


def card_of(floor: Floor, lead_id: int) -> str:
    with floor.store.transaction() as session:
        blocks = card(queries.facts(session, lead_id)).blocks
    return json.dumps(blocks, ensure_ascii=False)


@pytest.mark.parametrize("owner", [None, "sofia"])
def test_a_crm_takes_a_lead_all_the_way_whoever_owns_it(floor: Floor, owner: str | None) -> None:
    lead_id, at = floor.lead(owner), {}
    for stage in external_changes.Stage:
        floor.forward(minutes=1)
        at[stage] = floor.now
        is_news = outside(
            floor, lead_id, external_changes.set_stage, stage, amount=PRICE, note="No budget"
        )
        assert is_news
    lead = find(floor, lead_id)
    assert (lead.status, lead.disposition, lead.disposition_note) == ("lost", None, "No budget")
    assert (lead.first_response_at, lead.won_amount) == (at[external_changes.Stage.CONTACTED], None)
    assert lead.qualified_at == at[external_changes.Stage.QUALIFIED]
    assert [event_type for event_type, _, _ in floor.audit(lead_id)[-6:]] == [
        "noted", "contacted", "qualified", "won", "reopened", "lost",
    ]  # fmt: skip
    assert all(
        (who, facts["via"]) == (None, "HubSpot") for _, who, facts in floor.audit(lead_id)[-6:]
    )
    assert floor.is_redrawn(lead_id)
    shown = card_of(floor, lead_id)
    assert "lost (No budget) via HubSpot" in shown
    with floor.store.transaction() as session:
        modal = str(lead_modal.modal(queries.facts(session, lead_id)).to_dict())
    assert re.search(r"contacted <!date\S+ \S+ \S+ UTC> via HubSpot", modal)
    assert outside(
        floor, lead_id, external_changes.set_stage, external_changes.Stage.WON, amount=PRICE
    )
    assert "won *12,500 EUR* via HubSpot" in card_of(floor, lead_id)


def test_an_open_lead_never_goes_back_and_a_closed_one_is_reopened(floor: Floor) -> None:
    for end in ("win", "lose"):
        lead_id = floor.lead("sofia")
        floor.do(outcomes.qualify, "sofia", lead_id)
        for stage in (
            external_changes.Stage.OPEN,
            external_changes.Stage.CONTACTED,
            external_changes.Stage.QUALIFIED,
        ):
            assert not outside(floor, lead_id, external_changes.set_stage, stage)
        floor.forward(minutes=1)
        floor.do(end, "sofia", lead_id)
        assert outside(floor, lead_id, external_changes.set_stage, external_changes.Stage.OPEN)
        lead = find(floor, lead_id)
        assert (lead.status, lead.won_amount, lead.closed_at) == (Status.QUALIFIED, None, None)


def test_a_lead_is_not_reopened_from_outside_beside_another_that_is_open(floor: Floor) -> None:
    lead_id = floor.lead("sofia", email="ada@example.com")
    floor.do("lose", "sofia", lead_id)
    other = floor.lead(email="ada@example.com")
    refused = refused_outside(
        floor, lead_id, external_changes.set_stage, external_changes.Stage.OPEN
    )
    assert f"#{other}" in refused
    assert outside(
        floor, lead_id, external_changes.set_stage, external_changes.Stage.WON, amount=PRICE
    )


def test_what_is_won_outside_needs_an_amount_and_takes_another(floor: Floor) -> None:
    lead_id = floor.lead()
    for none in (None, Money(0, "EUR"), Money(-1, "EUR")):

        def win(session: Session, lead: Lead, by: str, amount: Money | None = none) -> bool:
            return external_changes.set_stage(
                session, lead, external_changes.Stage.WON, by, amount=amount
            )

        assert "above zero" in refused_outside(floor, lead_id, win)
    assert "Only a lead that was won" in refused_outside(
        floor, lead_id, external_changes.set_amount, PRICE
    )
    assert outside(
        floor, lead_id, external_changes.set_stage, external_changes.Stage.WON, amount=PRICE
    )
    more = Money(PRICE.minor + 1, "EUR")
    assert outside(floor, lead_id, external_changes.set_amount, more)
    assert floor.audit(lead_id)[-1] == ("corrected", None, CRM | {
        "minor": more.minor, "currency": "EUR", "from_minor": PRICE.minor, "from_currency": "EUR",
    })  # fmt: skip
    assert outside(
        floor, lead_id, external_changes.set_stage, external_changes.Stage.WON, amount=PRICE
    )
    assert find(floor, lead_id).won_amount == PRICE


def test_a_crm_gives_a_lead_to_somebody_and_takes_it_back(floor: Floor) -> None:
    lead_id, sofia, ben = floor.lead(), floor.people["sofia"], floor.people["ben"]
    floor.forward(minutes=2)
    assert outside(floor, lead_id, external_changes.set_owner, sofia)
    lead = find(floor, lead_id)
    assert (lead.claimed_by, lead.first_claimed_by) == (sofia.id, sofia.id)
    assert lead.first_claimed_at == floor.now
    assert floor.audit(lead_id)[-1] == (
        "reassigned", None, CRM | {"from_id": None, "to_id": sofia.id},
    )  # fmt: skip
    assert outside(floor, lead_id, external_changes.set_owner, ben)
    assert "with <@UBEN> now. Somebody handed it over via HubSpot." in told_to(floor, "sofia")[-1]
    assert outside(floor, lead_id, external_changes.set_owner, None)
    assert "is no longer yours" in told_to(floor, "ben")[0]
    assert "somebody via HubSpot gave it back to the channel" in told_to(floor, "ben")[1]
    for nobody in ("mara", "stranger"):
        refused_outside(floor, lead_id, external_changes.set_owner, floor.people[nobody])
    floor.do("claim", "sofia", lead_id)
    floor.do("win", "sofia", lead_id)
    assert "closed as won" in refused_outside(floor, lead_id, external_changes.set_owner, ben)


def test_a_merged_lead_is_changed_where_it_goes_on(floor: Floor) -> None:
    lead_id, into = floor.lead(), floor.lead()
    with floor.store.transaction() as session:
        merging.merge(session, floor.people["root"], lead_id, into)
    for verb, value in (
        (external_changes.set_owner, floor.people["sofia"]), (external_changes.set_amount, PRICE),
        (external_changes.set_stage, external_changes.Stage.CONTACTED),
        (external_changes.add_note, "Hello"),
    ):  # fmt: skip
        assert f"#{into}" in refused_outside(floor, lead_id, verb, value)


def test_a_note_from_outside_is_kept_once_with_where_it_came_from(floor: Floor) -> None:
    lead_id = floor.lead()
    assert outside(floor, lead_id, external_changes.add_note, "Wants *40* seats")
    assert not outside(floor, lead_id, external_changes.add_note, "  ")
    shown = card_of(floor, lead_id)
    assert "via HubSpot, " in shown
    assert shown.count("seats") == 1


def test_what_a_crm_closed_waits_for_nobody(floor: Floor) -> None:
    """It is offered and kept for nobody any more, and the pages of those who could claim it are
    drawn."""
    lead_id = floor.lead()
    with floor.store.transaction() as session:
        lead = session.get_one(Lead, lead_id)
        lead.suggested_to = lead.reserved_for = floor.people["sofia"].id
        lead.reserved_until = floor.now + timedelta(minutes=1)
        slack.show(session, floor.workspace.id, slack.HOME, floor.people["ben"].id, "UBEN")
        session.execute(text("DELETE FROM procrastinate_jobs"))
    assert outside(floor, lead_id, external_changes.set_stage, external_changes.Stage.LOST)
    lead = find(floor, lead_id)
    assert (lead.suggested_to, lead.reserved_for, lead.reserved_until) == (None, None, None)
    with floor.store.transaction() as session:
        names = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert home_tabs.REFRESH in names


# ---- reading ------------------------------------------------------------------------------------


def test_everyone_finds_what_is_theirs_the_longest_waiting_first(floor: Floor) -> None:
    ids = []
    for _ in range(6):
        ids.append(floor.lead())
        floor.forward(minutes=1)
    for number in (3, 2, 1):
        floor.do("claim", "sofia", ids[number])
        floor.forward(minutes=1)
    floor.do("win", "sofia", ids[1])
    sofia, ben, here = floor.people["sofia"], floor.people["ben"], floor.workspace.id
    elsewhere = floor.people["stranger"].workspace_id
    with floor.store.transaction() as session:
        to_call = queries.mine(session, sofia, Mine.TO_CALL, 10)
        assert [lead.id for lead in to_call] == [ids[3], ids[2]]
        second = queries.mine(session, sofia, Mine.TO_CALL, 1, 1)
        assert [lead.id for lead in second] == [ids[2]]
        for which in (Mine.TO_RATE, Mine.CLOSED):
            assert [lead.id for lead in queries.mine(session, sofia, which, 10)] == [ids[1]]
        assert dict(queries.count_mine(session, sofia)) == {
            Mine.TO_CALL: 2, Mine.IN_WORK: 0, Mine.STALLED: 0, Mine.SNOOZED: 0, Mine.TO_RATE: 1,
            Mine.CLOSED: 1,
        }  # fmt: skip
        assert [lead.id for lead in queries.waiting(session, here, 2)] == [ids[0], ids[4]]
        assert queries.count_waiting(session, here) == 3
        assert queries.count_received(session, here, NINE) == 6
        assert not any(queries.count_mine(session, ben).values())
        assert not queries.waiting(session, elsewhere, 10)
        assert queries.count_waiting(session, elsewhere) == 0
    floor.do("rate", "sofia", ids[1])
    with floor.store.transaction() as session:
        assert not queries.mine(session, sofia, Mine.TO_RATE, 10)
    floor.do("contacted", "sofia", ids[2])
    with floor.store.transaction() as session:
        claiming.snooze(session, sofia, ids[3], clock.now() + timedelta(hours=1))
        session.flush()
        for which, lead_id in ((Mine.IN_WORK, ids[2]), (Mine.SNOOZED, ids[3])):
            assert [lead.id for lead in queries.mine(session, sofia, which, 9)] == [lead_id]
        assert queries.workload(session, sofia).overdue == 0, "it is looked at again in an hour"
        pause = outcomes.Ending(
            Disposition.BAD_TIMING, wake_on=(clock.now() + timedelta(days=9)).date()
        )
        outcomes.lose(session, sofia, ids[2], pause)
        session.flush()
        paused = queries.mine(session, sofia, Mine.SNOOZED, 9)
        assert [lead.id for lead in paused] == [ids[3], ids[2]]
        assert lists.when(paused[1]).startswith("paused until")


# ---- whatever happens ---------------------------------------------------------------------------

STEPS = st.tuples(
    st.sampled_from(sorted(VERBS.keys() - {"rateable", "closeable"})),
    st.sampled_from(["sofia", "ben", "clara", "mara"]),
)


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=12))
def test_whatever_people_do_a_lead_keeps_its_rules(
    floor: Floor, steps: list[tuple[str, str]]
) -> None:
    """Every event that is done stands in the audit, and keeps what a lead promises of itself."""
    lead_id = floor.lead()
    done, first, owner = 1, None, None
    for verb, who in steps:
        floor.forward(minutes=1)
        try:
            lead = floor.do(verb, who, lead_id)
        except HandoffError:
            continue
        done += 1
        first = first or lead.first_response_at
        owner = {"claim": floor.people[who].id, "release": None}.get(verb, owner)
        assert lead.claimed_by == owner
        assert (lead.claimed_at is None) == (owner is None)
        assert lead.first_response_at == first
        assert lead.is_closed == (lead.closed_at is not None)
        assert (lead.won_amount is not None) == (lead.status == Status.WON)
        assert (lead.disposition is not None) == (lead.status == Status.LOST)
    assert len(floor.audit(lead_id)) == done


def test_one_phone_and_many_addresses_at_once_are_one_person_and_nobody_waits_for_ever(
    store: Store,
) -> None:
    """Each brings a key of its own to the same contact; a deadlock would raise in one of them."""
    workspace = install(store)

    def send(number: int) -> None:
        for each in range(5):
            facts = {"email": f"ada{number}-{each}@example.com", "phone": "+49 30 23125001"}
            with store.transaction() as session:
                sent = RawSubmission(
                    "api", "website", json.dumps(facts).encode(), "application/json"
                )
                receiving.receive(session, workspace, [sent])

    at_once([partial(send, number) for number in range(8)])
    with store.transaction() as session:
        assert session.scalars(select(func.count()).select_from(Lead)).one() == 1
        assert session.scalars(select(func.count()).select_from(Touch)).one() == 39


# ---- handing over -------------------------------------------------------------------------------


def by_salesperson(floor: Floor) -> dict[Any, metrics.Figures]:
    """What the report says of each salesperson's claims and first responses."""
    today = metrics.Period(floor.now.date(), floor.now.date() + timedelta(days=1))
    with floor.store.transaction() as session:
        while escalation.sweep(session):
            pass
        found = metrics.compute(
            session, floor.people["sofia"].workspace_id, today, by=metrics.By.SALESPERSON,
            only=["claimed", "claim_median", "response_median"],
        )  # fmt: skip
    return dict(found.by)


def test_a_handover_says_who_why_and_what_was_said(floor: Floor) -> None:
    lead_id = floor.lead("sofia", first_name="Ada")
    floor.forward(minutes=2)
    floor.do("contacted", "sofia", lead_id)
    before, figures = find(floor, lead_id), by_salesperson(floor)
    floor.forward(minutes=5)
    floor.do(
        lambda session, who, lead: claiming.reassign(
            session, who, lead, floor.people["ben"].id, "Wants *40* seats", HandoverReason.TOO_BUSY
        ),
        "clara",
        lead_id,
    )
    assert floor.audit(lead_id)[-1][2]["reason"] == "too_busy"
    given = "Handed over by <@UCLARA>: too busy"
    assert told_to(floor, "ben") == [f"*Ada* (#{lead_id}) is yours. {given}."]
    assert told_to(floor, "sofia") == [
        f"*Ada* (#{lead_id}) is with <@UBEN> now. <@UCLARA> handed it over: too busy."
    ]
    shown = card_of(floor, lead_id)
    assert given in shown
    assert "40" in shown
    with floor.store.transaction() as session:
        modal = lead_modal.modal(queries.facts_for(session, floor.people["mara"], lead_id))
    assert "handed over by <@UCLARA>: too busy" in str(modal.to_dict())
    after = find(floor, lead_id)
    kept = ("first_claimed_by", "first_claimed_at", "first_response_at")
    assert [getattr(after, each) for each in kept] == [getattr(before, each) for each in kept]
    assert by_salesperson(floor) == figures
    floor.do(_undo_of(floor, "clara", lead_id), "clara", lead_id)
    assert told_to(floor, "ben") == [f"*Ada* (#{lead_id}) is no longer yours."]
    assert given not in card_of(floor, lead_id)


def test_who_asked_for_a_lead_hears_that_it_is_theirs_also_the_second_time(floor: Floor) -> None:
    lead_id = floor.lead("ben", first_name="Ada")
    _hand_over(floor, "ben", "sofia", lead_id)
    _hand_over(floor, "sofia", "ben", lead_id)
    sentences = told_to(floor, "ben")
    assert sentences[-1] == f"*Ada* (#{lead_id}) is yours. Handed over by <@USOFIA>."


def _hand_over(floor: Floor, who: str, to: str, lead_id: int) -> None:
    """The colleague asks for the lead, and its owner agrees."""
    floor.do(absences.take_over, to, lead_id)
    with floor.store.transaction() as session:
        step_id = session.scalars(
            select(LeadStep.id)
            .where(LeadStep.step == EscalationStep.ASKED)
            .order_by(LeadStep.id.desc())
            .limit(1)
        ).one()
    floor.do(lambda session, person, _: absences.agree(session, person, step_id), who, lead_id)


def test_the_owner_hears_what_a_colleague_decided_about_their_lead(floor: Floor) -> None:
    lead_id = floor.lead("sofia", first_name="Ada")
    no_fit = outcomes.Ending(Disposition.NO_FIT, "No *English* support")
    pause = outcomes.Ending(Disposition.BAD_TIMING, wake_on=floor.now.date() + timedelta(days=9))
    lose = partial(outcomes.lose, ending=no_fit)
    name = f"*Ada* (#{lead_id})"
    floor.do("win", "sofia", lead_id)
    assert told_to(floor, "sofia") == []
    for verb, expected in (
        (outcomes.reopen, f"<@UCLARA> reopened {name}. It's open again."),
        (lose, f"<@UCLARA> closed {name} as lost: no fit.\n> No *\u200bEnglish* support"),
        (outcomes.reopen, f"<@UCLARA> reopened {name}. It's open again."),
        (partial(outcomes.lose, ending=pause), f"<@UCLARA> paused {name} until "),
        ("win", f"<@UCLARA> won {name}: {PRICE}."),
    ):
        floor.forward(minutes=1)
        floor.do(verb, "clara", lead_id)
        [sentence] = told_to(floor, "sofia")
        assert sentence.startswith(expected)
    floor.do(_undo_of(floor, "clara", lead_id), "clara", lead_id)
    assert told_to(floor, "sofia") == [f"<@UCLARA> undid what they did with {name}."]


# ---- undo ---------------------------------------------------------------------------------------


def _undo_of(floor: Floor, who: str, lead_id: int) -> Verb:
    """Undo of what this person sees in the lead's modal."""
    with floor.store.transaction() as session:
        events = queries.facts_for(session, floor.people[who], lead_id).undoable
    return lambda session, person, _: undoing.undo(session, person, events[-1].id)


def _columns(floor: Floor, lead_id: int) -> dict[str, Any]:
    lead = find(floor, lead_id)
    moved = {"step_started_at", "next_check_at", "assignment_no", "call_attempts"}
    return {c.name: getattr(lead, c.name) for c in Lead.__table__.c if c.name not in moved}


def _hand_to_ben(session: Session, floor: Floor, who: Person, lead_id: int) -> Lead:
    return claiming.reassign(session, who, lead_id, floor.people["ben"].id, "Wants 40 seats")


def test_each_step_can_be_undone_for_ten_minutes(floor: Floor) -> None:
    def steps(lead_id: int) -> dict[str, Verb]:
        call = calls.Call(CallResult.REACHED, "It was busy", Rating.GOOD)
        return {
            "contacted": outcomes.contacted,
            "qualify": qualified(PRICE, JULY),
            "call": lambda session, who, lead: calls.log_call(session, who, lead, call),
            "snooze": lambda session, who, lead: claiming.snooze(
                session, who, lead, floor.now + timedelta(days=1)
            ),
            "hand over": lambda session, *args: _hand_to_ben(session, floor, *args),
        } | {name: OWNERS_VERBS[name] for name in ("release", "rate", "win", "lose")}

    for name in steps(0):
        lead_id = floor.lead("sofia")
        floor.forward(minutes=1)
        before = _columns(floor, lead_id)
        floor.do(steps(lead_id)[name], "sofia", lead_id)
        assert _columns(floor, lead_id) != before, name
        undo = _undo_of(floor, "sofia", lead_id)
        floor.forward(minutes=9)
        floor.do(undo, "sofia", lead_id)
        assert _columns(floor, lead_id) == before, name
        count = len(floor.audit(lead_id))
        floor.do(undo, "sofia", lead_id)  # the second click of a double click
        assert len(floor.audit(lead_id)) == count


def _claimed(floor: Floor) -> int:
    """How many leads the report calls claimed."""
    today = metrics.Period(floor.now.date(), floor.now.date() + timedelta(days=1))
    with floor.store.transaction() as session:
        workspace_id = floor.people["sofia"].workspace_id
        return metrics.compute(session, workspace_id, today).total.count("claimed")


def test_a_claim_that_is_undone_is_none(floor: Floor) -> None:
    lead_id = floor.lead()
    before = _columns(floor, lead_id)
    floor.do("claim", "sofia", lead_id)
    assert _claimed(floor) == 1
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    assert _claimed(floor) == 0
    assert _columns(floor, lead_id) == before
    assert floor.do("claim", "ben", lead_id).first_claimed_by == floor.people["ben"].id


def test_what_was_typed_stays_when_its_step_is_undone(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    floor.forward(minutes=1)
    call = calls.Call(CallResult.NO_ANSWER, "Ask for Ada", Rating.GOOD)
    floor.do(lambda session, who, lead: calls.log_call(session, who, lead, call), "sofia", lead_id)
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    with floor.store.transaction() as session:
        facts = queries.facts(session, lead_id)
    assert facts.lead.rating is None
    assert "Ask for Ada" in facts.notes[0][0].text
    assert len(facts.attempts) == 1


def test_a_step_is_not_undone_late_or_after_another_or_by_somebody_else(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    floor.forward(minutes=1)
    floor.do("contacted", "sofia", lead_id)
    undo = _undo_of(floor, "sofia", lead_id)
    assert isinstance(floor.refused(undo, "ben", lead_id), NotFound)
    floor.do(outcomes.qualify, "clara", lead_id)
    assert isinstance(floor.refused(undo, "sofia", lead_id), undoing.ChangedSince)
    lead_id = floor.lead("sofia")
    undo = _undo_of(floor, "sofia", lead_id)
    floor.forward(minutes=11)
    assert isinstance(floor.refused(undo, "sofia", lead_id), undoing.TooLate)


DETAILS = {
    "first_name": "Ada", "last_name": "Lovelace", "company": "Engines", "job_title": None,
    "country": "Germany", "email": "Ada@Engines.example", "phone": "030 23125001",
}  # fmt: skip


def _edit(**details: str | None) -> Verb:
    return lambda session, who, lead: editing.edit(session, who, lead, DETAILS | details)


def test_details_are_put_right_and_this_can_be_undone(floor: Floor) -> None:
    lead_id = floor.lead("sofia", last_name="Lovlace", phone="+49 30 1")
    before = _columns(floor, lead_id)
    floor.forward(minutes=1)
    lead = floor.do(_edit(), "sofia", lead_id)
    assert (lead.name, lead.company, lead.country) == ("Ada Lovelace", "Engines", "DE")
    assert (lead.email_key, lead.phone_e164) == ("ada@engines.example", "+493023125001")
    changed = ["company", "country", "email", "first_name", "last_name", "phone"]
    assert floor.audit(lead_id)[-1] == ("edited", "sofia", {"fields": changed})
    assert isinstance(floor.refused(_edit(), "sofia", lead_id), editing.NothingEdited)
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    assert _columns(floor, lead_id) == before


def test_who_writes_again_with_the_right_address_is_known(floor: Floor) -> None:
    lead_id, other_id = floor.lead("sofia"), floor.lead("ben", email="eve@example.com")
    floor.do(_edit(email="ada@right.example", phone=None), "sofia", lead_id)
    assert floor.lead(email="ada@right.example") == lead_id
    floor.do(_edit(email="eve@example.com", phone=None), "sofia", lead_id)
    assert floor.lead(email="eve@example.com") == other_id


def test_a_mistyped_address_is_nobodys_once_it_is_put_right(floor: Floor) -> None:
    lead_id = floor.lead("sofia", email="ada@example.com")
    floor.do(_edit(email="bob@example.com", phone=None), "sofia", lead_id)
    floor.forward(minutes=1)
    floor.do(_edit(email="carl@example.com", phone="030 23125002"), "sofia", lead_id)
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    assert floor.lead(email="carl@example.com", phone="+493023125002") != lead_id
    assert floor.lead(email="bob@example.com") == lead_id  # as the lead says again
    floor.forward(minutes=1)
    floor.do(_edit(email="dora@example.com", phone=None), "sofia", lead_id)
    floor.do(_edit(email="eve@example.com", phone=None), "sofia", lead_id)
    assert floor.lead(email="dora@example.com") != lead_id
    for theirs in ("ada@example.com", "bob@example.com", "eve@example.com"):
        assert floor.lead(email=theirs) == lead_id


def test_a_mistyped_address_that_undo_brought_back_can_still_be_put_right(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    for address in ("bob@example.com", "carl@example.com"):
        floor.forward(minutes=1)
        floor.do(_edit(email=address, phone=None), "sofia", lead_id)
    floor.do(_undo_of(floor, "sofia", lead_id), "sofia", lead_id)
    floor.do(_edit(email="ada@example.com", phone=None), "sofia", lead_id)
    assert floor.lead(email="bob@example.com") != lead_id
    assert floor.lead(email="carl@example.com") != lead_id


def test_a_mistyped_address_that_a_colleagues_lead_says_stays_theirs(floor: Floor) -> None:
    lead_id = floor.lead("sofia", email="ada@example.com", phone="030 23125001")
    floor.do(_edit(email="bob@example.com", phone="030 23125002"), "sofia", lead_id)
    floor.do("win", "sofia", lead_id)
    newer_id = floor.lead("ben", email="ada@example.com", phone="030 23125002")
    floor.do(_edit(email="bob@example.com"), "ben", newer_id)
    floor.do(_edit(email="ada@example.com"), "sofia", lead_id)
    assert floor.lead(email="bob@example.com") == newer_id


def test_a_number_that_was_typed_stays_once_its_customer_has_written_with_it(floor: Floor) -> None:
    lead_id = floor.lead("sofia", email="ada@example.com")
    floor.do(_edit(email="ada@example.com", phone="030 23125002"), "sofia", lead_id)
    assert floor.lead(email="ada@example.com", phone="+49 30 23125002") == lead_id
    floor.do(_edit(email="ada@example.com", phone="030 23125003"), "sofia", lead_id)
    assert floor.lead(email=None, phone="030 23125002") == lead_id


def test_a_mistyped_address_goes_also_where_the_lead_was_merged_since(floor: Floor) -> None:
    lead_id, other_id = floor.lead("sofia", email="ada@example.com"), floor.lead("sofia")
    floor.do(_edit(email="bob@example.com", phone=None), "sofia", lead_id)
    floor.do(partial(merging.merge, into_id=lead_id), "sofia", other_id)
    floor.do(_edit(email="ada@example.com", phone=None), "sofia", lead_id)
    assert floor.do(merging.unmerge, "sofia", other_id).id == other_id
    assert floor.lead(email="ada@example.com") == lead_id
    assert floor.lead(email="bob@example.com") not in (lead_id, other_id)


def test_nobody_is_left_without_an_address_and_a_number(floor: Floor) -> None:
    lead_id = floor.lead("sofia")
    for wrong, field in (({"email": None, "phone": None}, "body"), ({"email": "ada@"}, "email")):
        refused = floor.refused(_edit(**wrong), "sofia", lead_id)
        assert isinstance(refused, Unreadable)
        assert list(refused.problems) == [field]
    assert isinstance(floor.refused(_edit(), "ben", lead_id), claiming.NotYours)

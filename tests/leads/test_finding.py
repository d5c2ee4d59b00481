"""Leads are found by what one remembers; where the channel sees names only, the owner sees all."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from bot import clock
from bot.campaigns import announcing as campaigns
from bot.errors import NotAllowed, NotFound
from bot.leads import claiming, merging, notices, outcomes, queries, ratings
from bot.leads.models import Disposition, Lead, Rating
from bot.leads.notice_models import EscalationStep, LeadStep
from bot.leads.queries import NothingToFind
from bot.money import Money
from bot.people.models import Person, Role
from bot.routing import escalation, sla
from bot.slack.cards import Card
from bot.store import Store
from tests.campaigns.scene import draft
from tests.company import hire, install
from tests.leads.test_service import Floor

PEOPLE = [
    {"first_name": "Ada", "last_name": "Lovelace", "company": "Analytical Engines",
     "email": "ada@engines.example", "phone": "+49 30 23125001"},
    {"first_name": "Augusta", "last_name": "O'Brien-Smith", "company": "Müller & Söhne",
     "email": "gus.brien@soehne.example"},
    {"first_name": "Ben", "last_name": "Lovell", "email": "ben@lovell.example"},
]  # fmt: skip


@pytest.fixture
def floor(store: Store) -> Floor:
    workspace = install(store)
    roles = {"sofia": Role.SALESPERSON, "ben": Role.SALESPERSON, "mara": Role.MARKETER,
             "clara": Role.MANAGER, "root": Role.ADMIN}  # fmt: skip
    people = {
        name: hire(store, workspace, f"U{name.upper()}", name, role) for name, role in roles.items()
    }
    people["guest"] = hire(store, workspace, "UGUEST", "guest")
    people["stranger"] = hire(store, install(store, "T2", "C2"), "UX", "stranger", *Role)
    with store.transaction() as session:
        escalation.install(session, workspace)
    floor = Floor(store, workspace, people)
    clock.use(lambda: floor.now)
    return floor


def names(floor: Floor, words: str, who: str = "sofia") -> list[str]:
    with floor.store.transaction() as session:
        found = queries.search(session, floor.people[who], words, 10)
        return [lead.first_name or "" for lead in found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Lovelace", ["Ada"]),
        ("lov", ["Ben", "Ada"]),
        ("ada lovelace", ["Ada"]),
        ("ada lovell", []),
        ("engines", ["Ada"]),
        ("ada@engines.example", ["Ada"]),
        ("+49 (30) 2312-5001", ["Ada"]),
        ("+4930", ["Ada"]),
        ("o'brien", ["Augusta"]),
        ("Müller & Söhne", ["Augusta"]),
        ("'); DROP TABLE lead; -- \\' ada", []),
        ("a & | ! :* <-> b", ["Augusta"]),
    ],
)
def test_what_one_remembers_finds_it(floor: Floor, words: str, expected: list[str]) -> None:
    for number, person in enumerate(PEOPLE):
        floor.receive(f"e{number}", **person)
    assert names(floor, words) == expected


@pytest.mark.parametrize("words", ["", "  ", "&", "<>", "…"])
def test_nothing_to_look_for_is_said(floor: Floor, words: str) -> None:
    with pytest.raises(NothingToFind):
        names(floor, words)


def test_who_may_look_leads_up(floor: Floor) -> None:
    lead_id = floor.lead(**PEOPLE[0])
    for who in ("sofia", "mara", "clara", "root"):
        assert names(floor, "Ada", who) == ["Ada"]
    assert names(floor, "Ada", "stranger") == []
    with pytest.raises(NotAllowed):
        names(floor, "Ada", "guest")
    with floor.store.transaction() as session:
        with pytest.raises(NotAllowed):
            queries.facts_for(session, floor.people["guest"], lead_id)
        with pytest.raises(NotFound):
            queries.facts_for(session, floor.people["stranger"], lead_id)


def test_a_merged_lead_is_found_no_more(floor: Floor) -> None:
    kept, gone = floor.lead(**PEOPLE[0]), floor.lead(first_name="Adah", email="x@y.example")
    with floor.store.transaction() as session:
        merging.merge(session, floor.people["clara"], gone, kept)
    assert names(floor, "ada") == ["Ada"]


def see_names_only(floor: Floor, *, names_only: bool = True) -> None:
    with floor.store.transaction() as session:
        promise, _ = sla.sla(session, floor.workspace.id)
        promise = replace(promise, names_only=names_only)
        sla.change_sla(session, floor.people["root"], promise, None)


def test_where_names_only_are_shown_the_owner_and_who_leads_others_see_all(floor: Floor) -> None:
    lead_id = floor.lead("sofia", **PEOPLE[0])
    see_names_only(floor)
    seen = {}
    for who in ("sofia", "ben", "mara", "clara", "root"):
        with floor.store.transaction() as session:
            seen[who] = queries.facts_for(session, floor.people[who], lead_id).names_only
    assert seen == {"sofia": False, "ben": True, "mara": True, "clara": False, "root": False}
    assert floor.is_redrawn(lead_id)


def details(floor: Floor) -> list[str]:
    """Who got the details, in their order."""
    with floor.store.transaction() as session:
        rows = session.scalars(
            select(Person.name)
            .join(LeadStep, LeadStep.person_id == Person.id)
            .join(Card, Card.subject_id == LeadStep.id)
            .where(
                LeadStep.step.in_([EscalationStep.DETAILS, EscalationStep.GIVEN]),
                Card.kind == notices.STEP,
                Card.target == Person.slack_id,
            )
            .order_by(LeadStep.id)
        )
        return list(rows)


def give(to: str) -> Callable[..., Lead]:
    return lambda session, who, lead_id: claiming.reassign(session, who, lead_id, int(to))


def test_each_owner_gets_the_details_once_a_stint(floor: Floor) -> None:
    see_names_only(floor)
    lead_id = floor.lead("sofia")
    assert details(floor) == ["sofia"]
    floor.do(give(str(floor.people["ben"].id)), "sofia", lead_id)
    floor.do("release", "ben", lead_id)
    floor.do("claim", "sofia", lead_id)
    assert details(floor) == ["sofia", "ben", "sofia"]
    see_names_only(floor, names_only=False)
    floor.do("release", "sofia", lead_id)
    floor.do("claim", "ben", lead_id)
    assert details(floor) == ["sofia", "ben", "sofia"]


def test_a_tally_counts_ratings_and_the_reasons_named_most(floor: Floor) -> None:
    with floor.store.transaction() as session:
        announced = campaigns.announce(session, floor.people["mara"], draft(), "token-1")
    campaign_id = announced.id
    judged = [(Rating.GREAT, ""), (Rating.WEAK, "Student"), (Rating.JUNK, "student"),
              (Rating.JUNK, "Bot")]  # fmt: skip
    for rating, reason in judged:
        lead_id = floor.lead("sofia", campaign_id=campaign_id)
        floor.do(partial(outcomes.rate, rating=rating, reason=reason), "sofia", lead_id)
    floor.do(partial(outcomes.win, amount=Money(100, "EUR")), "sofia", lead_id)
    floor.lead(campaign_id=campaign_id)
    with floor.store.transaction() as session:
        counted = ratings.rating_summary(session, campaign_id)
    assert (counted.received, counted.claimed) == (5, 4)
    assert counted.ratings == {Rating.GREAT: 1, Rating.WEAK: 1, Rating.JUNK: 2}
    assert counted.reasons == [("“student”", 2), ("“bot”", 1)]
    see_names_only(floor)
    lost = outcomes.Ending(Disposition.NO_BUDGET)
    lead_id = floor.lead("sofia", campaign_id=campaign_id)
    floor.do(partial(outcomes.lose, ending=lost), "sofia", lead_id)
    with floor.store.transaction() as session:
        counted = ratings.rating_summary(session, campaign_id)
    assert counted.reasons == [("No budget", 1)]

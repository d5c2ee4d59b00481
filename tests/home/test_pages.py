"""What each role finds on its page, from the database; and who sees none of it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select, update

from bot import clock, metrics, slack
from bot.campaigns import announcing as campaigns
from bot.digests import sending as digests
from bot.digests.models import TimetableChange
from bot.home import service
from bot.home.models import Page
from bot.intake import receiving
from bot.leads import claiming, outcomes
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning import requests as planning
from bot.reports import exports
from bot.reports.exports import Rhythm
from bot.reports.files import FileKind
from bot.routing import escalation
from bot.shadowing import rounds as shadowing
from bot.slack.cards import Card
from bot.sources.lead_payload import read
from bot.standups import asking as standup_asking
from bot.standups import setup as standup_setup
from bot.store import Store
from bot.wiring import install as install_capabilities
from tests.campaigns.scene import NINE, Hands, draft, hire, install
from tests.shadowing.scene import ON, found
from tests.shadowing.scene import Hands as Clock


class Scene:
    """Everyone of a small company, a campaign with two leads, and a request."""

    def __init__(self, store: Store) -> None:
        self.store, self.hands = store, Hands()
        self.workspace = install(store)
        with store.transaction() as session:
            escalation.install(session, self.workspace)
        self.people = {
            role: hire(store, self.workspace, f"U{role.upper()}", role.label, role) for role in Role
        }
        with store.transaction() as session:
            mara = self.people[Role.MARKETER]
            campaign = campaigns.announce(session, mara, draft(utm_campaign="spring"), "t1")
            for number in (1, 2):
                facts = {"email": f"ada{number}@example.com", "utm_campaign": "spring",
                         "external_id": f"e{number}"}  # fmt: skip
                receiving.type_in(session, self.workspace, mara, read(facts), campaign.id)
            planning.ask_for(
                session, self.people[Role.SALESPERSON], "A starter package", token="t2"
            )

    def page(self, role: Role) -> Page:
        with self.store.transaction() as session:
            return service.page(session, self.people[role].id)


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def test_a_marketer_sees_how_their_campaigns_do_and_what_they_owe(scene: Scene) -> None:
    seen = scene.page(Role.MARKETER).marketing
    assert seen is not None
    [own] = seen.campaigns
    assert (own.figures.count("received"), own.readers, own.sales) == (2, 0, 1)
    assert [each.request.text for each in seen.to_answer] == ["A starter package"]


def test_a_manager_sees_what_is_late_and_the_week(scene: Scene) -> None:
    assert scene.page(Role.MANAGER).managing is not None
    scene.hands.now = NINE + timedelta(minutes=1)
    with scene.store.transaction() as session:
        escalation.sweep(session)
    assert not late(scene)
    scene.hands.now = NINE + timedelta(hours=1)
    assert late(scene) == [("a…@example.com", None)] * 2
    with scene.store.transaction() as session:
        claiming.claim(session, scene.people[Role.SALESPERSON], 1)
    assert late(scene) == [("a…@example.com", "Salesperson"), ("a…@example.com", None)]
    with scene.store.transaction() as session:
        outcomes.contacted(session, scene.people[Role.SALESPERSON], 1)
    seen = scene.page(Role.MANAGER).managing
    assert seen is not None
    assert len(seen.late) == 1
    assert (seen.week.count("received"), seen.before.count("received")) == (2, 0)
    scene.hands.now = NINE + timedelta(days=30)
    seen = scene.page(Role.MANAGER).managing
    assert seen is not None
    assert seen.overdue == 1


def late(scene: Scene) -> list[tuple[str, str | None]]:
    seen = scene.page(Role.MANAGER).managing
    assert seen is not None
    return [(lead.name, name(owner)) for lead, owner in seen.late]


def name(person: Person | None) -> str | None:
    return person.name if person else None


def test_a_pair_stands_on_the_page_of_both_and_follows(store: Store) -> None:
    company = found(store, Clock())
    [mara], [sofia, ben] = company.staff(1, 2)
    company.configure()
    with store.transaction() as session:
        for each in (mara, sofia, ben):
            slack.show(session, each.workspace_id, slack.HOME, each.id, each.slack_id)
        session.execute(update(Card).values(stale=False))
    company.round()

    def shoes() -> dict[int, list[str]]:
        with store.transaction() as session:
            pages = [service.page(session, each.id) for each in (mara, sofia, ben)]
        return {each.person.id: [seat.pair.stage for seat in each.shoes if seat.pair]
                for each in pages if each.shoes}  # fmt: skip

    [pair] = company.pairs()
    both = {pair.marketer_id, pair.salesperson_id}
    assert shoes() == {each: ["finding"] for each in both}
    assert drawn_anew(store) == both
    company.agree(pair)
    assert shoes() == {each: ["agreed"] for each in both}
    assert drawn_anew(store) == both


def drawn_anew(store: Store) -> set[int]:
    """Whose home tab waits to be drawn; then none does."""
    home = Card.kind == slack.HOME
    with store.transaction() as session:
        stale = set(session.scalars(select(Card.subject_id).where(home, Card.stale)))
        session.execute(update(Card).where(home).values(stale=False))
    return stale


def test_each_sees_their_own_parts_only(scene: Scene) -> None:
    parts = {
        role: [part for part in ("marketing", "managing", "upkeep")
               if getattr(scene.page(role), part) is not None]
        for role in Role
    }  # fmt: skip
    assert parts == {
        Role.SALESPERSON: [], Role.MARKETER: ["marketing"], Role.MANAGER: ["managing"],
        Role.ADMIN: ["upkeep"],
    }  # fmt: skip


def test_the_status_names_what_comes_by_the_clock_and_nothing_that_is_paused(scene: Scene) -> None:
    manager = scene.people[Role.MANAGER]
    with scene.store.transaction() as session:
        digests.install(session, scene.workspace)
        standup_setup.install(session, scene.workspace)
        install_capabilities([metrics.capability], session, scene.workspace, None)
        teams = {team.name: team.id for team in people.teams(session, scene.workspace.id)}
        for role, team in ((Role.SALESPERSON, "Sales"), (Role.MARKETER, "Marketing")):
            session.get_one(Person, scene.people[role].id).team_id = teams[team]
        session.flush()
        standup_asking.follow_people(session)
        shadowing.configure(session, manager, ON)
        exports.set_up(
            session, manager, "leads", "C1",
            rhythm=Rhythm.WEEKLY, at=time(8), kind=FileKind.CSV,
        )  # fmt: skip
        of_all = {each.audience: each.id for each in digests.timetables(session, manager)}
        off = TimetableChange(active=False, day="mon", at=time(8))
        digests.change(session, manager, of_all["marketers"], off)
        tokyo = replace(off, active=True, zone="Asia/Tokyo")
        digests.change(session, manager, of_all["channel"], tokyo)
        marketing = next(
            each
            for each in standup_setup.standups(session, manager)
            if each.name.startswith("Marketing")
        )
        standup_setup.pause(session, manager, marketing.id, active=False)
        runs = service.condition(session, scene.workspace.id).next_runs
    assert [run.name for run in runs] == RUNS
    assert {run.zone for run in runs} == {"Europe/Berlin", "Asia/Tokyo", "each person’s own time"}
    assert all(run.at > clock.now() for run in runs)


RUNS = [
    "Sales standup",
    "Stay in my shoes",
    "Weekly digest, The shared channel",
    "File “Leads”",
    "Weekly digest, Each salesperson: their own week",
    "Weekly digest, Managers, by direct message",
]

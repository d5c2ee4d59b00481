"""What each role finds on its page, from the database; and who sees none of it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select, update

from bot import clock, metrics, slack
from bot.app import CAPABILITIES
from bot.campaigns import announcing as campaigns
from bot.capability import Place
from bot.digests import home_sections as digest_sections
from bot.digests import timetables as digest_timetables
from bot.digests.models import TimetableChange
from bot.home import service
from bot.home.page import page, sections, settings
from bot.intake import receiving
from bot.leads import claiming, outcomes
from bot.people import service as people
from bot.people.models import Person, Role
from bot.planning import requests as planning
from bot.reports import exports
from bot.reports.exports import Rhythm
from bot.reports.files import FileKind
from bot.reports.home_sections import read_campaigns
from bot.routing import escalation
from bot.shadowing import rounds as shadowing
from bot.shadowing.home_sections import pairs
from bot.slack.cards import Card
from bot.slack.message import as_json
from bot.sources.lead_payload import read
from bot.standups import asking as standup_asking
from bot.standups import setup as standup_setup
from bot.store import Store
from bot.wiring import install as install_capabilities
from tests.campaigns.scene import draft
from tests.company import hire, install
from tests.moved_clock import NINE, MovedClock
from tests.shadowing.scene import MONDAY_AT_TEN, ON, found


class Scene:
    """Everyone of a small company, a campaign with two leads, and a request."""

    def __init__(self, store: Store) -> None:
        self.store, self.hands = store, MovedClock()
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

    def page(self, role: Role) -> dict[Place, list[str]]:
        """The texts that somebody reads, by their place on the page."""
        with self.store.transaction() as session:
            drawn = sections(session, session.merge(self.people[role]), CAPABILITIES)
            return {
                place: [each["text"]["text"] for each in as_json(blocks) if "text" in each]
                for place, blocks in drawn.items()
            }


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


def test_a_marketer_sees_how_their_campaigns_do_and_what_they_owe(scene: Scene) -> None:
    with scene.store.transaction() as session:
        [own] = read_campaigns(session, scene.people[Role.MARKETER])
    assert (own.figures.count("received"), own.readers, own.sales) == (2, 0, 1)
    seen = scene.page(Role.MARKETER)
    assert seen[Place.OWN_CAMPAIGNS][1].count("2 leads, 0 claimed") == 1
    title, request = seen[Place.PLANNING]
    assert title == "Requests to answer"
    assert "A starter package" in request


def test_a_manager_sees_what_is_late_and_the_week(scene: Scene) -> None:
    scene.hands.now = NINE + timedelta(minutes=1)
    with scene.store.transaction() as session:
        escalation.sweep(session)
    assert not late(scene)
    scene.hands.now = NINE + timedelta(hours=1)
    assert late(scene) == ["nobody"] * 2
    with scene.store.transaction() as session:
        claiming.claim(session, scene.people[Role.SALESPERSON], 1)
    assert late(scene) == ["owner", "nobody"]
    with scene.store.transaction() as session:
        outcomes.contacted(session, scene.people[Role.SALESPERSON], 1)
    assert late(scene) == ["nobody"]
    with scene.store.transaction() as session:
        week, before = digest_sections.read_week(session, scene.workspace.id)
    assert (week.count("received"), before.count("received")) == (2, 0)
    scene.hands.now = NINE + timedelta(days=30)
    assert "1 request to marketing is overdue" in scene.page(Role.MANAGER)[Place.NEEDS_YOU_NOW][-1]


def test_a_salesperson_reads_first_how_many_leads_wait(scene: Scene) -> None:
    sofia = scene.people[Role.SALESPERSON]
    with scene.store.transaction() as session:
        escalation.sweep(session)
        claiming.claim(session, sofia, 1)
    seen = scene.page(Role.SALESPERSON)
    assert seen[Place.HEADLINE] == ["Salesperson · 1 due today"]
    assert [each.partition(" ·")[0] for each in seen[Place.NOW]] == [
        "Now", "🟠 *a…@example.com*", "🟠 *a…@example.com*",
    ]  # fmt: skip
    scene.hands.now = NINE + timedelta(hours=1)
    assert scene.page(Role.SALESPERSON)[Place.HEADLINE] == ["Salesperson · 1 overdue"]
    with scene.store.transaction() as session:
        outcomes.contacted(session, sofia, 1)
        claiming.snooze(session, sofia, 1, NINE + timedelta(hours=5))
    assert scene.page(Role.SALESPERSON)[Place.HEADLINE] == ["Salesperson · 1 due today"]


def test_the_page_of_whoever_is_offered_a_lead_follows(scene: Scene) -> None:
    sofia = scene.people[Role.SALESPERSON]
    with scene.store.transaction() as session:
        slack.show(session, sofia.workspace_id, slack.HOME, sofia.id, sofia.slack_id)
    drawn_anew(scene.store)
    with scene.store.transaction() as session:
        for minute in range(0, 45, 5):
            scene.hands.now = NINE + timedelta(minutes=minute)
            escalation.sweep(session)
    assert "offered to you" in scene.page(Role.SALESPERSON)[Place.NOW][1]
    assert drawn_anew(scene.store) == {sofia.id}


def late(scene: Scene) -> list[str]:
    """Who has each of the leads that are late."""
    return [
        "nobody" if "unclaimed" in text else "owner"
        for text in scene.page(Role.MANAGER).get(Place.NEEDS_YOU_NOW, [])
        if "a…@example.com" in text and "🔴" in text
    ]


def test_a_pair_stands_on_the_page_of_both_and_follows(store: Store) -> None:
    company = found(store, MovedClock(MONDAY_AT_TEN))
    [mara], [sofia, ben] = company.staff(1, 2)
    company.configure()
    with store.transaction() as session:
        for each in (mara, sofia, ben):
            slack.show(session, each.workspace_id, slack.HOME, each.id, each.slack_id)
        session.execute(update(Card).values(stale=False))
    company.round()

    def shoes() -> dict[int, list[str]]:
        with store.transaction() as session:
            pages = {each.id: pairs(session, session.merge(each)) for each in (mara, sofia, ben)}
        return {who: [each["accessory"]["text"]["text"] for each in as_json(blocks)
                      if each["type"] == "section"]
                for who, blocks in pages.items() if blocks}  # fmt: skip

    [pair] = company.pairs()
    both = {pair.marketer_id, pair.salesperson_id}
    assert shoes() == {each: ["Pick a time"] for each in both}
    assert drawn_anew(store) == both
    company.agree(pair)
    assert shoes() == {each: ["Set goals"] for each in both}
    assert drawn_anew(store) == both


def drawn_anew(store: Store) -> set[int]:
    """Whose home tab waits to be drawn; then none does."""
    home = Card.kind == slack.HOME
    with store.transaction() as session:
        stale = set(session.scalars(select(Card.subject_id).where(home, Card.stale)))
        session.execute(update(Card).where(home).values(stale=False))
    return stale


def test_each_sees_their_own_parts_only(scene: Scene) -> None:
    own = {Place.OWN_CAMPAIGNS, Place.PLANNING, Place.THIS_WEEK, Place.UPKEEP}
    assert {role: own & scene.page(role).keys() for role in Role} == {
        Role.SALESPERSON: set(),
        Role.MARKETER: {Place.OWN_CAMPAIGNS, Place.PLANNING},
        Role.MANAGER: {Place.THIS_WEEK},
        Role.ADMIN: {Place.UPKEEP},
    }


def test_who_has_neither_role_nor_standup_is_welcomed(store: Store) -> None:
    workspace = install(store)
    hire(store, workspace, "UROOT", "Root", Role.ADMIN)
    guest = hire(store, workspace, "UGUEST", "Guest")
    with store.transaction() as session:
        drawn = page(session, guest, CAPABILITIES)
    assert "Ask <@UROOT>" in str(drawn.blocks)


@pytest.mark.parametrize("role", Role)
def test_who_may_set_something_up_is_who_has_its_button(scene: Scene, role: Role) -> None:
    may = {
        route.name: route.access.roles
        for capability in CAPABILITIES for route in capability.actions
    }  # fmt: skip
    who = scene.people[role]
    shown = [each for each in settings(who, CAPABILITIES) if not who.has(*may[each.action_id])]
    assert not shown


def test_the_status_names_what_comes_by_the_clock_and_nothing_that_is_paused(scene: Scene) -> None:
    manager = scene.people[Role.MANAGER]
    with scene.store.transaction() as session:
        digest_timetables.install(session, scene.workspace)
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
        of_all = {each.audience: each.id for each in digest_timetables.timetables(session, manager)}
        off = TimetableChange(active=False, day="mon", at=time(8))
        digest_timetables.change(session, manager, of_all["marketers"], off)
        tokyo = replace(off, active=True, zone="Asia/Tokyo")
        digest_timetables.change(session, manager, of_all["channel"], tokyo)
        marketing = next(
            each
            for each in standup_setup.standups(session, manager)
            if each.name.startswith("Marketing")
        )
        standup_setup.pause(session, manager, marketing.id, active=False)
        runs = service.condition(session, scene.workspace.id, CAPABILITIES).next_runs
    assert [run.name for run in runs] == RUNS
    assert {run.zone for run in runs} == {"Europe/Berlin", "Asia/Tokyo", "everyone's local time"}
    assert all(run.at > clock.now() for run in runs)


RUNS = [
    "Sales standup",
    "Stay in my shoes",
    "Weekly digest, The shared channel",
    "File “Leads”",
    "Weekly digest, Each salesperson: their own week",
    "Weekly digest, Managers, by direct message",
]

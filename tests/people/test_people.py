"""People: the first admin, roles, teams, who may do what; and how the modals look."""

import threading
from datetime import time
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.capability import Act
from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.people import handlers, messages, profile, service, setting_up
from bot.people.choosing import chosen
from bot.people.forms import AddTeam, ChangeHours, EditPerson, SetUp
from bot.people.hours import Hours
from bot.people.models import Person, Role, Team, Workspace
from bot.slack import Incoming
from bot.store import Store
from playground import limits
from tests.company import hire
from tests.golden_files import Golden


def install(session: Session, team_id: str = "T1") -> Workspace:
    return service.install(
        session, team_id=team_id, name="Acme", bot_user_id="U0", channel="C1",
        timezone="Europe/Berlin", currency="EUR",
    )  # fmt: skip


@pytest.fixture
def workspace(store: Store) -> Workspace:
    with store.transaction() as session:
        return install(session)


@pytest.fixture
def admin(store: Store, workspace: Workspace) -> Person:
    with store.transaction() as session:
        person = service.person(session, workspace.id, "U1")
        assert service.open_people(session, person, None)
        return person


def test_an_installation_again_keeps_what_is_there(store: Store, workspace: Workspace) -> None:
    with store.transaction() as session:
        again = install(session)
        assert again.id == workspace.id
        assert [team.name for team in service.teams(session, again.id)] == ["Marketing", "Sales"]


def test_a_session_keeps_its_workspace_and_need_not_read_it_again(
    store: Store, workspace: Workspace
) -> None:
    with store.transaction() as session:
        session.get_one(Workspace, workspace.id)  # nothing refers to it
        assert [type(each) for each in session.identity_map.values()] == [Workspace]


def test_a_workspace_that_is_not_installed_is_said(store: Store) -> None:
    with store.transaction() as session, pytest.raises(service.NotInstalled):
        service.acting(session, "T404", "U1")


def test_someone_new_is_written_once_and_slack_is_asked_once(
    store: Store, workspace: Workspace
) -> None:
    start = threading.Barrier(6)

    def appear() -> None:
        start.wait()
        with store.transaction() as session:
            service.acting(session, workspace.team_id, "U9")

    threads = [threading.Thread(target=appear) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM person")) == 1
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


def test_the_first_to_come_becomes_admin_and_nobody_after(
    store: Store, admin: Person, workspace: Workspace
) -> None:
    with store.transaction() as session:
        assert not service.open_people(session, session.get_one(Person, admin.id), None)
        other = service.person(session, workspace.id, "U2")
        with pytest.raises(NotAllowed, match=r"<@U1>: admins assign roles"):
            service.open_people(session, other, None)


def test_the_settings_can_name_the_first_admin(store: Store, workspace: Workspace) -> None:
    with store.transaction() as session:
        stranger = service.person(session, workspace.id, "U2")
        with pytest.raises(NotAllowed, match="There is no admin yet"):
            service.open_people(session, stranger, "U1")
        assert service.open_people(session, service.person(session, workspace.id, "U1"), "U1")


def test_many_at_once_make_one_admin(store: Store, workspace: Workspace) -> None:
    start = threading.Barrier(5)

    def come(number: int) -> None:
        with store.transaction() as session:
            service.person(session, workspace.id, f"U{number}")
        start.wait()
        try:
            with store.transaction() as session:
                me = service.person(session, workspace.id, f"U{number}")
                service.open_people(session, me, None)
        except NotAllowed:
            pass

    threads = [threading.Thread(target=come, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as session:
        assert len(service.having(session, workspace.id, Role.ADMIN)) == 1


def test_an_admin_gives_roles_and_teams(store: Store, admin: Person) -> None:
    with store.transaction() as session:
        sales = service.teams(session, admin.workspace_id)[1]
        service.assign(session, admin, "U2", [Role.SALESPERSON], sales.id)
    with store.transaction() as session:
        assert [p.slack_id for p in service.team_members(session, sales.id)] == ["U2"]
        who = service.person(session, admin.workspace_id, "U2")
        with pytest.raises(NotAllowed):
            service.assign(session, who, "U3", [Role.ADMIN], None)
        with pytest.raises(NotFound):
            service.assign(session, admin, "U2", [], 10**6)


def test_the_only_admin_cannot_be_taken_away(store: Store, admin: Person) -> None:
    with store.transaction() as session, pytest.raises(service.LastAdmin):
        service.assign(session, admin, admin.slack_id, [Role.MANAGER], None)
    with store.transaction() as session:
        service.assign(session, admin, "U2", [Role.ADMIN], None)
        service.assign(session, admin, admin.slack_id, [Role.MANAGER], None)


@pytest.mark.parametrize(
    ("roles", "may_sell", "may_manage_people"),
    [
        ([], False, False),
        ([Role.MARKETER], False, False),
        ([Role.SALESPERSON], True, False),
        ([Role.MANAGER], True, False),
        ([Role.ADMIN], True, True),
    ],
)
def test_who_may_what(roles: list[Role], may_sell: bool, may_manage_people: bool) -> None:
    person = Person(roles=[str(role) for role in roles])
    assert person.has(Role.SALESPERSON) is may_sell
    assert person.has(Role.ADMIN) is may_manage_people


def test_slack_facts_are_cleaned() -> None:
    known = {"display_name": "Ada\u202e", "email": " Ada@Example.com"}
    user = {"id": "U1", "name": "ada", "tz": None, "profile": known}
    assert profile.facts_of(user) == {
        "name": "Ada", "timezone": "UTC", "active": True, "email": "ada@example.com",
    }  # fmt: skip


def test_modals(golden: Golden) -> None:
    teams = [Team(id=1, name="Marketing"), Team(id=2, name="Sales")]
    sofia = Person(id=3, slack_id="U3", name="Sofia", roles=["salesperson"], team_id=2)
    many = [Person(id=n, slack_id=f"U{n}", name=f"P{n}", roles=[]) for n in range(45)]
    shown = {
        "welcome": messages.people([], teams, 0, welcome=True),
        "list": messages.people([sofia], teams, 0, welcome=False),
        "second_page": messages.people(many, teams, 1, welcome=False),
        "add": EditPerson.of(None, teams),
        "edit": EditPerson.of(sofia, teams),
    }
    golden("people", shown)


def test_warnings_to_the_admins(golden: Golden) -> None:
    shown = {
        "archived": messages.archived(Workspace(channel="C1")),
        "refused": messages.refused("C1"),
        "refused_person": messages.refused("U1"),
    }
    golden("admins", shown)


def test_the_hours_of_teams(store: Store, admin: Person, golden: Golden) -> None:
    hours = Hours(frozenset({0, 5}), time(10), time(0), "DE-BY")
    with store.transaction() as session:
        marketing, sales = service.teams(session, admin.workspace_id)
        service.set_hours(session, admin, sales.id, hours, "Europe/Vienna")
        assert sales.hours == hours
        shown = {
            "list": messages.team_hours([marketing, sales], "Europe/Berlin").to_dict(),
            "form": ChangeHours.of(sales, "Europe/Berlin").to_dict(),
            "add": AddTeam.modal().to_dict(),
        }
        form = shown["form"]
        assert form.pop("private_metadata") == f'{{"team_id": {sales.id}}}'
        stranger = service.person(session, admin.workspace_id, "U7")
        with pytest.raises(NotAllowed):
            service.set_hours(session, stranger, sales.id, hours, None)
        with pytest.raises(NotFound):
            service.set_hours(session, admin, 404, hours, None)
    golden("hours", shown)


def test_all_that_is_wrong_with_hours_is_said_at_once() -> None:
    typed = {"days": [], "opens": "09:00", "closes": "09:00", "zone": "Mars/Base", "country": "XX"}
    incoming = SimpleNamespace(carried='{"team_id": 1}', inputs=typed)
    with pytest.raises(FieldErrors) as refused:
        ChangeHours.read(cast(Incoming, incoming))
    assert set(refused.value.errors) == {"days", "closes", "country", "zone"}


UNCHOSEN = {"timezone", "currency"}


def test_the_form_begins_with_where_the_admin_is(store: Store, admin: Person) -> None:
    with store.transaction() as session:
        me = session.get_one(Person, admin.id)
        me.timezone = "Asia/Tokyo"
        usual = setting_up.usual(session, me, UNCHOSEN)
        assert (usual.timezone, usual.currency, usual.hours.country) == ("Asia/Tokyo", "JPY", "JP")
        usual = setting_up.usual(session, me, set())  # the environment says both
        assert (usual.timezone, usual.currency) == ("Europe/Berlin", "EUR")
        me.timezone = "UTC"  # of no country
        usual = setting_up.usual(session, me, UNCHOSEN)
        assert (usual.timezone, usual.currency, usual.hours.country) == ("UTC", "EUR", None)
        setting_up.add(session, me, Role.SALESPERSON, ["U2"])  # afterwards its own hold
        usual = setting_up.usual(session, me, UNCHOSEN)
        assert (usual.timezone, usual.currency) == ("Europe/Berlin", "EUR")


def test_what_was_set_up_holds(store: Store, admin: Person) -> None:
    hours = Hours(frozenset({0, 1}), time(8), time(16), "AT")
    with store.transaction() as session:
        south = service.add_team(session, admin, "South")
        own = Hours(frozenset({5}), time(7), time(12))
        service.set_hours(session, admin, south.id, own, None)
        to = setting_up.Usual("C2", "Europe/Vienna", "CHF", hours)
        workspace = setting_up.save(session, admin, to)
        assert (workspace.channel, workspace.timezone, workspace.currency) == (
            "C2", "Europe/Vienna", "CHF",
        )  # fmt: skip
        held = {team.name: team.hours for team in service.teams(session, workspace.id)}
        assert held == {"Marketing": hours, "Sales": hours, "South": own}
        with pytest.raises(NotAllowed):
            setting_up.save(session, service.person(session, workspace.id, "U7"), to)


def test_a_role_is_added_to_those_that_are_there(store: Store, admin: Person) -> None:
    with store.transaction() as session:
        marketing, sales = service.teams(session, admin.workspace_id)
        service.assign(session, admin, "U2", [Role.MANAGER], sales.id)
        setting_up.add(session, admin, Role.MARKETER, ["U2", "U3"])
        setting_up.add(session, admin, Role.MANAGER, ["U1", "U4"])
        people = {each.slack_id: each for each in service.everyone(session, admin.workspace_id)}
        assert {name: (each.roles, each.team_id) for name, each in people.items()} == {
            "U1": (["admin", "manager"], None), "U2": (["manager", "marketer"], sales.id),
            "U3": (["marketer"], marketing.id), "U4": (["manager"], None),
        }  # fmt: skip
        workspace = session.get_one(Workspace, admin.workspace_id)
        assert setting_up.without_role(session, workspace, ["U2", "U5", "U0"]) == ["U5"]


def test_the_form_for_one_person_gives_nobody_else_their_roles(store: Store, admin: Person) -> None:
    with store.transaction() as session:
        setting_up.add(session, admin, Role.SALESPERSON, ["U2"])
        place = SimpleNamespace(session=session, person=admin, workspace_id=admin.workspace_id)
        act = cast(Act, place)
        for member in ("U1", None):
            form = EditPerson(person="U2", roles=[Role.ADMIN], team=0, member=member)
            with pytest.raises(FieldErrors):
                handlers.save(act, form)
        handlers.save(act, EditPerson(person="U2", roles=[Role.MANAGER], team=0, member="U2"))
        assert service.person(session, admin.workspace_id, "U2").roles == ["manager"]


def test_the_form_and_the_messages_of_setting_up(golden: Golden) -> None:
    usual = setting_up.Usual("C1", "Europe/Berlin", "EUR", Hours(country="DE"))
    shown = {
        "form": SetUp.of(usual, is_set_up=False),
        "form_again": SetUp.of(usual, is_set_up=True),
        "saved_everybody": messages.saved("C1", everybody=True, is_set_up=False),
        "saved_nobody_sells": messages.saved("C1", everybody=False, is_set_up=False),
        "added": messages.salespeople_added("C1", 12, 1),
        "added_one": messages.salespeople_added("C1", 1, 0),
        "added_nobody": messages.salespeople_added("C1", 0, 3),
    }
    golden("set_up", shown)


def test_all_that_is_wrong_with_the_set_up_is_said_at_once() -> None:
    typed = {
        "channel": "C1", "zone": "Mars/Base", "currency": "EUX", "days": [0], "opens": "09:00",
        "closes": "08:00", "country": "XX", "marketers": [], "managers": [], "everybody_sells": [],
    }  # fmt: skip
    with pytest.raises(FieldErrors) as refused:
        SetUp.read(cast(Incoming, SimpleNamespace(carried="", inputs=typed)))
    assert set(refused.value.errors) == {"zone", "currency", "closes", "country"}


def test_an_admin_adds_teams(store: Store, admin: Person) -> None:
    with store.transaction() as session:
        south = service.add_team(session, admin, "  Sales,\u202e  south ")
        assert south.name == "Sales, south"
        assert service.add_team(session, admin, "Sales, south").id == south.id
        with pytest.raises(FieldErrors):
            service.add_team(session, admin, " \n ")
        with pytest.raises(NotAllowed):
            service.add_team(session, service.person(session, admin.workspace_id, "U7"), "Mine")
        for number in range(100):
            try:
                service.add_team(session, admin, f"Team {number}")
            except FieldErrors:
                break
        found = service.teams(session, admin.workspace_id)
    assert len(found) == 90
    modal = messages.team_hours(found, "Europe/Berlin").to_dict()
    assert not limits.check_view(modal, "modal")


@pytest.mark.parametrize("tz", [None, "", "Mars/Base", "../etc", "Asia/Kolkata"])
def test_a_zone_that_nobody_knows_is_utc(tz: str | None) -> None:
    found = profile.facts_of({"id": "U1", "tz": tz})["timezone"]
    assert found == (tz if tz == "Asia/Kolkata" else "UTC")


def test_a_person_is_chosen_by_our_number_or_by_slacks_id(store: Store) -> None:
    with store.transaction() as session:
        workspace = install(session)
    ada = hire(store, workspace, "UADA", "Ada")
    with store.transaction() as session:
        for value in (str(ada.id), "UADA"):
            assert chosen(session, workspace.id, value) == ada.id

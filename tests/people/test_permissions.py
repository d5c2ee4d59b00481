"""Who may what: each command, button and form with each kind of person, against the docs' table."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr
from slack_bolt import Ack
from sqlalchemy.orm import Session

from bot.app import Application
from bot.digests import timetables as digests
from bot.errors import NotAllowed
from bot.people import service as people
from bot.people.models import Person, Role
from bot.routing import escalation
from bot.settings import Settings
from bot.slack import Incoming
from bot.slack.access import Access
from bot.standups import setup as standup_setup
from bot.store import Store
from tests.databases import Databases, Lent

TEAM = "T1"
PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"

WHO = {
    "guest": None,  # of whom we have never heard: a guest of Slack, or just a new colleague
    "nobody": [],
    "teammate": [],  # in a team, without a role
    "gone": list(Role),  # deactivated, and had all roles
    "sofia": [Role.SALESPERSON],
    "mara": [Role.MARKETER],
    "clara": [Role.MANAGER],
    "root": [Role.ADMIN],
}
COLUMNS = {"sofia": "salesperson", "mara": "marketer", "clara": "manager", "root": "admin",
           "teammate": "only in a team"}  # fmt: skip

# What some forms carry along: without it they cannot even be read.
NOTES = {"proposal.save": "token 0 0", "standup.page.previous": "0 0", "standup.page.next": "0 0"}


class Route(NamedTuple):
    """Something that can be used, and by whom."""

    kind: str
    name: str
    access: Access | None
    use: Any


class Use(Incoming):
    """Somebody uses a route; what they would be told or shown is noted."""

    def __init__(self, who: str, route: Route) -> None:
        self.shown: list[str] = []
        slack = SimpleNamespace(call=self._call, post=lambda *_: self.shown.append("post"))
        view = {"type": "modal", "id": "V1", "private_metadata": NOTES.get(route.name, "0"),
                "root_view_id": "V1"}  # fmt: skip
        body = {
            "type": "view_submission" if route.kind == "form" else "block_actions",
            "team_id": TEAM, "user": {"id": who}, "trigger_id": "1", "view": view,
            "actions": [{"action_id": route.name, "value": "2026-W47"}],
        }  # fmt: skip
        super().__init__(body, Ack(), slack)  # type: ignore[arg-type, no-untyped-call]

    def _call(self, method: str, **_facts: Any) -> dict[str, Any]:
        self.shown.append(method)
        return {"channel": {"is_member": True}, "user": {"id": self.user, "is_restricted": True}}


class Undoing(Lent):
    """The store, in which nothing that is done stays done."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session
            session.flush()


class Office(NamedTuple):
    """The application with all its routes, and a workspace in which each kind of person is."""

    routes: Sequence[Route]

    def refusal(self, who: str, route: Route) -> str | None:
        """What this person is told instead; None where the route lets them."""
        incoming = Use(who, route)
        try:
            route.use(incoming)
        except (NotAllowed, people.Deactivated) as error:
            assert incoming.shown == [], f"{route.name} shows something before it refuses"
            return error.message
        except Exception:  # there is no such row, and the form is empty
            return None
        return None


@pytest.fixture(scope="module")
def office(databases: Databases) -> Iterator[Office]:
    with databases.lend() as database, ExitStack() as stack:
        _found(database.store)
        store = Undoing(database.store)
        settings = Settings(
            slack_bot_token=SecretStr("xoxb-1"), slack_signing_secret=SecretStr("secret"),
            channel="#leads", slack_api_url="http://127.0.0.1:9/",
        )  # fmt: skip
        application = Application(settings, store, ExitStack())
        stack.callback(application.close)
        yield Office(_routes(application))


def _found(store: Store) -> None:
    with store.transaction() as session:
        workspace = people.install(session, team_id=TEAM, name="Acme", bot_user_id="U0",
                                   channel="C1", timezone="UTC", currency="EUR")  # fmt: skip
        for each in (escalation, standup_setup, digests):
            each.install(session, workspace)
        team = people.teams(session, workspace.id)[0]
        session.add_all(
            Person(
                workspace_id=workspace.id, slack_id=name, name=name, roles=list(roles),
                active=name != "gone", team_id=team.id if name == "teammate" else None,
            )
            for name, roles in WHO.items()
            if roles is not None
        )  # fmt: skip


def _routes(application: Application) -> list[Route]:
    listening = application.listening
    found = [
        Route("command", f"{each.name} {each.word}".strip(), each.access, _use(each))
        for each in listening.commands.all
    ]
    for kind, routes in (
        ("button", listening.actions), ("form", listening.submissions),
        ("closed", listening.closings), ("shortcut", listening.shortcuts),
    ):  # fmt: skip
        found += [Route(kind, name, each.access, each) for name, each in sorted(routes.items())]
    return found


def _use(command: Any) -> Any:
    return lambda incoming: command(incoming, "2026-W47")


def may(who: str, access: Access) -> bool:
    """Whether a route is for this person: said a second time, apart from the code."""
    if who == "root":
        return True
    if who == "clara":
        return set(access.roles) != {Role.ADMIN}
    if who == "teammate":
        return access.or_team
    return who != "gone" and any(role in access.roles for role in WHO[who] or ())


def family(name: str) -> str:
    """What a route is listed as: figures, lists and pages have one for each of their kind."""
    return re.sub(r"^(digest\.(explain|leads)|lead\.(list|rate)|library\.open)\..*", r"\1.*",
                  re.sub(r"(\..+)\.(previous|next|newer|older)$", r"\1.*", name))  # fmt: skip


def table(routes: Sequence[Route]) -> str:
    """The table of the docs: a line for each thing to do, with all the routes that do it."""
    lines: dict[Access, list[str]] = defaultdict(list)
    for route in routes:
        assert route.access is not None, f"{route.name} does not say who may use it"
        if (shown := f"`{family(route.name)}`") not in lines[route.access]:
            lines[route.access].append(shown)
    head = ["to", *COLUMNS.values(), "commands, buttons and forms"]
    rows = [head, ["---"] * len(head)]
    for access, names in lines.items():
        cells = ["yes" if may(who, access) else "" for who in COLUMNS]
        rows.append([access.action, *cells, ", ".join(names)])
    return "".join(f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in row)}|\n" for row in rows)


def test_the_docs_say_it(office: Office, request: pytest.FixtureRequest) -> None:
    before, mark, _ = PAGE.read_text().partition("| to |")
    if request.config.getoption("--golden"):
        PAGE.write_text(before + table(office.routes))
    assert mark, "the table is missing: run `make golden` and read it"
    assert PAGE.read_text() == before + table(office.routes)


def test_every_route_says_who_may_use_it(office: Office) -> None:
    assert [route.name for route in office.routes if route.access is None] == []


@pytest.mark.parametrize("who", WHO)
def test_each_cell_of_the_table(office: Office, who: str) -> None:
    wrong, seen = [], set[str]()
    for route in office.routes:
        assert route.access is not None, route.name
        allowed = may(who, route.access)
        if family(route.name) in seen and who != "nobody":
            continue  # its sisters differ in nothing but what they show
        seen.add(family(route.name))
        sentence = office.refusal(who, route)
        if (sentence is None) is not allowed:
            wrong.append((route.name, sentence))
        if sentence is not None:  # a sentence without a hole
            assert re.fullmatch(r"[A-Z][^{}]*[^ {}]\.", sentence), sentence
            assert "  " not in sentence
    assert wrong == []

"""A desk: what happens in which order, and that Slack is spoken to when all is written."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_sdk.models.views import View
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.errors import HandoffError, NotAllowed
from bot.people import service as people
from bot.people.desk import Desk, Listener
from bot.people.models import ANY_ROLE, Person, Role
from bot.slack import Incoming
from bot.slack.access import Access
from bot.store import Store

MODAL = View(type="modal", title="A modal", blocks=[])


class Refused(HandoffError):
    """No."""


class Scene(SimpleNamespace):
    """A request of Slack, whose answers are noted in order, and a desk."""

    def __init__(self, store: Store) -> None:
        self.desk, self.happened = Desk(store), list[str]()
        self.team, self.user, self.id, self.is_pushed = "T1", "U1", 7, True
        self.access: Access | None = None
        self.form: tuple[str, str] | None = None
        with store.transaction() as session:
            people.install(session, team_id="T1", name="Acme", bot_user_id="U0", channel="C1",
                           timezone="UTC", currency="EUR")  # fmt: skip
        for name in ("open", "replace", "replace_root", "tell"):
            setattr(self, name, lambda _shown, name=name: self.happened.append(name))

    def ack(self, response_action: str | None = None) -> None:
        self.happened.append(response_action or "ack")

    def verb(self, session: Session, who: Person, row: Any) -> Any:
        event.listen(session, "after_commit", lambda _session: self.happened.append("commit"))
        self.happened.append(f"{who.slack_id} {row if row == 7 else 'form'}")
        return MODAL

    def refuse(self, *_facts: object) -> Any:
        raise Refused

    def sends(self, listener: Listener) -> list[str]:
        listener(cast(Incoming, self))
        return self.happened


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


@pytest.mark.parametrize(
    ("way", "answer"),
    [("opens", ["open"]), ("replaces", ["replace"]), ("tells", ["tell"]), ("does", [])],
)
def test_a_click_is_answered_when_all_is_written(scene: Scene, way: str, answer: list[str]) -> None:
    listener = getattr(scene.desk, way)(scene.verb)
    assert scene.sends(listener) == ["ack", "U1 7", "commit", *answer]


def test_a_form_closes_when_it_is_taken_and_not_before(scene: Scene) -> None:
    assert scene.sends(scene.desk.takes(scene.verb)) == ["U1 form", "commit", "ack", "replace_root"]
    scene.happened.clear()
    scene.is_pushed = False
    assert scene.sends(scene.desk.takes(scene.verb, clears=True)) == ["U1 form", "commit", "clear"]
    scene.happened.clear()
    with pytest.raises(Refused):
        scene.sends(scene.desk.takes(scene.refuse))
    assert not scene.happened


def test_a_route_is_for_those_whom_it_names(scene: Scene) -> None:
    scene.access = Access("sell", (Role.SALESPERSON,))
    with pytest.raises(NotAllowed, match=r"^Only salespeople can sell\. There is no admin yet"):
        scene.sends(scene.desk.does(scene.verb))
    scene.access = Access("look", ANY_ROLE)
    with pytest.raises(NotAllowed, match=r"^Only people with a role can look\."):
        scene.sends(scene.desk.does(scene.verb))
    assert scene.happened == ["ack", "ack"]


def test_who_is_deactivated_does_nothing_until_slack_says_otherwise(
    store: Store, scene: Scene
) -> None:
    with store.transaction() as session:
        who = people.acting(session, "T1", "U1")
        who.roles, who.active = [Role.ADMIN], False
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with pytest.raises(people.Deactivated):
        scene.sends(scene.desk.does(scene.verb))
    assert not who.has(Role.ADMIN)
    with store.transaction() as session:
        jobs = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert jobs == [people.REFRESH]

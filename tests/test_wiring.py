"""The wiring: what happens in which order when somebody does something, and that Slack is spoken to
when all is written."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_sdk.models.views import View
from sqlalchemy import event, text

from bot.capability import Act, Answer, Route, Update
from bot.errors import AlreadySent, HandoffError, NotAllowed
from bot.people import service as people
from bot.people.models import ANY_ROLE, FormSubmission, Role
from bot.slack import Incoming, Slack
from bot.slack.access import Access
from bot.store import Store
from bot.wiring import Dispatcher
from tests.wiring import lent

MODAL = View(type="modal", title="A modal", blocks=[])
EVERYBODY = Access("look", tuple(Role))


class Refused(HandoffError):
    """No."""


class Scene(SimpleNamespace):
    """A request of Slack, whose answers are noted in order."""

    def __init__(self, store: Store) -> None:
        self.dispatcher = Dispatcher(lent(store, cast(Slack, None)))
        self.happened = list[str]()
        self.team, self.user, self.id, self.is_pushed = "T1", "U1", 7, True
        self.form: tuple[str, str] | None = None
        self.standing = ("list", "page 2")
        with store.transaction() as session:
            people.install(session, team_id="T1", name="Acme", bot_user_id="U0", channel="C1",
                           timezone="UTC", currency="EUR")  # fmt: skip
            people.acting(session, "T1", "U1").roles = [Role.MARKETER]
        for name in ("open", "replace", "replace_root", "redraw", "tell", "keep_open"):
            setattr(self, name, lambda _shown, name=name, **_how: self.happened.append(name))

    def ack(self, response_action: str | None = None) -> None:
        self.happened.append(response_action or "ack")

    def answering(self, answer: Answer, *, access: Access = EVERYBODY, **how: Any) -> Route:
        """A route whose handler gives this answer."""

        def handle(act: Act) -> Answer:
            committed = lambda _session: self.happened.append("commit")  # noqa: E731
            event.listen(act.session, "after_commit", committed)
            self.happened.append(f"{act.person.slack_id} {act.row_id}")
            return answer

        return Route("route", access, handle, **how)

    def click(self, route: Route) -> list[str]:
        self.dispatcher.click(route)(cast(Incoming, self))
        return self.happened

    def submit(self, route: Route) -> list[str]:
        self.dispatcher.form(route)(cast(Incoming, self))
        return self.happened


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [(MODAL, ["open"]), (Update(MODAL), ["replace"]), ("Done.", ["tell"]), (None, [])],
)
def test_a_click_is_answered_when_all_is_written(
    scene: Scene, answer: Answer, shown: list[str]
) -> None:
    assert scene.click(scene.answering(answer)) == ["ack", "U1 7", "commit", *shown]


def test_a_modal_that_stays_shows_what_was_done(scene: Scene) -> None:
    carried: list[str] = []

    def draw(_act: Act, words: str) -> View:
        carried.append(words)
        return MODAL

    scene.dispatcher.modals["list"] = draw
    shown = scene.click(scene.answering("Done."))
    assert shown == ["ack", "U1 7", "commit", "redraw", "tell"]
    assert carried == ["page 2"]


def test_a_form_closes_when_it_is_taken_and_not_before(scene: Scene) -> None:
    assert scene.submit(scene.answering(MODAL)) == ["U1 7", "commit", "ack", "replace_root"]
    scene.happened.clear()
    scene.is_pushed = False
    assert scene.submit(scene.answering(MODAL, clears=True)) == ["U1 7", "commit", "clear"]
    scene.happened.clear()
    assert scene.submit(scene.answering(Update(MODAL))) == ["U1 7", "commit", "keep_open"]


def test_a_form_that_is_refused_stays_open_and_may_come_again(store: Store, scene: Scene) -> None:
    scene.form = ("V1", "hash")

    def refuse(_act: Act) -> Answer:
        raise Refused

    with pytest.raises(Refused):
        scene.submit(Route("route", EVERYBODY, refuse))
    assert not scene.happened
    assert scene.submit(scene.answering(None)) == ["U1 7", "commit", "ack"]
    with pytest.raises(AlreadySent):
        scene.submit(scene.answering(None))
    with store.transaction() as session:
        assert len(session.query(FormSubmission).all()) == 1


def test_an_error_that_is_returned_is_told_and_what_was_done_is_kept(scene: Scene) -> None:
    with pytest.raises(Refused):
        scene.submit(scene.answering(Refused()))
    assert scene.happened == ["U1 7", "commit"]


def test_a_route_is_for_those_whom_it_names(scene: Scene) -> None:
    with pytest.raises(NotAllowed, match=r"^Only salespeople can sell\. There is no admin yet"):
        scene.click(scene.answering(None, access=Access("sell", (Role.SALESPERSON,))))
    scene.user = "U2"
    with pytest.raises(NotAllowed, match=r"^Only people with a role can look\."):
        scene.click(scene.answering(None, access=Access("look", ANY_ROLE)))
    assert scene.happened == ["ack", "ack"]


def test_who_is_deactivated_does_nothing_until_slack_says_otherwise(
    store: Store, scene: Scene
) -> None:
    with store.transaction() as session:
        person = people.acting(session, "T1", "U1")
        person.roles, person.active = [Role.ADMIN], False
        session.execute(text("DELETE FROM procrastinate_jobs"))
    with pytest.raises(people.Deactivated):
        scene.click(scene.answering(None))
    assert not person.has(Role.ADMIN)
    with store.transaction() as session:
        jobs = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
    assert jobs == [people.REFRESH]

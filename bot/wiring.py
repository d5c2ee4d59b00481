"""Connects what capabilities declare to Slack, the queue and the clock.

Whatever somebody does is one transaction in their name: acknowledged first, or, of a form, when it
is taken; Slack is called when the transaction is over.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from inspect import signature
from typing import Any, Protocol

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.capability import (
    Act,
    Answer,
    Capability,
    ModalHandler,
    Push,
    Route,
    Schedule,
    Services,
    Update,
)
from bot.capability import Command as DeclaredCommand
from bot.errors import HandoffError
from bot.people import sending
from bot.people import service as people
from bot.people.models import Workspace
from bot.slack import Cards, Command, Incoming, Listening, Message
from bot.slack.listening import Listener
from bot.tasks import Schedule as ScheduleRow
from bot.tasks import Tasks, in_transaction, put_schedules


def wire(
    capabilities: Iterable[Capability],
    services: Services,
    listening: Listening,
    tasks: Tasks,
    cards: Cards,
) -> None:
    """Let Slack, the queue and the clock call what these capabilities declare."""
    dispatcher = Dispatcher(services)
    listening.commands.roles_of = dispatcher.roles_of
    services.capabilities = tuple(capabilities)
    services.set_schedules = lambda session, workspace: install(
        services.capabilities, session, workspace, None
    )
    for capability in services.capabilities:
        capability.load()
        dispatcher.modals |= capability.modals
        _listen(dispatcher, listening, capability)
        add_work(services, tasks, cards, capability)


def install(
    capabilities: Iterable[Capability],
    session: Session,
    workspace: Workspace,
    services: Services | None,
) -> None:
    """Give a workspace its schedules, and what else it needs of each capability; without services,
    what asks for them is left out."""
    wanted: list[ScheduleRow] = []
    for capability in capabilities:
        capability.load()
        for function in capability.installations:
            if services is not None or "services" not in signature(function).parameters:
                _with(function, services, session=session, workspace=workspace)()
        wanted += [
            ScheduleRow.of(
                workspace.id, each.task, each.task, cron=each.cron,
                zone=each.zone or workspace.timezone, grace=each.grace, workspace_id=workspace.id,
            )
            for each in capability.schedules
        ]  # fmt: skip
    put_schedules(session, *wanted)


def _listen(dispatcher: "Dispatcher", listening: Listening, capability: Capability) -> None:
    for route in capability.actions:
        listening.action(route.name, dispatcher.click(route), route.access)
    for route in capability.forms:
        listening.submission(route.name, dispatcher.form(route), route.access)
    for route in capability.closings:
        listening.closed(route.name, dispatcher.click(route), route.access)
    for route in capability.shortcuts:
        listening.shortcut(route.name, dispatcher.click(route), route.access)
    for name, description in capability.descriptions.items():
        listening.commands.describe(name, description)
    for each in capability.commands:
        listener = dispatcher.click(each)
        listening.command(
            Command(each.name, each.word, each.usage, listener, each.access, each.hint)
        )
    for kind, function in capability.events.items():
        listening.event(kind, dispatcher.event(function))


def add_work(services: Services, tasks: Tasks, cards: Cards, capability: Capability) -> None:
    """Let the queue and the clock call what a capability declares."""
    for name, task in capability.tasks.items():
        tasks.add(name, _in_transaction(task, services))
    for schedule in capability.schedules:
        tasks.add(schedule.task, _scheduled(schedule, services))
    for tick, every in capability.ticks:
        tasks.each_tick(tick, every=every)
    for kind, draw in capability.cards.items():
        cards.add(kind, _drawn(draw, services))
    for refusal in capability.refusals:
        cards.when_refused(refusal)


def _drawn(draw: Callable[..., Any], services: Services) -> Callable[[Session, int, str], Any]:
    """A card's function as drawing calls it: with the channel or person that sees it."""

    def drawn(session: Session, subject_id: int, target: str) -> Any:
        return _with(draw, services, target=target)(session, subject_id)

    return drawn


def _with(
    function: Callable[..., Any], services: Services | None, **known: object
) -> Callable[..., Any]:
    """The function, given the services if it names them, and of what is known what it names."""
    wanted = signature(function).parameters
    given = {name: value for name, value in known.items() if name in wanted}
    if "services" in wanted:
        given["services"] = services
    return lambda *args, **more: function(*args, **given, **more)


def _in_transaction(function: Callable[..., object], services: Services) -> Callable[..., None]:
    """A task as the queue calls it; where rows of its loops failed, it is tried again."""
    given = _with(function, services)
    if "session" not in signature(function).parameters:
        return given

    def run(**arguments: Any) -> None:
        in_transaction(services.store, lambda session: given(session=session, **arguments))

    return run


def _scheduled(schedule: Schedule, services: Services) -> Callable[..., None]:
    """A schedule's function as the queue calls it, with the moment for which it is called."""
    wanted = signature(schedule.function).parameters

    def run(workspace_id: int, slot: str) -> None:
        known = {"workspace_id": workspace_id, "slot": datetime.fromisoformat(slot)}
        if "session" not in wanted:
            _with(schedule.function, services, **known)()
            return

        def work(session: Session) -> None:
            workspace = session.get_one(Workspace, workspace_id)
            _with(schedule.function, services, session=session, workspace=workspace, **known)()

        in_transaction(services.store, work)

    return run


class Clicked(Protocol):
    """What listens to a click, or to a command with the words behind it."""

    def __call__(self, incoming: Incoming, words: str = "", /) -> None:
        """Take what came."""


class Dispatcher:
    """Calls handlers in the name of whoever did something, and shows them what comes of it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.modals: dict[str, ModalHandler] = {}

    def click(self, route: Route | DeclaredCommand) -> Clicked:
        """A button, a command, a shortcut or a closed modal."""

        def listen(incoming: Incoming, words: str = "", /) -> None:
            incoming.ack()
            if route.before is not None:
                route.before(incoming, self._services)
            answer = self._call(route, incoming, words)
            if isinstance(answer, Update):
                incoming.replace(answer.view, keeps_typed=answer.keeps_typed)
            else:
                self._show(incoming, answer)

        return listen

    def form(self, route: Route) -> Listener:
        """A submitted modal: it stays open with what is wrong in it, and closes once that is done;
        the modal below it then shows what the handler returns."""

        def listen(incoming: Incoming) -> None:
            if route.before is not None:
                route.before(incoming, self._services)
            answer = self._call(route, incoming)
            if isinstance(answer, Update):
                incoming.keep_open(answer.view, keeps_typed=answer.keeps_typed)
                return
            if isinstance(answer, Push):
                incoming.push(answer.view)
                return
            incoming.ack(response_action="clear" if route.clears else None)
            if not isinstance(answer, View | dict):
                self._show(incoming, answer)
            elif incoming.is_pushed:
                incoming.replace_root(answer)

        return listen

    def event(self, function: Callable[..., object]) -> Listener:
        """An event of Slack."""

        wanted = signature(function).parameters

        def listen(incoming: Incoming) -> None:
            incoming.ack()
            known: dict[str, object] = {"event": incoming.event, "incoming": incoming}
            if "session" not in wanted:
                with self._refreshing(incoming):
                    _with(function, self._services, **known)()
                return
            with self._transaction(incoming) as session:
                workspace = people.workspace(session, incoming.team)
                _with(function, self._services, session=session, workspace=workspace, **known)()

        return listen

    def roles_of(self, incoming: Incoming) -> list[str]:
        """The roles of whoever did something. Raises as a click does."""
        with self._transaction(incoming) as session:
            return people.acting(session, incoming.team, incoming.user).roles

    def _call(self, route: Route | DeclaredCommand, incoming: Incoming, words: str = "") -> Answer:
        """One transaction in the name of the person, if the route is for them.

        A form is taken with it, once. Raises NotInstalled, Deactivated, NotAllowed, AlreadySent,
        and what the handler raises or returns as an error.
        """
        with self._transaction(incoming) as session:
            person = people.acting(session, incoming.team, incoming.user)
            people.require_access(session, person, route.access)
            form = incoming.form if isinstance(route, Route) and route.once else None
            if form is not None:
                sending.take(session, person.workspace_id, *form)
            answer = route.handler(Act(session, person, incoming, self._services, words))
            if form is not None and isinstance(answer, HandoffError):
                sending.give_back(session, person.workspace_id, *form)
        if isinstance(answer, HandoffError):
            raise answer
        return answer

    @contextmanager
    def _transaction(self, incoming: Incoming) -> Iterator[Session]:
        with self._refreshing(incoming), self._services.store.transaction() as session:
            yield session

    @contextmanager
    def _refreshing(self, incoming: Incoming) -> Iterator[None]:
        """Ask Slack about whoever has left and clicks: they are back, and we may have missed it."""
        try:
            yield
        except people.Deactivated:
            with self._services.store.transaction() as session:
                workspace = people.workspace(session, incoming.team)
                people.refresh(session, people.person(session, workspace.id, incoming.user))
            raise

    def _show(self, incoming: Incoming, answer: Answer) -> None:
        if isinstance(answer, View | dict):
            incoming.open(answer)
            return
        self._redraw(incoming)
        if isinstance(answer, Message | str):
            incoming.tell(answer)

    def _redraw(self, incoming: Incoming) -> None:
        """Draw the modal that stays again, in or over which something was done."""
        callback_id, carried = incoming.standing
        draw = self.modals.get(callback_id)
        if draw is None:
            return
        with self._transaction(incoming) as session:
            person = people.acting(session, incoming.team, incoming.user)
            modal = draw(Act(session, person, incoming, self._services), carried)
        incoming.redraw(modal)

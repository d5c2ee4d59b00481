"""What a capability declares, where the thing is: its commands, buttons, forms, cards, tasks and
schedules, its sections of the home tab, and who may use them.

Declaring registers a function on an object and starts nothing; `bot.wiring` connects what was
declared to Slack, the queue and the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, auto
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block
    from slack_sdk.models.views import View
    from sqlalchemy.orm import Session

    from bot.errors import HandoffError
    from bot.people.models import Person, Workspace
    from bot.settings import Settings
    from bot.slack import Incoming, Message, Slack
    from bot.slack.access import Access
    from bot.slack.cards import Card
    from bot.slack.forms import Form
    from bot.store import Store

GRACE = timedelta(hours=4)
"""How late a schedule may still be called for its moment."""

T = TypeVar("T")
F = TypeVar("F", bound="Form")
Function = TypeVar("Function", bound=Callable[..., object])


class Services:
    """What the running application lends to those who do the work."""

    def __init__(self, store: Store, slack: Slack, settings: Settings) -> None:
        self.store = store
        self.slack = slack
        self.settings = settings
        self.capabilities: Sequence[Capability] = ()
        """Those that are wired."""
        self.set_schedules: Callable[[Session, Workspace], None] = lambda _session, _workspace: None
        """Lets the clock do all that comes in a workspace; `bot.wiring` puts it here."""
        self._others: dict[type, object] = {}

    def lend(self, other: object) -> None:
        """Let one more be found by its class, such as the connection to a CRM."""
        self._others[type(other)] = other

    def find(self, kind: type[T]) -> T | None:
        """The one of this class; None where the application has none."""
        service = self._others.get(kind)
        assert service is None or isinstance(service, kind)
        return service


@dataclass(frozen=True)
class Act:
    """Somebody does something in Slack: who, with what, in which transaction."""

    session: Session
    person: Person
    incoming: Incoming
    services: Services
    words: str = ""
    """What stands behind a command."""

    @property
    def row_id(self) -> int:
        """The id of the row that the button names; 0 where it names none."""
        return self.incoming.id

    @property
    def workspace_id(self) -> int:
        """The id of the person's workspace."""
        return self.person.workspace_id


@dataclass(frozen=True)
class Update:
    """An answer that changes the modal in which something was done, instead of opening another."""

    view: View | dict[str, Any]
    keeps_typed: bool = False
    """Whether what was typed stays in its fields."""


@dataclass(frozen=True)
class Push:
    """An answer to a form that opens another modal over it: what was typed stays below."""

    view: View


Answer: TypeAlias = "View | dict[str, Any] | Update | Push | Message | str | HandoffError | None"
"""What somebody gets to see: a modal opens (of a form: the one below it shows this), an `Update`
changes the one they are in, a `Push` opens one over the form that was sent, words are told to them
alone, and None is nothing but redrawn cards. An error that is returned is shown while what was done
is kept; one that is raised undoes it."""

Handler: TypeAlias = Callable[[Act], Answer]
ModalHandler: TypeAlias = "Callable[[Act, str], View]"
Before: TypeAlias = "Callable[[Incoming, Services], object]"
H = TypeVar("H", bound=Handler)
A = TypeVar("A", bound=Answer)
M = TypeVar("M", bound=ModalHandler)


class Declares(Protocol):
    """A decorator that registers a function, and leaves it as it is."""

    def __call__(self, function: Function, /) -> Function:
        """Register the function."""


class DeclaresHandler(Protocol):
    """A decorator that registers a handler, and leaves it as it is."""

    def __call__(self, handler: H, /) -> H:
        """Register the handler."""


class DeclaresModal(Protocol):
    """A decorator that registers how a modal is drawn, and leaves it as it is."""

    def __call__(self, handler: M, /) -> M:
        """Register the function."""


@dataclass(frozen=True)
class Route:
    """Something that people use: its name, who may, and what happens then."""

    name: str
    access: Access
    handler: Handler
    before: Before | None = None
    """Called before the transaction, for what Slack has to be asked first."""
    clears: bool = False
    """Of a form: whether the modals below it close too."""
    once: bool = True
    """Of a form: whether it counts once, however often it comes."""


@dataclass(frozen=True)
class Command:
    """A slash command with one word behind it; see `bot.slack.commands.Command`."""

    name: str
    word: str
    usage: str
    access: Access
    handler: Handler
    before: Before | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Schedule:
    """A task that the clock calls again and again for each workspace."""

    task: str
    cron: str
    zone: str | None
    """None: the workspace's own."""
    grace: timedelta
    function: Callable[..., object]


class Place(IntEnum):
    """Where a section stands on a home tab, from the top. Those of one place stand in the order of
    `bot.app.CAPABILITIES`, and as they are declared."""

    SET_UP = auto()
    """As long as nobody can claim a lead."""
    HEADLINE = auto()
    """The buttons of `home_action` stand below it."""
    AWAY = auto()
    NEEDS_YOU_NOW = auto()
    """Below one title; the first of what is theirs to do. Without any of it, they read that they
    are caught up."""
    NOW = auto()
    OWN_LEADS = auto()
    READY = auto()
    CALL_LISTS = auto()
    OWN_CAMPAIGNS = auto()
    PLANNING = auto()
    PAIRS = auto()
    """The last of what is theirs to do."""
    TODAY = auto()
    THIS_WEEK = auto()
    CAMPAIGNS = auto()
    UPKEEP = auto()
    """Below the settings."""


class HomeSection(NamedTuple):
    """A section of the home tab of those who have one of `roles`."""

    place: Place
    roles: tuple[str, ...]
    draw: Callable[[Session, Person], Sequence[Block]]


class HomeSetting(NamedTuple):
    """A button below "Settings" on the home tab; the lowest `order` stands first."""

    order: int
    text: str
    action_id: str
    role: str
    """For those who have this role, or stand above it."""


class HomeAction(NamedTuple):
    """A button below the headline of the home tab; the lowest `order` stands first."""

    order: int
    text: str
    action_id: str
    roles: tuple[str, ...]
    """For those who have one of them."""


class NextRun(NamedTuple):
    """Something that people get by the clock: when it comes next, and on whose clock it is set."""

    at: datetime
    name: str
    zone: str


HomeDraw = TypeVar("HomeDraw", bound="Callable[[Session, Person], Sequence[Block]]")
FindsRuns = TypeVar("FindsRuns", bound="Callable[[Session, Workspace], Iterable[NextRun]]")


class Capability:
    """One thing that the product does, and all that it declares.

    The functions behind cards, tasks, schedules and installations get what they name as parameters:
    `session` (one transaction around the call), `services`, and their own arguments.
    """

    def __init__(self, *modules: str) -> None:
        """`modules` declare; they are imported when the application is wired."""
        self._modules = modules
        self.actions: list[Route] = []
        self.forms: list[Route] = []
        self.closings: list[Route] = []
        self.shortcuts: list[Route] = []
        self.commands: list[Command] = []
        self.descriptions: dict[str, str] = {}
        self.events: dict[str, Callable[..., object]] = {}
        self.modals: dict[str, ModalHandler] = {}
        self.cards: dict[str, Callable[..., Message | None]] = {}
        self.tasks: dict[str, Callable[..., object]] = {}
        self.schedules: list[Schedule] = []
        self.ticks: list[tuple[Callable[[Session], int], int]] = []
        self.refusals: list[Callable[[Session, Card], None]] = []
        self.installations: list[Callable[..., object]] = []
        self.home_sections: list[HomeSection] = []
        self.home_settings: list[HomeSetting] = []
        self.home_actions: list[HomeAction] = []
        self.next_runs: list[Callable[[Session, Workspace], Iterable[NextRun]]] = []

    def load(self) -> None:
        """Import the modules that declare."""
        for module in self._modules:
            import_module(module)

    def action(
        self, action_id: str, access: Access, *, before: Before | None = None
    ) -> DeclaresHandler:
        """A button, or another element of a message, a modal or the home tab."""
        return _adding(self.actions, lambda handler: Route(action_id, access, handler, before))

    def pages(self, action_id: str, access: Access) -> DeclaresHandler:
        """The buttons of `bot.slack.paging`, whose row id is the number of a page."""

        def add(handler: H) -> H:
            for direction in ("previous", "next"):
                self.actions.append(Route(f"{action_id}.{direction}", access, handler))
            return handler

        return add

    def form(
        self,
        form: type[F],
        access: Access,
        *,
        before: Before | None = None,
        clears: bool = False,
        once: bool = True,
    ) -> Callable[[Callable[[Act, F], A]], Callable[[Act, F], A]]:
        """A modal that was submitted, as what was filled in.

        It counts `once`, however often it comes, unless it only asks; `clears` closes those below
        it too.
        """

        def add(handler: Callable[[Act, F], A]) -> Callable[[Act, F], A]:
            def read(act: Act) -> Answer:
                return handler(act, form.read(act.incoming))

            self.forms.append(Route(form.callback_id, access, read, before, clears, once))
            return handler

        return add

    def closed(self, callback_id: str, access: Access) -> DeclaresHandler:
        """A modal that was closed without being submitted (`notify_on_close`)."""
        return _adding(self.closings, lambda handler: Route(callback_id, access, handler))

    def shortcut(self, callback_id: str, access: Access) -> DeclaresHandler:
        """A global shortcut, or one on a message."""
        return _adding(self.shortcuts, lambda handler: Route(callback_id, access, handler))

    def describe(self, command: str, description: str) -> None:
        """What a slash command is for, in the line that Slack shows while one types it. Its words
        are declared by whoever has them."""
        self.descriptions[command] = description

    def command(
        self,
        name: str,
        word: str,
        usage: str,
        access: Access,
        *,
        before: Before | None = None,
        hint: str | None = None,
    ) -> DeclaresHandler:
        """A slash command with one word behind it; see `bot.slack.commands.Command`."""
        return _adding(
            self.commands, lambda handler: Command(name, word, usage, access, handler, before, hint)
        )

    def event(self, kind: str) -> Declares:
        """An event of Slack: the function may name `event`, `session`, `workspace`, `incoming`."""
        return _naming(self.events, kind)

    def modal(self, callback_id: str) -> DeclaresModal:
        """How a modal that stays open is drawn again when something was done in it or over it:
        `(act, what the modal carries)`."""
        return _naming(self.modals, callback_id)

    def card(self, kind: str) -> Declares:
        """How a card is drawn: `(session, subject_id)`, and `target` where each of its readers sees
        something of their own; None draws nothing."""
        return _naming(self.cards, kind)

    def when_refused(self, function: Callable[[Session, Card], None]) -> None:
        """What happens when only an admin can make a card appear: `(session, card)`."""
        self.refusals.append(function)

    def task(self, name: str) -> Declares:
        """Work of the queue, with the arguments of the job."""
        return _naming(self.tasks, name)

    def schedule(
        self, task: str, cron: str, *, zone: str | None = None, grace: timedelta = GRACE
    ) -> Declares:
        """Work that the clock calls for each workspace: it may name `workspace`, `workspace_id` and
        `slot`, the moment for which it is called."""
        return _adding(self.schedules, lambda function: Schedule(task, cron, zone, grace, function))

    def each_tick(self, *, every: int = 1) -> Declares:
        """Work of each tick of the clock, or of one in so many; see `Tasks.each_tick`."""
        return _adding(self.ticks, lambda function: (function, every))

    def installation(self, function: Function) -> Function:
        """What each workspace gets when the application starts: it may name `workspace`."""
        self.installations.append(function)
        return function

    def home_section(self, place: Place, *roles: str) -> Callable[[HomeDraw], HomeDraw]:
        """A section of the home tab of those who have one of `roles`; without any, of everybody.

        The function gets `(session, person)` and returns blocks, none where there is nothing to
        show. A home tab holds 100 blocks: a section shows the first few, and how to see the rest.
        """
        return _adding(self.home_sections, lambda draw: HomeSection(place, roles, draw))

    def home_setting(self, text: str, action_id: str, order: int, role: str) -> None:
        """A button below "Settings" on the home tab; the lowest `order` stands first."""
        self.home_settings.append(HomeSetting(order, text, action_id, role))

    def home_action(self, text: str, action_id: str, order: int, *roles: str) -> None:
        """A button below the headline of the home tab of those who have one of `roles`; the lowest
        `order` stands first."""
        self.home_actions.append(HomeAction(order, text, action_id, roles))

    def next_run(self, function: FindsRuns) -> FindsRuns:
        """What comes by the clock in a workspace and is not paused, for `/handoff status`."""
        self.next_runs.append(function)
        return function


def _adding(declared: list[T], declare: Callable[[Any], T]) -> Declares:
    def add(function: Function) -> Function:
        declared.append(declare(function))
        return function

    return add


def _naming(declared: dict[str, Any], name: str) -> Declares:
    def add(function: Function) -> Function:
        assert name not in declared, name
        declared[name] = function
        return function

    return add

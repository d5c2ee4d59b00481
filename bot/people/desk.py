"""A desk: where what people do in Slack arrives, and the ways in which it is answered.

A listener acknowledges, opens one transaction in the name of who acts, and answers when that is
over: Slack is never called within it. Most are no more than that, so a capability only says what is
drawn or done, as functions of the session, the person and the row that the button names.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people import sending
from bot.people import service as people
from bot.people.models import Person
from bot.slack import Incoming, Message
from bot.store import Store

T = TypeVar("T")

Deed = Callable[[Session, Person, int], object]
"""A verb about the row that the button names; 0 for a command, which names none."""
Draw = Callable[[Session, Person, int], View]
Say = Callable[[Session, Person, int], str | Message]
Form = Callable[[Session, Person, Incoming], View | None]
"""A verb about what a form says; the modal below the form then shows what it returns."""


class Listener(Protocol):
    """What listens to a button, a form or a command."""

    def __call__(self, incoming: Incoming, _rest: str = "", /) -> None:
        """Take what came."""


class Desk:
    """Serves one person at a time; the store is where all desks write."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def serving(self, incoming: Incoming, *, once: bool = True) -> Iterator[tuple[Session, Person]]:
        """One transaction, and the person who acts in it, if the route is for them.

        A form is taken `once`: with the first transaction that it gets; False where another one
        follows that may fail, or where it only asks. Raises NotInstalled, Deactivated, NotAllowed,
        AlreadySent.
        """
        try:
            with self._store.transaction() as session:
                who = people.acting(session, incoming.team, incoming.user)
                if incoming.access is not None:
                    people.admit(session, who, incoming.access)
                if once and incoming.form is not None:
                    sending.take(session, who.workspace_id, *incoming.form)
                    incoming.form = None
                yield session, who
        except people.Deactivated:
            self._ask_slack(incoming)
            raise

    def _ask_slack(self, incoming: Incoming) -> None:
        """Whoever clicks is in Slack again, and we may have missed it."""
        with self._store.transaction() as session:
            workspace = people.workspace(session, incoming.team)
            people.refresh(session, people.person(session, workspace.id, incoming.user))

    def opens(self, draw: Draw) -> Listener:
        """A click or a command opens a modal."""
        return self._answering(draw, lambda incoming, modal: incoming.open(modal))

    def replaces(self, draw: Draw) -> Listener:
        """A click puts another content into the modal in which it happened."""
        return self._answering(draw, lambda incoming, modal: incoming.replace(modal))

    def tells(self, say: Say) -> Listener:
        """A click or a command is answered to whoever did it, and to nobody else."""
        return self._answering(say, lambda incoming, said: incoming.tell(said))

    def does(self, deed: Deed) -> Listener:
        """A click changes something; the cards that show it are answer enough."""
        return self._answering(deed, lambda _incoming, _done: None)

    def takes(self, form: Form, *, clears: bool = False) -> Listener:
        """A form came: it stays open with what is wrong in it, and closes once that is done.

        With `clears` the modals below it close too.
        """

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            with self.serving(incoming) as (session, who):
                below = form(session, who, incoming)
            incoming.ack(response_action="clear" if clears else None)
            if below is not None and incoming.is_pushed:
                incoming.replace_root(below)

        return listen

    def _answering(
        self, act: Callable[[Session, Person, int], T], answer: Callable[[Incoming, T], None]
    ) -> Listener:
        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                outcome = act(session, who, incoming.id)
            answer(incoming, outcome)

        return listen

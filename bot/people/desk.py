"""A desk: where what people do in Slack arrives, and the ways in which it is answered.

A listener acknowledges, opens one transaction in the name of who acts, and answers when that is
over: Slack is never called within it. Most are no more than that, so a capability only says what is
drawn or done, as functions of the session, the person and the row that the button names.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.model import Person
from bot.slack import Incoming, Message
from bot.store import Store

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
    def serving(self, incoming: Incoming) -> Iterator[tuple[Session, Person]]:
        """One transaction, and the person who acts in it. Raises NotInstalled."""
        with self._store.transaction() as session:
            yield session, people.acting(session, incoming.team, incoming.user)

    def opens(self, draw: Draw) -> Listener:
        """A click or a command opens a modal."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                modal = draw(session, who, incoming.id)
            incoming.open(modal)

        return listen

    def replaces(self, draw: Draw) -> Listener:
        """A click puts another content into the modal in which it happened."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                modal = draw(session, who, incoming.id)
            incoming.replace(modal)

        return listen

    def tells(self, say: Say) -> Listener:
        """A click or a command is answered to whoever did it, and to nobody else."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                said = say(session, who, incoming.id)
            incoming.tell(said)

        return listen

    def does(self, deed: Deed) -> Listener:
        """A click changes something; the cards that show it are answer enough."""

        def listen(incoming: Incoming, _rest: str = "", /) -> None:
            incoming.ack()
            with self.serving(incoming) as (session, who):
                deed(session, who, incoming.id)

        return listen

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

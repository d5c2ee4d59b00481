"""What Slack brings in from those who doubt a figure: why it is so, and the leads behind it."""

from functools import partial

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.digests import messages, service
from bot.digests.models import Week
from bot.metrics import BY_NAME
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_READ = Access("read the digest", ANY_ROLE)


def register(listening: Listening, store: Store) -> None:
    """Listen for whoever asks why."""
    tracing = Tracing(store)
    usage = "`speed`: how a figure is computed, and the leads behind it; alone, for all figures"
    listening.command(Command("/digest", "why", usage, tracing.why, _READ))
    for name in BY_NAME:
        listening.action(f"{messages.EXPLAIN}.{name}", partial(tracing.explain, name), _READ)
        listening.action(messages.behind_action(name), partial(tracing.open, name), _READ)
    listening.action(messages.OLDER, tracing.turn, _READ)
    listening.action(messages.NEWEST, tracing.turn, _READ)


class Tracing(Desk):
    """Where figures are traced to their leads."""

    def why(self, incoming: Incoming, words: str) -> None:
        """The figure that is meant; several to choose from; or all."""
        found = service.named(words)
        if len(found) == 1:
            self.explain(found[0].name, incoming)
            return
        incoming.ack()
        with self.serving(incoming):
            answer = messages.several(words, found) if found else messages.all_figures(words)
        incoming.tell(answer)

    def explain(self, name: str, incoming: Incoming) -> None:
        """One figure."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            explained = service.explain(session, who, name)
        incoming.tell(messages.why(explained))

    def open(self, name: str, incoming: Incoming) -> None:
        """The leads behind a figure of the week that the button names."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _page(session, who, name, Week.read(incoming.value), None)
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of them."""
        incoming.ack()
        name, _, monday = incoming.note.partition(" ")
        with self.serving(incoming) as (session, who):
            modal = _page(session, who, name, Week.read(monday), incoming.id or None)
        incoming.replace(modal)


def _page(session: Session, who: Person, name: str, week: Week, before: int | None) -> View:
    page = service.behind(session, who, week, name, before, messages.PAGE_SIZE)
    return messages.leads_behind(name, week, page, is_first=before is None)

"""What Slack brings in from those who read: `/digest` for any week, its details, and one's own."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from bot.digests import messages, service
from bot.digests.models import Week
from bot.digests.own import OwnWeek
from bot.digests.service import Reading
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.slack import Command, Incoming, Listening, Message
from bot.slack.access import Access
from bot.store import Store

_READ = Access("read the digest", ANY_ROLE)


def register(listening: Listening, store: Store, page: str) -> None:
    """Listen for whoever wants to read a week."""
    desk = Weeks(store, page)
    for word, usage, listener in (
        ("", "the running week in figures", desk.running),
        ("last", "last week, as its digest said it, with what is different since", desk.last),
        ("<2026-W47>", "any week, by its number or a day in it, such as 2026-11-18", desk.of_week),
        ("me", "your own week so far; `me last` for the one before", desk.own),
    ):
        listening.command(Command("/digest", word, usage, listener, _READ))
    listening.action(messages.SHOW_DETAILS, desk.details, _READ)
    listening.action(messages.SHOW_MONEY, desk.money, _READ)
    listening.action(messages.OPT_OUT, desk.opt_out, _READ)
    listening.action(messages.OPT_IN, desk.opt_in, _READ)


class Weeks(Desk):
    """Where somebody asks for a week, and is answered alone."""

    def __init__(self, store: Store, page: str) -> None:
        super().__init__(store)
        self._page = page

    def running(self, incoming: Incoming, _rest: str) -> None:
        """The running week."""
        self._show(incoming, service.running)

    def last(self, incoming: Incoming, _rest: str) -> None:
        """The week before."""
        self._show(incoming, service.last)

    def of_week(self, incoming: Incoming, words: str) -> None:
        """The week that was named."""
        week = Week.read(words)
        self._show(incoming, lambda session, who: service.of_week(session, who, week))

    def details(self, incoming: Incoming) -> None:
        """What stands behind the headline."""
        self._more(incoming, lambda reading: messages.details(reading.report))

    def money(self, incoming: Incoming) -> None:
        """What it cost and brought, for those who may see that."""
        self._more(
            incoming,
            lambda reading: (
                messages.money(reading.report)
                if reading.shows_money
                else Message("Amounts are for marketing and managers to see.")
            ),
        )

    def own(self, incoming: Incoming, rest: str) -> None:
        """One's own week."""
        incoming.ack()
        verb = service.own_last if rest.lower() == "last" else service.own_running
        with self.serving(incoming) as (session, who):
            weeks: Sequence[OwnWeek] = verb(session, who)
            wanted = service.wants_own(session, who)
        for week in weeks:
            incoming.tell(messages.own(week, wanted=wanted))

    def opt_out(self, incoming: Incoming) -> None:
        """No more digests of one's own."""
        self._opt(incoming, service.opt_out, "You get no digest of your own any more. `/digest me` "
                  "shows it whenever you want it.")  # fmt: skip

    def opt_in(self, incoming: Incoming) -> None:
        """Send them again."""
        self._opt(incoming, service.opt_in, "You get your own digest again, every week.")

    def _opt(self, incoming: Incoming, verb: Callable[[Session, Person], None], said: str) -> None:
        incoming.ack()
        with self.serving(incoming) as (session, who):
            verb(session, who)
        incoming.tell(said)

    def _show(self, incoming: Incoming, verb: Callable[[Session, Person], Reading]) -> None:
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found = verb(session, who)
        incoming.tell(
            messages.digest(
                found.report,
                shows_money=found.shows_money,
                since_then=found.since_then,
                page=self._page,
            )
        )

    def _more(self, incoming: Incoming, drawn: Callable[[Reading], Message]) -> None:
        incoming.ack()
        week = Week.read(incoming.value)
        with self.serving(incoming) as (session, who):
            found = service.of_week(session, who, week)
        incoming.tell(drawn(found))

"""What Slack brings in for a campaign's report: `/campaign report`, and which one is meant."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.metrics import Attribution
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.reports.campaign import messages, service
from bot.slack import Command, Incoming, Listening, Message
from bot.slack.access import Access
from bot.slack.text import safe
from bot.spend import service as spend
from bot.spend.messages import MOST_OPTIONS, none_found, pick
from bot.store import Store

_MODELS = {"first": Attribution.FIRST_TOUCH, "last": Attribution.LAST_TOUCH}
_ACTIONS = {Attribution.FIRST_TOUCH: messages.BY_FIRST, Attribution.LAST_TOUCH: messages.BY_LAST}


_READ = Access("read the reports", ANY_ROLE)


class Reports(Desk):
    """Where reports are asked for."""

    def asked(self, incoming: Incoming, rest: str) -> None:
        """`/campaign report <name>`, and `last` behind it for the last touch."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found, words, attribution = _meant(session, who, rest)
            answer: str | Message
            if len(found) == 1:
                answer = messages.report(service.report(session, who, found[0].id, attribution))
            elif found:
                answer = pick(_which(words), found, _ACTIONS[attribution])
            else:
                answer = none_found(words)
        incoming.tell(answer)

    def show(self, incoming: Incoming, attribution: Attribution) -> None:
        """A campaign was chosen, or the other rule."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            answer = messages.report(service.report(session, who, incoming.id, attribution))
        incoming.tell(answer)


def _meant(session: Session, who: Person, rest: str) -> tuple[Sequence[Campaign], str, Attribution]:
    """Which campaigns the words can mean, and by which rule; a name may end with `last` too."""
    found = spend.choose(session, who.workspace_id, rest, MOST_OPTIONS)
    words, _, last = rest.rpartition(" ")
    if last.lower() not in _MODELS or (found and rest):
        return found, rest, Attribution.FIRST_TOUCH
    return (
        spend.choose(session, who.workspace_id, words, MOST_OPTIONS),
        words,
        _MODELS[last.lower()],
    )


def _which(words: str) -> str:
    if not words:
        return "Which campaign's report?"
    return f"Several campaigns have “{safe(words, 80)}” in their name. Which one?"


def register(listening: Listening, store: Store) -> None:
    """Listen for reports."""
    desk = Reports(store)
    usage = "see what came of a campaign; `last` behind its name counts by the last touch"
    listening.command(Command("/campaign", "report", usage, desk.asked, _READ))
    for attribution, action_id in _ACTIONS.items():
        listening.action(
            action_id,
            lambda incoming, by=attribution: desk.show(incoming, by),  # type: ignore[misc]
            _READ,
        )

"""What Slack brings in for conversions: `/digest conversions`, with a platform and a number."""

from sqlalchemy.orm import Session

from bot.people.desk import Desk
from bot.people.models import Person, Role
from bot.reports.conversions import messages, service
from bot.reports.conversions.models import Platform
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_FETCH = Access("fetch conversions", (Role.MARKETER, Role.MANAGER))


class Conversions(Desk):
    """Where files for ad platforms are asked for."""

    def asked(self, incoming: Incoming, rest: str) -> None:
        """`/digest conversions [platform [number]]`."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            name, _, number = rest.lower().partition(" ")
            if not name:
                answer = messages.overview(service.overview(session, who))
            elif name not in set(Platform):
                answer = messages.unknown(rest)
            elif number:
                answer = _again(session, who, Platform(name), number.strip())
            else:
                answer = _new(session, who, Platform(name))
        incoming.tell(answer)


def _new(session: Session, who: Person, platform: Platform) -> str:
    """Send what is new."""
    made = service.request(session, who, platform)
    return messages.made(made, service.standing(session, who.workspace_id, platform))


def _again(session: Session, who: Person, platform: Platform, number: str) -> str:
    """Send an earlier file."""
    if not number.isdecimal():
        return messages.no_number(number)
    return messages.again(service.request_again(session, who, platform, int(number)))


def register(listening: Listening, store: Store) -> None:
    """Listen for who asks for conversions."""
    usage = (
        "get qualified and won leads as a file for an ad platform: `conversions google`, `meta` "
        "or `linkedin`, and a number behind it for an earlier file (marketing, managers)"
    )
    asked = Conversions(store).asked
    listening.command(Command("/digest", "conversions", usage, asked, _FETCH))

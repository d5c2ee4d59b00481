"""What Slack brings in for conversions: `/digest conversions`, with a platform and a number."""

from sqlalchemy.orm import Session

from bot.people.desk import Desk
from bot.people.model import Person, Role
from bot.reports.conversions import service, view
from bot.reports.conversions.model import Platform
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
                answer = view.overview(service.overview(session, who))
            elif name not in set(Platform):
                answer = view.unknown(rest)
            elif number:
                answer = _again(session, who, Platform(name), number.strip())
            else:
                answer = _new(session, who, Platform(name))
        incoming.tell(answer)


def _new(session: Session, who: Person, platform: Platform) -> str:
    """Send what is new."""
    made = service.request(session, who, platform)
    return view.made(made, service.standing(session, who.workspace_id, platform))


def _again(session: Session, who: Person, platform: Platform, number: str) -> str:
    """Send an earlier file."""
    if not number.isdecimal():
        return view.no_number(number)
    return view.again(service.request_again(session, who, platform, int(number)))


def register(listening: Listening, store: Store) -> None:
    """Listen for who asks for conversions."""
    usage = (
        "get qualified and won leads as a file for an ad platform: `conversions google`, `meta` "
        "or `linkedin`, and a number behind it for an earlier file (marketing, managers)"
    )
    asked = Conversions(store).asked
    listening.command(Command("/digest", "conversions", usage, asked, _FETCH))

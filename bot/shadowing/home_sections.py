"""What home tabs show of shadowing: a person's pairs that are under way."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot import clock
from bot.capability import NextRun, Place
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.shadowing import capability, forms, messages, queries, rounds
from bot.shadowing.models import ShadowParticipant
from bot.slack.blocks import part

_MOST_PAIRS = 2

capability.home_setting("Stay in my shoes", forms.SETTINGS, 70, Role.MANAGER)


@capability.home_section(Place.PAIRS, *ANY_ROLE)
def pairs(session: Session, who: Person) -> list[Block]:
    """Their places in pairs that are under way."""
    return show_pairs(queries.open_participations(session, who))


def show_pairs(participants: Sequence[ShadowParticipant]) -> list[Block]:
    """The first of them; nothing where nothing is left for them."""
    drawn = (messages.row(participant, clock.now()) for participant in participants)
    rows = [row for row in drawn if row is not None]
    count = f" ({_MOST_PAIRS} of {len(rows)}: /shadow)" if len(rows) > _MOST_PAIRS else ""
    return part(f"Stay in my shoes{count}", rows[:_MOST_PAIRS]) if rows else []


@capability.next_run
def next_round(session: Session, workspace: Workspace) -> Iterator[NextRun]:
    """The round that opens next."""
    if (opens := rounds.next_round_at(session, workspace.id)) is not None:
        yield NextRun(opens, "Stay in my shoes", workspace.timezone)

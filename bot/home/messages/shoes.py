"""What is a person's own in shadowing: with whom, when, and what to do next."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, DividerBlock

from bot import clock
from bot.home.messages.parts import header
from bot.home.models import MOST_SHOES
from bot.shadowing import messages as shadowing
from bot.shadowing.models import ShadowParticipant


def shoes(participants: Sequence[ShadowParticipant]) -> list[Block]:
    """Their pairs that are under way; nothing where nothing is left for them."""
    drawn = (shadowing.row(participant, clock.now()) for participant in participants)
    rows = [row for row in drawn if row is not None]
    if not rows:
        return []
    count = f" ({MOST_SHOES} of {len(rows)}: /shadow)" if len(rows) > MOST_SHOES else ""
    return [header(f"Stay in my shoes{count}"), *rows[:MOST_SHOES], DividerBlock()]

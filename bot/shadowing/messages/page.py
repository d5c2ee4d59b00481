"""What `/shadow` shows: what is mine to do now, when the next one is, and how I stand to it."""

from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    DividerBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.shadowing.messages.card import card
from bot.shadowing.models import Mine
from bot.slack import AnyBlock
from bot.slack.text import moment

PAGE = "shadow.page"
"""What `/shadow` shows, as a modal."""
OUT = "shadow.out"
IN = "shadow.in"
APART = "shadow.apart"


def page(mine: Mine) -> View:
    """A person's page."""
    blocks: list[AnyBlock] = []
    for participant in mine.participants:
        blocks += [*card(participant, mine.shown_at).content, DividerBlock()]
    blocks.append(SectionBlock(text=_state(mine)))
    if mine.has_side:
        blocks.append(ActionsBlock(elements=_buttons(mine)))
    return View(
        type="modal", callback_id=PAGE, title="Stay in my shoes", close="Done", blocks=blocks
    )


def welcome(next_round_at: datetime | None) -> str:
    """What `/shadow in` answers."""
    return f"You are in. {_next(next_round_at)}"


def _is_in(mine: Mine) -> bool:
    return mine.member is None or not (mine.member.is_out or mine.member.rests)


def _state(mine: Mine) -> str:
    if not mine.has_side:
        return (
            "A round pairs people of marketing with people of sales, and you are in neither. An "
            "admin gives roles with `/handoff people`, and managers plan rounds with "
            "`/shadow settings`."
        )
    lines = [] if mine.participants else ["There is nothing for you to do at the moment."]
    if mine.member is not None and mine.member.is_out:
        lines.append("You are out: rounds leave you alone until you are in again.")
    elif mine.member is not None and mine.member.rests:
        lines.append("You rest, since I heard nothing from you in three rounds.")
    elif mine.member is not None and mine.member.waited and not mine.participants:
        lines.append("You had no partner last time, so you come first in the next round.")
    return "\n".join([*lines, _next(mine.next_round_at)])


def _next(at: datetime | None) -> str:
    if at is None:
        return "No rounds are planned. A manager switches them on with `/shadow settings`."
    return f"The next round is {moment(at)}."


def _buttons(mine: Mine) -> list[ButtonElement]:
    value = str(mine.person.id)
    turn = (
        ButtonElement(text="Leave me out", action_id=OUT, value=value)
        if _is_in(mine)
        else ButtonElement(text="I am in again", action_id=IN, value=value, style="primary")
    )
    return [turn, ButtonElement(text="Not with…", action_id=APART, value=value)]

"""A blocker as the two see it whom it concerns, and the buttons of blockers and ideas."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.slack import Message
from bot.slack.text import safe
from bot.standups.messages.quotes import as_written, name, quoted
from bot.standups.models import StandupAnswer

TAKE = "standup.take"
HAND_BACK = "standup.hand_back"
LIFT = "standup.lift"
MAKE = "standup.make"

_LONGEST = 1500


def blocker(found: StandupAnswer) -> Message:
    """The card that both have: the one who is blocked, and the one who takes it."""
    whose = name(found.entry.person.name)
    title = f"*What is in {whose}’s way* · {_where(found)}"
    text = "\n".join([title, *quoted(found.text, _LONGEST), state(found)])
    blocks: list[Block] = [SectionBlock(text=as_written(text))]
    if buttons := _buttons(found):
        blocks.append(ActionsBlock(elements=buttons))
    return Message(f"What is in {whose}’s way, {_where(found)}: {state(found)}", blocks)


def lifted(found: StandupAnswer) -> Message:
    """The word to the other of the two."""
    whose = name(found.entry.person.name)
    by = f" {name(found.taker.name)} had taken it." if found.taker else ""
    sentence = f"Lifted: this is no longer in {whose}’s way.{by}"
    text = "\n".join([sentence, *quoted(found.text, _LONGEST)])
    return Message(sentence, [SectionBlock(text=as_written(text))])


def outcome(found: StandupAnswer) -> list[str]:
    """The line that tells what became of it; none where there is nothing to tell."""
    if found.request_id is not None:
        return ["It became a request."]
    return [state(found)] if found.taken_by or found.lifted_at else []


def state(found: StandupAnswer) -> str:
    """Who has a blocker, in a sentence."""
    by = f" by {name(found.taker.name)}" if found.taker else ""
    if found.lifted_at is not None:
        return f"Lifted{by}."
    return f"{name(found.taker.name)} takes it." if found.taker else "Nobody has taken it yet."


def button(found: StandupAnswer) -> ButtonElement | None:
    """The one button of a blocker or an idea in a summary; None where nothing is left to do."""
    if found.is_idea and found.request_id is None:
        return ButtonElement(text="Make it a request", action_id=MAKE, value=str(found.id))
    if not found.is_blocker:
        return None
    if found.lifted_at is not None:
        return None
    if found.taken_by is None:
        return ButtonElement(text="I take it", action_id=TAKE, value=str(found.id))
    return lift_button(found)


def lift_button(found: StandupAnswer) -> ButtonElement:
    """The button that says that a blocker is out of the way."""
    return ButtonElement(text="Mark as lifted", action_id=LIFT, value=str(found.id))


def _buttons(found: StandupAnswer) -> list[ButtonElement]:
    first = button(found)
    if first is None:
        return []
    if found.taken_by is None:
        return [first]
    back = ButtonElement(text="Hand it back", action_id=HAND_BACK, value=str(found.id))
    return [first, back]


def _where(found: StandupAnswer) -> str:
    round_ = found.entry.round
    return f"{safe(round_.standup.name, 80)} of {round_.day_in_words}"

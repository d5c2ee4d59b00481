"""How a standup looks to the one who is asked: the prompt and the reminder."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot import clock
from bot.slack import Message
from bot.slack.text import moment, safe
from bot.standups.models import Answer, StandupEntry

ANSWER = "standup.answer"
SKIP = "standup.skip"
BEGIN = "standup.begin"
"""Answer a standup by its own id: before being asked, or where there are several."""


def prompt(entry: StandupEntry) -> Message:
    """The question in a direct message, and what became of it.

    It says until when, and stays true after that: closing redraws nobody's message.
    """
    if entry.state != Answer.ASKED:
        return _card(entry, _outcome(entry), _later_buttons(entry))
    asking = f"Answer until {_until(entry)}, please. It takes a few minutes."
    return _card(entry, asking, _buttons(entry))


def reminder(entry: StandupEntry) -> Message:
    """The one reminder; once it is settled it says so and keeps no buttons."""
    if entry.state != Answer.ASKED:
        return _card(entry, _outcome(entry), [])
    asking = f"A reminder: this is open until {_until(entry)}. You can also skip it."
    return _card(entry, asking, _buttons(entry))


def skipped(entry: StandupEntry) -> str:
    """What `/standup skip` answers."""
    return (
        f"You are skipping the {safe(entry.round.standup.name, 100)} of "
        f"{entry.round.day_in_words}. Should you change your mind, answer with `/standup`."
    )


def skipping(entries: list[StandupEntry]) -> str:
    """What `/standup skip` answers where there are several standups."""
    return "\n".join(skipped(entry) for entry in entries)


def _until(entry: StandupEntry) -> str:
    return moment(entry.until, "{time}")


def _outcome(entry: StandupEntry) -> str:
    """What the person made of it, and what they can still do."""
    is_open = entry.is_open(clock.now())
    if entry.state == Answer.SKIPPED:
        return "Skipped. Should you change your mind, you can still answer."
    assert entry.answered_at is not None
    late = ", after the closing" if entry.is_late else ""
    answered = f"You answered at {moment(entry.answered_at, '{time}')}{late}."
    if is_open:
        return f"{answered} You can change your answers until {_until(entry)}."
    return f"{answered} The summary is in <#{entry.round.standup.channel}>."


def _card(entry: StandupEntry, sentence: str, buttons: list[ButtonElement]) -> Message:
    name, day = safe(entry.round.standup.name, 100), entry.round.day_in_words
    blocks: list[Block] = [SectionBlock(text=f"*{name} · {day}*\n{sentence}")]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    return Message(f"{name} of {day}. {sentence}", blocks)


def _buttons(entry: StandupEntry) -> list[ButtonElement]:
    value = str(entry.id)
    return [
        ButtonElement(text="Answer", action_id=ANSWER, value=value, style="primary"),
        ButtonElement(text="Skip today", action_id=SKIP, value=value),
    ]


def _later_buttons(entry: StandupEntry) -> list[ButtonElement]:
    if entry.state == Answer.SKIPPED:
        label = "Answer after all"
    elif entry.is_open(clock.now()):
        label = "Change my answers"
    else:
        return []
    return [ButtonElement(text=label, action_id=ANSWER, value=str(entry.id))]

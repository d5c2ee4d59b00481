"""How a standup looks to the one who is asked: the prompt, the reminder, and the form."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.slack import Message
from bot.slack.text import clean, moment, safe
from bot.standups.model import Answer, Question, StandupEntry, StandupRound

ANSWER = "standup.answer"
SKIP = "standup.skip"
SEND = "standup.send"

# Slack's documents: a modal's title has at most 24 characters, an input at most 3,000.
_TITLE = 24
_LONGEST_ANSWER = 3000

_LABELS = {
    Question.DID: "What did you get done since last time?",
    Question.PLAN: "What will you do next?",
    Question.BLOCKERS: "What is in your way?",
    Question.IDEAS: "An idea worth sharing?",
}
_HINTS = {
    Question.BLOCKERS: "It comes first in the summary, so that someone can help.",
    Question.IDEAS: "What worked, what failed, what to try.",
}


def prompt(entry: StandupEntry) -> Message:
    """The question in a direct message, and what became of it."""
    if not _waits(entry):
        return _card(entry, _outcome(entry), _later_buttons(entry))
    question = (
        "What did you get done, what comes next, and is anything in your way? "
        f"You can answer until {_until(entry)}."
    )
    return _card(entry, question, _buttons(entry))


def reminder(entry: StandupEntry) -> Message:
    """The one reminder; once it is settled it says so and keeps no buttons."""
    if not _waits(entry):
        return _card(entry, _outcome(entry), [])
    asking = (
        "A reminder: your team has not heard from you yet. "
        f"You can answer until {_until(entry)}, or skip it."
    )
    return _card(entry, asking, _buttons(entry))


def form(entry: StandupEntry) -> View:
    """The form, with the answers that were given before."""
    again = entry.state == Answer.ANSWERED
    until = f"{entry.round.day_in_words} · open until {_until(entry)}"
    return View(
        type="modal",
        callback_id=SEND,
        private_metadata=str(entry.id),
        title=clean(_name(entry.round), _TITLE),
        submit="Save" if again else "Send",
        close="Cancel",
        blocks=[
            ContextBlock(elements=[MarkdownTextObject(text=until)]),
            *[_input(question, entry.said(question)) for question in Question],
        ],
    )


def skipped(entry: StandupEntry) -> str:
    """What `/standup skip` answers."""
    return (
        f"You are skipping the {safe(_name(entry.round), 100)} of {entry.round.day_in_words}. "
        f"Should you change your mind, answer with `/standup` until {_until(entry)}."
    )


def _name(round_: StandupRound) -> str:
    return f"{round_.standup.team.name} standup"


def _waits(entry: StandupEntry) -> bool:
    return entry.round.is_open and entry.state == Answer.ASKED


def _until(entry: StandupEntry) -> str:
    return moment(entry.round.closes_at, "{time}")


def _outcome(entry: StandupEntry) -> str:
    """What the person made of it, and what they can still do."""
    if entry.round.is_open:
        return _while_open(entry)
    summary = f"The summary is in <#{entry.round.standup.channel}>."
    if entry.state == Answer.ANSWERED:
        return f"Closed. {_answered(entry)} {summary}"
    if entry.state == Answer.SKIPPED:
        return f"Closed. You skipped this one. {summary}"
    return f"Closed without an answer from you. {summary}"


def _while_open(entry: StandupEntry) -> str:
    if entry.state == Answer.ANSWERED:
        return f"{_answered(entry)} You can change your answers until {_until(entry)}."
    return f"Skipped. Should you change your mind, you can answer until {_until(entry)}."


def _answered(entry: StandupEntry) -> str:
    assert entry.answered_at is not None
    return f"You answered at {moment(entry.answered_at, '{time}')}."


def _card(entry: StandupEntry, sentence: str, buttons: list[ButtonElement]) -> Message:
    name, day = safe(_name(entry.round), 100), entry.round.day_in_words
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
    if not entry.round.is_open:
        return []
    answered = entry.state == Answer.ANSWERED
    label = "Change my answers" if answered else "Answer after all"
    return [ButtonElement(text=label, action_id=ANSWER, value=str(entry.id))]


def _input(question: Question, said: str) -> InputBlock:
    return InputBlock(
        block_id=question,
        label=_LABELS[question],
        hint=_HINTS.get(question),
        optional=not question.needs_answer,
        element=PlainTextInputElement(
            action_id=question,
            multiline=True,
            max_length=_LONGEST_ANSWER,
            initial_value=said or None,
        ),
    )

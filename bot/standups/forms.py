"""The forms of standups: the answers; a new one, a change of its settings, and its questions."""

from collections.abc import Mapping, Sequence
from datetime import time
from secrets import token_hex
from typing import Any, Self

from pydantic import field_validator, model_validator
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from bot.errors import FieldErrors
from bot.people.models import Team
from bot.slack import inputs
from bot.slack.forms import Form, Group, Hidden
from bot.slack.inputs import (
    MOST_OPTIONS,
    WEEKDAYS,
    Changes,
    Choice,
    checkboxes,
    clock,
    number,
    radio,
    select,
    text,
    tick,
    zone,
)
from bot.slack.text import clean
from bot.standups.models import (
    LONGEST_ANSWER,
    LONGEST_LABEL,
    LONGEST_NAME,
    MOST_QUESTIONS,
    NEW,
    Closing,
    Standup,
    Theme,
    crontab_days,
)
from bot.standups.templates import Template

# Shorter than a day, so that a round is closed before the next one opens.
_LONGEST_MINUTES = 23 * 60
_FROM_NOW_ON = "Changes apply from the next round. A round that is open stays as it is."
_CLOSING = {
    Closing.EACH: "Everyone has the same time, from when they're asked",
    Closing.LAST: "Everyone can answer until the last person's time is up",
}


class Answers(Form, id="standup.send", title="Standup", submit="Send"):
    """What somebody answers."""

    entry_id: Hidden[int]
    answers: dict[str, str] = text("Question", most=LONGEST_ANSWER, multiline=True)
    """By the questions' keys."""


class Settings(Form):
    """The settings that a new standup and a change of one have in common."""

    name: str = text("Name", most=LONGEST_NAME)
    days: list[str] = checkboxes("Days", options=WEEKDAYS)
    at: time = clock("Asked at")
    zone: str | None = zone(
        "Time zone", optional=True,
        hint="Leave empty for everyone's local time, or enter one for all, such as Europe/Berlin.",
    )  # fmt: skip
    remind_after_minutes: int = number(
        "Reminder after (minutes)", minimum=1, maximum=_LONGEST_MINUTES,
        hint="Sent once, to anyone who hasn't answered or skipped.",
    )  # fmt: skip
    close_after_minutes: int = number(
        "Closes after (minutes)", minimum=1, maximum=_LONGEST_MINUTES,
        hint="The summary is posted when the last person's time is up.",
    )  # fmt: skip
    closing: Closing = radio(
        "Closing", options=[Choice(each, words) for each, words in _CLOSING.items()]
    )
    channel: str = inputs.channel(
        "Summary channel", missing="Choose the channel that gets the summary."
    )
    readers: str | None = inputs.channel(
        "Other department's channel", optional=True,
        hint="If it's a different one. Invite me to it first.",
    )  # fmt: skip
    readers_in_thread: bool = tick(
        "Thread", "Post there in a weekly thread", value="thread", optional=True
    )

    @field_validator("name")
    @classmethod
    def _is_named(cls, name: str) -> str:
        if not (named := " ".join(clean(name, LONGEST_NAME).split())):
            raise ValueError("Give it a name, such as “Sales standup”.")
        return named

    @field_validator("days")
    @classmethod
    def _has_a_day(cls, days: list[str]) -> list[str]:
        if not days:
            raise ValueError("Choose at least one day. To stop for a while, pause the standup.")
        return days

    @model_validator(mode="after")
    def _reminds_before_it_closes(self) -> Self:
        if self.remind_after_minutes >= self.close_after_minutes:
            sentence = (
                f"The standup closes after {self.close_after_minutes} minutes. "
                "Choose an earlier reminder."
            )
            raise FieldErrors({"remind_after_minutes": sentence})
        return self

    @property
    def facts(self) -> dict[str, Any]:
        """The settings by the columns of a standup."""
        facts = {name: getattr(self, name) for name in Settings.model_fields}
        return {**facts, "days": crontab_days(self.days)}

    @classmethod
    def settings_of(cls, standup: Standup) -> dict[str, Any]:
        """What stands in the fields at first."""
        facts = {name: getattr(standup, name) for name in Settings.model_fields}
        return {**facts, "days": standup.weekdays}


class NewStandup(Settings, id="standup.create", title="New standup", submit="Create", close="Back"):
    """A new standup."""

    token: Hidden[str]
    """It makes a submission that comes twice one standup."""
    team: int = select("Team", missing="Choose a team.", before="name")
    template: Template = select(
        "Start with", hint="You can change the questions later.", before="name"
    )

    @classmethod
    def of(cls, usual: Standup, teams: Sequence[Team]) -> View:
        """The form, with the usual settings."""
        choices = [Choice(team.id, team.name) for team in teams[:MOST_OPTIONS]]
        return cls.modal(
            token=token_hex(12), **cls.settings_of(usual), fields={"team": {"options": choices}}
        )


class ChangeStandup(Settings, id="standup.save", title="Change", submit="Save", close="Back"):
    """A change of one standup."""

    standup_id: Hidden[int]

    @classmethod
    def of(cls, standup: Standup) -> View:
        """The form of a standup."""
        return cls.modal(
            title=standup.name, standup_id=standup.id, **cls.settings_of(standup),
            blocks=[SectionBlock(text=_FROM_NOW_ON)],
        )  # fmt: skip


class Question(Group):
    """One question."""

    label: str = text("Question", most=LONGEST_LABEL, optional=True)
    theme: Theme = select("Theme")
    needed: bool = tick("Answer", "Required", value="needed", optional=True)

    @property
    def words(self) -> str:
        """The question as it is asked; empty: it is removed."""
        return " ".join(clean(self.label, LONGEST_LABEL).split())


class ChangeQuestions(
    Form, id="standup.save_questions", title="Questions", submit="Save", close="Back"
):
    """The questions of a standup: their words, and what each is about."""

    standup_id: Hidden[int]
    questions: dict[str, Question]
    """By their keys; under `NEW` the one that is added."""

    @classmethod
    def of(cls, standup: Standup) -> View:
        """The form, with room for one more question if there may be one."""
        questions: dict[str, Mapping[str, Any]] = {
            each.key: {"label": each.label, "theme": each.theme, "needed": each.needs_answer}
            for each in standup.active_questions
        }
        if len(questions) < MOST_QUESTIONS:
            questions[NEW] = {"theme": Theme.OTHER}
        one_more: Changes = {"label": "Add a question"}
        intro = "Clear a question to remove it. Past answers stay."
        return cls.modal(
            standup_id=standup.id, questions=questions, blocks=[SectionBlock(text=intro)],
            fields={f"questions:{NEW}:label": one_more},
        )  # fmt: skip

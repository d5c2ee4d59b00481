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
_FROM_NOW_ON = "Changes apply from the next round on. One that is open stays as it is."
_CLOSING = {
    Closing.EACH: "Each has the same time, from when they are asked",
    Closing.LAST: "Everybody may answer until the last one’s time is over",
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
        hint="Empty: each person at their own local time. Or one for all, such as Europe/Berlin.",
    )  # fmt: skip
    remind_after_minutes: int = number(
        "Reminder after (minutes)", minimum=1, maximum=_LONGEST_MINUTES,
        hint="Goes once, to those who have neither answered nor skipped.",
    )  # fmt: skip
    close_after_minutes: int = number(
        "Closes after (minutes)", minimum=1, maximum=_LONGEST_MINUTES,
        hint="The summary is posted when the last person’s time is over.",
    )  # fmt: skip
    closing: Closing = radio(
        "Closing", options=[Choice(each, words) for each, words in _CLOSING.items()]
    )
    channel: str = inputs.channel(
        "Channel of the summary", missing="Choose the channel that gets the summary."
    )
    readers: str | None = inputs.channel(
        "Where the other department reads it", optional=True,
        hint="Its own channel, if it is another one. I have to be in it.",
    )  # fmt: skip
    readers_in_thread: bool = tick(
        "There", "In a thread, one for each week", value="thread", optional=True
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
                f"The standup closes after {self.close_after_minutes} minutes; "
                "the reminder has to come before that."
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
    team: int = select("Team", missing="Choose the team that is asked.", before="name")
    template: Template = select(
        "Questions to begin with", hint="You can change them afterwards.", before="name"
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
    needed: bool = tick("Answer", "An answer is needed", value="needed", optional=True)

    @property
    def words(self) -> str:
        """The question as it is asked; empty: it is asked no more."""
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
        one_more: Changes = {"label": "One more question"}
        intro = "Empty a question to ask it no more. Answers that were given stay."
        return cls.modal(
            standup_id=standup.id, questions=questions, blocks=[SectionBlock(text=intro)],
            fields={f"questions:{NEW}:label": one_more},
        )  # fmt: skip

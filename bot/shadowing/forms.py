"""The modals of shadowing: a time, goals, who goes instead, the debrief, whom not, the settings."""

from collections.abc import Sequence
from datetime import datetime, time

from pydantic import field_validator
from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.people.models import Person, Role
from bot.shadowing.models import (
    LONGEST_ANSWER,
    LONGEST_GOAL,
    Debrief,
    Goal,
    Rounds,
    ShadowExclusion,
    ShadowParticipant,
    ShadowSetting,
)
from bot.slack import inputs
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import WEEKDAYS, Choice, checkboxes, clock, number, radio, select, text, tick
from bot.slack.paging import page_turns
from bot.slack.text import clean, moment

SETTINGS = "shadow.settings"
SHOW_APART = "shadow.show_apart"
LET_MEET = "shadow.let_meet"
APART_PAGE = "shadow.apart_page"

_APART_ON_A_PAGE = 40


class ProposeTime(Form, id="shadow.save_time", title="Propose a time", submit="Propose"):
    """Another time, and how long it takes."""

    participant_id: Hidden[int]
    starts_at: datetime = inputs.moment("When")
    minutes: int = select(
        "How long",
        options=[
            Choice(60, "An hour"),
            Choice(120, "Two hours"),
            Choice(240, "Half a day"),
            Choice(480, "A whole shift"),
        ],
    )

    @classmethod
    def of(cls, participant: ShadowParticipant, suggested: datetime) -> View:
        """The modal of a participant; `suggested` is offered, for an hour."""
        about = "It's booked once your partner agrees. Times are in your own time zone."
        return cls.modal(
            participant_id=participant.id,
            starts_at=suggested,
            minutes=60,
            blocks=[SectionBlock(text=about)],
        )


class SetGoals(Form, id="shadow.save_goals", title="Goals"):
    """What somebody wants of it."""

    participant_id: Hidden[int]
    goals: list[Goal] = checkboxes("What would you like to see or learn?", optional=True)
    own: str = text("In your own words", most=LONGEST_GOAL, optional=True)

    @classmethod
    def of(cls, participant: ShadowParticipant) -> View:
        """The modal of a participant, with the goals that it has."""
        return cls.modal(
            participant_id=participant.id, goals=participant.goals, own=participant.own_goal
        )


class HandOn(Form, id="shadow.save_hand_on", title="Send a colleague instead", submit="Send them"):
    """Which colleague goes instead."""

    participant_id: Hidden[int]
    colleague: str = inputs.user(
        "Who goes?", hint="They get a message right away, and find a time of their own."
    )

    @classmethod
    def of(cls, participant: ShadowParticipant, colleagues: Sequence[Person]) -> View:
        """The modal of a participant; where nobody is free, it says so."""
        if not colleagues:
            nobody = (
                "None of your colleagues is free: each has a partner, is away, or has met this "
                "person. You can propose another time or cancel."
            )
            blocks = [SectionBlock(text=nobody)]
            return View(type="modal", title="Send a colleague instead", close="Back", blocks=blocks)
        options = [Choice(each.id, each.name) for each in colleagues]
        return cls.modal(participant_id=participant.id, fields={"colleague": {"options": options}})


class WriteDebrief(Form, id="shadow.save_debrief", title="How was it?", submit="Send"):
    """How it was."""

    participant_id: Hidden[int]
    surprised: str = text("What surprised you?", most=LONGEST_ANSWER, multiline=True)
    change: str = text("What will you change?", most=LONGEST_ANSWER, multiline=True)
    idea: str = text(
        "Any ideas?",
        hint="You can turn it into a request or a campaign afterwards.",
        most=LONGEST_ANSWER,
        multiline=True,
        optional=True,
    )
    shares: bool = tick(
        "Sharing",
        "Post it in the shared channel, if my partner agrees too",
        hint="Your partner always sees it, once you've both written.",
        optional=True,
    )

    @field_validator("surprised", "change", "idea")
    @classmethod
    def _visible(cls, answer: str) -> str:
        return clean(answer, LONGEST_ANSWER).strip()

    @field_validator("surprised", "change")
    @classmethod
    def _has_words(cls, answer: str) -> str:
        if not answer:
            raise ValueError("Write a few words. “Nothing” is fine too.")
        return answer

    @classmethod
    def of(cls, participant: ShadowParticipant) -> View:
        """The modal of a participant; what was written before stands in it."""
        return cls.modal(
            participant_id=participant.id,
            surprised=participant.surprised,
            change=participant.change,
            idea=participant.idea,
            shares=participant.shares,
        )

    @property
    def answers(self) -> Debrief:
        """What was written."""
        return Debrief(self.surprised, self.change, self.idea, self.shares)


class KeepApart(Form, id="shadow.save_apart", title="Not with…", submit="Keep apart", close="Done"):
    """Two people whom rounds do not pair: each person's own list, and an admin's whole one."""

    is_admin: Hidden[bool]
    one: str | None = inputs.user("Who", when=lambda values: values["is_admin"])
    other: str = inputs.user("Not with")

    @classmethod
    def of(cls, apart: Sequence[ShadowExclusion], person: Person, page: int = 0) -> View:
        """The modal of this person, with a page of those whom they see to be kept apart."""
        is_admin = person.has(Role.ADMIN)
        about = (
            "These people are never paired. Only admins see the whole list."
            if is_admin
            else "Who shouldn't you be paired with? Only admins can see this."
        )
        last = max(-(-len(apart) // _APART_ON_A_PAGE) - 1, 0)
        page = min(page, last)
        shown = apart[page * _APART_ON_A_PAGE : (page + 1) * _APART_ON_A_PAGE]
        rows = [_apart_row(each, person, is_admin=is_admin) for each in shown]
        return cls.modal(
            is_admin=is_admin,
            one=person.slack_id,
            blocks=[SectionBlock(text=about)],
            below=[*rows, *_apart_pages(page, last)],
        )


class SetRounds(Form, id="shadow.save_settings", title="Stay in my shoes"):
    """When rounds are, and how they pair."""

    active: bool = radio("Rounds", options=[Choice(True, "On"), Choice(False, "Off")])
    every_weeks: int = number("Weeks between rounds", minimum=1, maximum=26)
    day: str = select("Day", options=WEEKDAYS)
    at: time = clock("Time")
    two_pairs: bool = tick(
        "If departments are uneven",
        "People in the smaller department can get two partners",
        optional=True,
    )

    @classmethod
    def of(
        cls, setting: ShadowSetting, zone: str, next_at: datetime | None = None, *, is_admin: bool
    ) -> View:
        """The modal with what is set, in the workspace's `zone`; an admin gets to those who are
        kept apart."""
        following = f" The next round starts {moment(next_at)}." if next_at else ""
        about = (
            "Each round pairs people from marketing and sales. Anyone without a partner is told, "
            f"and is first in line next time.{following}"
        )
        apart = ButtonElement(text="Show", action_id=SHOW_APART, value="0")
        below = [SectionBlock(text="People who are never paired", accessory=apart)]
        return cls.modal(
            active=setting.active,
            every_weeks=setting.every_weeks,
            day=setting.day,
            at=setting.at,
            two_pairs=setting.two_pairs,
            blocks=[SectionBlock(text=about)],
            below=below if is_admin else [],
            fields={"at": {"hint": f"Workspace time, {zone}."}},
        )

    @property
    def rounds(self) -> Rounds:
        """What is to be set."""
        return Rounds(self.active, self.every_weeks, self.day, self.at, self.two_pairs)


def _apart_row(apart: ShadowExclusion, person: Person, *, is_admin: bool) -> SectionBlock:
    other = apart.other if apart.one_id == person.id else apart.one
    both = f"{apart.one.mention} and {apart.other.mention}"
    words = f"{both} (requested by {apart.by.mention})" if is_admin else other.mention
    button = ButtonElement(text="Remove", action_id=LET_MEET, value=str(apart.id))
    return SectionBlock(text=words, accessory=button)


def _apart_pages(page: int, last: int) -> list[Block]:
    if not last:
        return []
    note = MarkdownTextObject(text=f"Page {page + 1} of {last + 1}")
    return [*page_turns(APART_PAGE, page, last + 1), ContextBlock(elements=[note])]

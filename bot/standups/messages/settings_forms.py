"""The forms of a standup's settings: a new one, a change, and the questions."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.people.models import Team
from bot.slack.text import clean
from bot.standups.models import (
    DAYS,
    LONGEST_LABEL,
    LONGEST_NAME,
    MOST_QUESTIONS,
    Closing,
    Standup,
    Template,
    Theme,
)
from bot.standups.models import NEW as NEW_KEY

CREATE = "standup.create"
SAVE = "standup.save"
SAVE_QUESTIONS = "standup.save_questions"

_TITLE = 24
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FROM_NOW_ON = "Changes apply from the next round on. One that is open stays as it is."
_CLOSING = {
    Closing.EACH: "Each has the same time, from when they are asked",
    Closing.LAST: "Everybody may answer until the last one’s time is over",
}


def new(standup: Standup, teams: Sequence[Team], token: str) -> View:
    """The form of a new standup; its token makes a submission that comes twice one standup."""
    choose = [Option(text=clean(team.name, 75), value=str(team.id)) for team in teams[:100]]
    templates = [Option(text=each.label, value=each.value) for each in Template]
    return View(
        type="modal",
        callback_id=CREATE,
        private_metadata=token,
        title="New standup",
        submit="Create",
        close="Back",
        blocks=[
            _input("team", "Team", StaticSelectElement(action_id="team", options=choose)),
            _input("template", "Questions to begin with",
                   StaticSelectElement(action_id="template", options=templates),
                   "You can change them afterwards."),
            *_settings(standup),
        ],
    )  # fmt: skip


def change(standup: Standup) -> View:
    """The modal that changes one standup; the block ids are the fields that the verb takes."""
    return View(
        type="modal",
        callback_id=SAVE,
        private_metadata=str(standup.id),
        title=clean(standup.name, _TITLE),
        submit="Save",
        close="Back",
        blocks=[SectionBlock(text=_FROM_NOW_ON), *_settings(standup)],
    )


def questions(standup: Standup) -> View:
    """The modal that changes the questions: their words, and what each is about."""
    blocks: list[Block] = [
        SectionBlock(text="Empty a question to ask it no more. Answers that were given stay.")
    ]
    for each in standup.asked:
        blocks += _question(each.key, "Question", each.label, each.theme, needed=each.needs_answer)
    if len(standup.asked) < MOST_QUESTIONS:
        blocks += _question(NEW_KEY, "One more question", "", Theme.OTHER, needed=False)
    return View(
        type="modal",
        callback_id=SAVE_QUESTIONS,
        private_metadata=str(standup.id),
        title="Questions",
        submit="Save",
        close="Back",
        blocks=blocks,
    )


def _settings(standup: Standup) -> list[Block]:
    return [
        _input("name", "Name", _text("name", standup.name, LONGEST_NAME)),
        _input("days", "Days", _days(standup)),
        _input("at", "Asked at",
               TimePickerElement(action_id="at", initial_time=f"{standup.at:%H:%M}")),
        _input("zone", "Time zone", _text("zone", standup.zone or "", 60),
               "Empty: each person at their own local time. Or one for all, such as Europe/Berlin.",
               optional=True),
        _input("remind_after_minutes", "Reminder after (minutes)",
               _minutes("remind_after_minutes", standup.remind_after_minutes),
               "Goes once, to those who have neither answered nor skipped."),
        _input("close_after_minutes", "Closes after (minutes)",
               _minutes("close_after_minutes", standup.close_after_minutes),
               "The summary is posted when the last person’s time is over."),
        _input("closing", "Closing", _closing(standup)),
        _input("channel", "Channel of the summary", _channel("channel", standup.channel)),
        _input("readers", "Where the other department reads it",
               _channel("readers", standup.readers),
               "Its own channel, if it is another one. I have to be in it.", optional=True),
        _input("readers_in_thread", "There", _in_thread(standup), optional=True),
    ]  # fmt: skip


def _question(key: str, title: str, label: str, theme: str, *, needed: bool) -> list[Block]:
    themes = [Option(text=each.label, value=each.value) for each in Theme]
    chosen = next(option for option in themes if option.value == theme)
    must = Option(text="An answer is needed", value="needed")
    return [
        _input(f"label:{key}", title, _text(f"label:{key}", label, LONGEST_LABEL), optional=True),
        _input(f"theme:{key}", "Theme", StaticSelectElement(
            action_id=f"theme:{key}", options=themes, initial_option=chosen)),
        _input(f"needed:{key}", "Answer", CheckboxesElement(
            action_id=f"needed:{key}", options=[must], initial_options=[must] if needed else None,
        ), optional=True),
    ]  # fmt: skip


def _input(
    field: str,
    label: str,
    element: InputInteractiveElement,
    hint: str | None = None,
    *,
    optional: bool = False,
) -> InputBlock:
    return InputBlock(block_id=field, label=label, hint=hint, element=element, optional=optional)


def _text(field: str, value: str, longest: int) -> PlainTextInputElement:
    return PlainTextInputElement(action_id=field, initial_value=value or None, max_length=longest)


def _days(standup: Standup) -> CheckboxesElement:
    options = [Option(text=name, value=day) for name, day in zip(_DAY_NAMES, DAYS, strict=True)]
    chosen = [option for option in options if option.value in standup.weekdays]
    return CheckboxesElement(action_id="days", options=options, initial_options=chosen)


def _minutes(field: str, value: int) -> NumberInputElement:
    return NumberInputElement(action_id=field, initial_value=value, min_value=1)


def _closing(standup: Standup) -> RadioButtonsElement:
    options = [Option(text=text, value=value.value) for value, text in _CLOSING.items()]
    chosen = next(option for option in options if option.value == standup.closing)
    return RadioButtonsElement(action_id="closing", options=options, initial_option=chosen)


def _channel(field: str, channel: str | None) -> ConversationSelectElement:
    return ConversationSelectElement(
        action_id=field,
        initial_conversation=channel,
        filter=ConversationFilter(include=["public", "private"]),
    )


def _in_thread(standup: Standup) -> CheckboxesElement:
    thread = Option(text="In a thread, one for each week", value="thread")
    return CheckboxesElement(
        action_id="readers_in_thread",
        options=[thread],
        initial_options=[thread] if standup.readers_in_thread else None,
    )

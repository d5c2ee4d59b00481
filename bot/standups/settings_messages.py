"""How the standups' settings look: all of them, and one with what can be done with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.formats import clock, plural, weekdays
from bot.rounding import whole
from bot.slack.blocks import note
from bot.slack.paging import page_turns
from bot.slack.text import clean, moment, safe
from bot.standups.messages import as_written
from bot.standups.models import DAYS, Closing, Standup, Theme, Trend

OVERVIEW = "standup.overview"
OPEN = "standup.open"
NEW = "standup.new"
CHANGE = "standup.change"
QUESTIONS = "standup.questions"
PAUSE = "standup.pause"
GO_ON = "standup.go_on"
ARCHIVE = "standup.archive"

_TITLE = 24
_PAGE_SIZE = 20


def overview(
    standups: Sequence[Standup], trends: Mapping[int, Trend], number: int = 0,
    next_runs: Mapping[int, datetime] | None = None,
) -> View:  # fmt: skip
    """All standups in a few words, a page of them; pages count from 0. `next_runs` says when each
    asks somebody next."""
    pages = max(-(-len(standups) // _PAGE_SIZE), 1)
    number = min(max(number, 0), pages - 1)
    shown = standups[number * _PAGE_SIZE : (number + 1) * _PAGE_SIZE]
    return View(
        type="modal",
        callback_id=OVERVIEW,
        title="Standups",
        close="Done",
        blocks=[
            *settings_rows(shown, trends, next_runs or {}),
            *page_turns(OVERVIEW, number, pages),
        ],
    )


def settings_rows(
    standups: Sequence[Standup], trends: Mapping[int, Trend], next_runs: Mapping[int, datetime]
) -> list[Block]:
    """Each standup with its button, and one for a new one: for this modal and for App Home."""
    rows: list[Block] = [
        SectionBlock(
            text=as_written(
                "\n".join(_summary_lines(each, trends.get(each.id), next_runs.get(each.id)))
            ),
            accessory=ButtonElement(text="Open", action_id=OPEN, value=str(each.id)),
        )
        for each in standups
    ]
    if not rows:
        rows = [SectionBlock(text="No standups yet. Create the first one for a team.")]
    new = ButtonElement(text="New standup", action_id=NEW, value="0")
    return [*rows, ActionsBlock(elements=[new])]


def details(standup: Standup, trend: Trend | None, next_at: datetime | None = None) -> View:
    """One standup: all its settings, its questions, how many answer it, and the buttons."""
    lines = [*_summary_lines(standup, trend, next_at), _closing(standup), *_channels(standup)]
    questions = [
        f"{n}. {_question(each.label, each.theme)}"
        for n, each in enumerate(standup.active_questions, 1)
    ]
    hint = (
        f"Only on days when {safe(standup.team.name, 80)} works. People who are away aren't asked."
    )
    return View(
        type="modal",
        callback_id=OPEN,
        private_metadata=str(standup.id),
        title=clean(standup.name, _TITLE),
        close="Back",
        blocks=[
            SectionBlock(text=as_written("\n".join(lines))),
            SectionBlock(text=as_written("\n".join(["*Questions*", *questions]))),
            ActionsBlock(elements=_buttons(standup)),
            note(hint),
        ],
    )


def _summary_lines(standup: Standup, trend: Trend | None, next_at: datetime | None) -> list[str]:
    zone = standup.zone or "everyone's local time"
    next_run = f", next {moment(next_at, '{date_short_pretty}')}" if next_at else ""
    days = weekdays(map(DAYS.index, standup.weekdays))
    when = f"{days} at {clock(standup.at)} ({zone}){next_run}"
    return [
        f"*{safe(standup.name, 80)}* · {safe(standup.team.name, 80)}",
        when if standup.active else f"Paused · {when}",
        *([_response_rates(trend)] if trend else []),
    ]


def _response_rates(trend: Trend) -> str:
    """`Answered: 80% this week; 75%, n/a, 60% in earlier weeks`."""
    now, *before = [_percent(share) for share in trend.shares]
    return f"Answered: {now} this week; {', '.join(before)} in earlier weeks"


def _percent(share: Fraction | None) -> str:
    return "n/a" if share is None else f"{whole(100 * share)}%"


def _closing(standup: Standup) -> str:
    until = (
        "when the last person's time is up"
        if standup.closing == Closing.LAST
        else f"{plural(standup.close_after_minutes, 'minute')} after each person is asked"
    )
    return f"Reminder after {plural(standup.remind_after_minutes, 'minute')}, closes {until}"


def _channels(standup: Standup) -> list[str]:
    lines = [f"Summary in <#{standup.channel}>"]
    if standup.readers:
        thread = ", in a weekly thread" if standup.readers_in_thread else ""
        lines.append(f"The other department reads it in <#{standup.readers}>{thread}")
    return lines


def _question(label: str, theme: str) -> str:
    return f"{safe(label, 200)} _({Theme(theme).label})_"


def _buttons(standup: Standup) -> list[ButtonElement]:
    value = str(standup.id)
    pause, label = (PAUSE, "Pause") if standup.active else (GO_ON, "Resume")
    sure = ConfirmObject(
        title="Delete this standup?",
        text="Nobody will be asked anymore. Past summaries stay in the channels.",
        confirm="Delete",
        deny="Keep",
    )
    return [
        ButtonElement(text="Change", action_id=CHANGE, value=value),
        ButtonElement(text="Questions", action_id=QUESTIONS, value=value),
        ButtonElement(text=label, action_id=pause, value=value),
        ButtonElement(text="Delete", action_id=ARCHIVE, value=value, style="danger", confirm=sure),
    ]

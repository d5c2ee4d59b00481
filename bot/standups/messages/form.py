"""The form of a standup: what is asked, with the facts that help to answer it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot import clock
from bot.campaigns.models import Campaign
from bot.leads.models import Arrivals
from bot.slack.inputs import Changes
from bot.slack.text import moment, plural, safe
from bot.standups.forms import Answers
from bot.standups.messages.asked import BEGIN
from bot.standups.messages.lifting import lift_button
from bot.standups.messages.quotes import as_written, name
from bot.standups.models import (
    Answer,
    Facts,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    Theme,
    Today,
)

_MOST_CAMPAIGNS = 5
_MOST_BLOCKERS = 3
_LONGEST_BLOCKER = 150

_HINTS = {
    Theme.BLOCKERS: "It comes first in the summary, so that someone across the table can take it.",
    Theme.IDEAS: "The other department reads it too.",
}


def form(entry: StandupEntry, facts: Facts) -> View:
    """The form, with the answers that were given before."""
    again = entry.state == Answer.ANSWERED
    asked = entry.round.standup.asked
    return Answers.modal(
        entry_id=entry.id,
        answers={question.key: entry.said(question) for question in asked},
        title=entry.round.standup.name,
        submit="Save" if again else None,
        blocks=[
            _note(f"{entry.round.day_in_words} · {_until(entry)}"),
            *map(_note, _known(facts)),
            *_unlifted(facts.blockers, entry.person_id),
        ],
        fields={f"answers:{question.key}": _asks(question) for question in asked},
    )


def choice(found: Sequence[Today]) -> View:
    """Which of one's standups, where there are several."""
    return View(
        type="modal",
        title="Standups",
        close="Cancel",
        blocks=[SectionBlock(text="Which one do you want to answer?"), *map(_choice, found)],
    )


def _known(facts: Facts) -> list[str]:
    """What is so, as lines above the questions; nothing where there is nothing to tell."""
    work = facts.work
    counts = {"held": work.open, "past the promised answer": work.overdue, "to rate": work.unrated}
    mine = [f"{count:,} {what}" for what, count in counts.items() if count]
    lines = [f"Your leads: {', '.join(mine)}"] if mine else []
    shown = facts.campaigns[:_MOST_CAMPAIGNS]
    lines += [_arrived(*each) for each in shown]
    if left := len(facts.campaigns) - len(shown):
        lines.append(f"and {plural(left, 'more campaign')} of yours")
    return lines


def _unlifted(found: Sequence[StandupAnswer], person_id: int) -> list[Block]:
    """What is still in their way, and what they took of others."""
    shown = found[:_MOST_BLOCKERS]
    rows: list[Block] = [_still(each, person_id) for each in shown]
    if left := len(found) - len(shown):
        rows.append(_note(f"and {plural(left, 'more blocker')} that nobody has lifted"))
    return rows


def _still(found: StandupAnswer, person_id: int) -> SectionBlock:
    text = safe(" ".join(found.text.split()), _LONGEST_BLOCKER)
    if found.entry.person_id != person_id:
        told = f"You took what is in {name(found.entry.person.name)}’s way"
    else:
        taken = f"{name(found.taker.name)} has taken it" if found.taker else "nobody has taken it"
        told = f"Still in your way, and {taken}"
    return SectionBlock(text=as_written(f"{told}: “{text}”"), accessory=lift_button(found))


def _arrived(campaign: Campaign, came: Arrivals) -> str:
    return (
        f"{safe(campaign.name, 100)} today: {plural(came.received, 'lead')}, {came.claimed:,} "
        f"claimed, {came.rated:,} rated, {came.liked:,} of them hot or good"
    )


def _choice(today: Today) -> SectionBlock:
    answered = today.entry is not None and today.entry.state == Answer.ANSWERED
    label = "Change my answers" if answered else "Answer"
    return SectionBlock(
        text=f"*{safe(today.standup.name, 100)}*\n{_state(today)}",
        accessory=ButtonElement(text=label, action_id=BEGIN, value=str(today.standup.id)),
    )


def _state(today: Today) -> str:
    if today.entry is None or today.entry.asked_at is None:
        return "Not asked yet; you can answer already"
    if today.is_open:
        return f"Open until {moment(today.entry.until, '{time}')}"
    return "Closed; a late answer is still added to the summary"


def _until(entry: StandupEntry) -> str:
    if entry.is_open(clock.now()):
        return f"open until {moment(entry.until, '{time}')}"
    return "closed; your answer is added to the summary, marked as late"


def _note(text: str) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


def _asks(question: StandupQuestion) -> Changes:
    return {
        "label": question.label,
        "hint": _HINTS.get(Theme(question.theme)),
        "optional": not question.needs_answer,
    }

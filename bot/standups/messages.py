"""What somebody gets who is asked or blocked: the prompt, the form, a blocker's card."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot import clock
from bot.campaigns.models import Campaign
from bot.formats import plural
from bot.leads.list_models import Arrivals
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.inputs import Changes
from bot.slack.text import moment, safe
from bot.standups.forms import Answers
from bot.standups.models import (
    Answer,
    Facts,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
    Theme,
    Today,
)

_MOST_LINES = 12
_NAME = 80

ANSWER = "standup.answer"
SKIP = "standup.skip"
BEGIN = "standup.begin"
"""Answer a standup by its own id: before being asked, or where there are several."""

TAKE = "standup.take"
HAND_BACK = "standup.hand_back"
RESOLVE = "standup.resolve"
MAKE = "standup.make"

_LONGEST_ON_CARD = 1500

_MOST_CAMPAIGNS = 5
_MOST_BLOCKERS = 3
_LONGEST_BLOCKER = 150

_HINTS = {
    Theme.BLOCKERS: "Goes to the top of the summary, so that somebody can help.",
    Theme.IDEAS: "The other department sees it too.",
}


def quoted(text: str, longest: int) -> list[str]:
    """The text as the lines of a quote; what is beyond the last line runs on in it."""
    written = [line.strip() for line in text.splitlines() if line.strip()]
    head, tail = written[: _MOST_LINES - 1], written[_MOST_LINES - 1 :]
    lines = [*head, " ".join(tail)] if tail else head
    return [f">{line}" for line in safe("\n".join(lines), longest).split("\n")]


def as_written(text: str) -> MarkdownTextObject:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return MarkdownTextObject(text=text, verbatim=True)


def name(text: str) -> str:
    """Somebody's name on one line."""
    return safe(" ".join(text.split()), _NAME)


def prompt(entry: StandupEntry) -> Message:
    """The question in a direct message, and what became of it.

    It says until when, and stays true after that: closing redraws nobody's message.
    """
    if entry.state != Answer.ASKED:
        return _card(entry, _outcome(entry), _later_buttons(entry))
    sentence = f"Please answer by {_until(entry)}. It takes a few minutes."
    return _card(entry, sentence, _buttons(entry))


def reminder(entry: StandupEntry) -> Message:
    """The one reminder; once it is settled it says so and keeps no buttons."""
    if entry.state != Answer.ASKED:
        return _card(entry, _outcome(entry), [])
    sentence = f"Reminder: please answer by {_until(entry)}, or skip it."
    return _card(entry, sentence, _buttons(entry))


def skipped(entry: StandupEntry) -> str:
    """What `/standup skip` answers."""
    return (
        f"You're skipping the {safe(entry.round.standup.name, 100)} of "
        f"{entry.round.day_in_words}. You can still answer with `/standup`."
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
        return "Skipped. You can still answer."
    assert entry.answered_at is not None
    late = ", after it closed" if entry.is_late else ""
    answered = f"You answered at {moment(entry.answered_at, '{time}')}{late}."
    if is_open:
        return f"{answered} You can edit your answers until {_until(entry)}."
    return f"{answered} The summary is in <#{entry.round.standup.channel}>."


def _card(entry: StandupEntry, sentence: str, buttons: list[ButtonElement]) -> Message:
    name, day = safe(entry.round.standup.name, 100), entry.round.day_in_words
    blocks: list[Block] = [SectionBlock(text=f"*{name} · {day}*\n{sentence}")]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    return Message(f"{name}, {day}. {sentence}", blocks)


def _buttons(entry: StandupEntry) -> list[ButtonElement]:
    value = str(entry.id)
    return [
        ButtonElement(text="Answer", action_id=ANSWER, value=value, style="primary"),
        ButtonElement(text="Skip today", action_id=SKIP, value=value),
    ]


def _later_buttons(entry: StandupEntry) -> list[ButtonElement]:
    if entry.state == Answer.SKIPPED:
        label = "Answer"
    elif entry.is_open(clock.now()):
        label = "Edit answers"
    else:
        return []
    return [ButtonElement(text=label, action_id=ANSWER, value=str(entry.id))]


def blocker(answer: StandupAnswer) -> Message:
    """The card that both have: the one who is blocked, and the one who takes it."""
    whose = name(answer.entry.person.name)
    title = f"*{whose} is blocked* · {_round_name(answer)}"
    text = "\n".join([title, *quoted(answer.text, _LONGEST_ON_CARD), blocker_state(answer)])
    blocks: list[Block] = [SectionBlock(text=as_written(text))]
    if buttons := _blocker_buttons(answer):
        blocks.append(ActionsBlock(elements=buttons))
    return Message(f"{whose} is blocked, {_round_name(answer)}: {blocker_state(answer)}", blocks)


def resolved(answer: StandupAnswer) -> Message:
    """The word to the other of the two."""
    whose = name(answer.entry.person.name)
    by = f" {name(answer.taker.name)} helped." if answer.taker else ""
    sentence = f"{whose} is no longer blocked.{by}"
    text = "\n".join([sentence, *quoted(answer.text, _LONGEST_ON_CARD)])
    return Message(sentence, [SectionBlock(text=as_written(text))])


def answer_outcome(answer: StandupAnswer) -> list[str]:
    """The line that tells what became of it; none where there is nothing to tell."""
    if answer.request_id is not None:
        return ["Now a request."]
    return [blocker_state(answer)] if answer.taken_by or answer.resolved_at else []


def blocker_state(answer: StandupAnswer) -> str:
    """Who has a blocker, in a sentence."""
    by = f" by {name(answer.taker.name)}" if answer.taker else ""
    if answer.resolved_at is not None:
        return f"Resolved{by}."
    return f"{name(answer.taker.name)} is helping." if answer.taker else "Nobody is helping yet."


def answer_button(answer: StandupAnswer) -> ButtonElement | None:
    """The one button of a blocker or an idea in a summary; None where nothing is left to do."""
    if answer.is_idea and answer.request_id is None:
        return ButtonElement(text="Make it a request", action_id=MAKE, value=str(answer.id))
    if not answer.is_blocker:
        return None
    if answer.resolved_at is not None:
        return None
    if answer.taken_by is None:
        return ButtonElement(text="I'll help", action_id=TAKE, value=str(answer.id))
    return resolve_button(answer)


def resolve_button(answer: StandupAnswer) -> ButtonElement:
    """The button that says that a blocker is out of the way."""
    return ButtonElement(text="Mark as resolved", action_id=RESOLVE, value=str(answer.id))


def _blocker_buttons(answer: StandupAnswer) -> list[ButtonElement]:
    first = answer_button(answer)
    if first is None:
        return []
    if answer.taken_by is None:
        return [first]
    back = ButtonElement(text="I can't help", action_id=HAND_BACK, value=str(answer.id))
    return [first, back]


def _round_name(answer: StandupAnswer) -> str:
    round_ = answer.entry.round
    return f"{safe(round_.standup.name, 80)}, {round_.day_in_words}"


def form(entry: StandupEntry, facts: Facts) -> View:
    """The form, with the answers that were given before."""
    is_change = entry.state == Answer.ANSWERED
    questions = entry.round.standup.active_questions
    return Answers.modal(
        entry_id=entry.id,
        answers={question.key: entry.answer_to(question) for question in questions},
        title=entry.round.standup.name,
        submit="Save" if is_change else None,
        blocks=[
            note(f"{entry.round.day_in_words} · {_time_left(entry)}"),
            *map(note, _fact_lines(facts)),
            *_unresolved(facts.blockers, entry.person_id),
        ],
        fields={f"answers:{question.key}": _question_field(question) for question in questions},
    )


def choice(standups: Sequence[Today]) -> View:
    """Which of one's standups, where there are several."""
    return View(
        type="modal",
        title="Standups",
        close="Cancel",
        blocks=[SectionBlock(text="Which standup?"), *map(_choice, standups)],
    )


def _fact_lines(facts: Facts) -> list[str]:
    """What is so, as lines above the questions; nothing where there is nothing to tell."""
    work = facts.work
    counts = {"open": work.open, "overdue": work.overdue, "to rate": work.unrated}
    leads = [f"{count:,} {what}" for what, count in counts.items() if count]
    lines = [f"Your leads: {', '.join(leads)}"] if leads else []
    shown = facts.campaigns[:_MOST_CAMPAIGNS]
    lines += [_campaign_line(*each) for each in shown]
    if left := len(facts.campaigns) - len(shown):
        lines.append(f"and {plural(left, 'more campaign')}")
    return lines


def _unresolved(blockers: Sequence[StandupAnswer], person_id: int) -> list[Block]:
    """What is still in their way, and what they took of others."""
    shown = blockers[:_MOST_BLOCKERS]
    rows: list[Block] = [_unresolved_row(each, person_id) for each in shown]
    if left := len(blockers) - len(shown):
        rows.append(note(f"and {plural(left, 'more open blocker')}"))
    return rows


def _unresolved_row(answer: StandupAnswer, person_id: int) -> SectionBlock:
    text = safe(" ".join(answer.text.split()), _LONGEST_BLOCKER)
    if answer.entry.person_id != person_id:
        label = f"You're helping {name(answer.entry.person.name)}"
    else:
        taker = f"{name(answer.taker.name)} is helping" if answer.taker else "nobody is helping yet"
        label = f"Still blocking you, {taker}"
    return SectionBlock(text=as_written(f"{label}: “{text}”"), accessory=resolve_button(answer))


def _campaign_line(campaign: Campaign, arrivals: Arrivals) -> str:
    return (
        f"{safe(campaign.name, 100)} today: {plural(arrivals.received, 'lead')}, "
        f"{arrivals.claimed:,} claimed, {arrivals.rated:,} rated, "
        f"{arrivals.liked:,} great or good"
    )


def _choice(today: Today) -> SectionBlock:
    answered = today.entry is not None and today.entry.state == Answer.ANSWERED
    label = "Edit answers" if answered else "Answer"
    return SectionBlock(
        text=f"*{safe(today.standup.name, 100)}*\n{_today_state(today)}",
        accessory=ButtonElement(text=label, action_id=BEGIN, value=str(today.standup.id)),
    )


def _today_state(today: Today) -> str:
    if today.entry is None or today.entry.asked_at is None:
        return "Not open yet, but you can answer now"
    if today.is_open:
        return f"Open until {moment(today.entry.until, '{time}')}"
    return "Closed. You can still answer late"


def _time_left(entry: StandupEntry) -> str:
    if entry.is_open(clock.now()):
        return f"open until {moment(entry.until, '{time}')}"
    return "closed, your answer will be marked as late"


def _question_field(question: StandupQuestion) -> Changes:
    return {
        "label": question.label,
        "hint": _HINTS.get(Theme(question.theme)),
        "optional": not question.needs_answer,
    }

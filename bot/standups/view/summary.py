"""How a round is summed up in the channel: blockers first, and who was heard.

Names are written and nobody is mentioned: a summary informs, and calls no one.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.slack import Message
from bot.slack.text import clean, plural, safe
from bot.standups.model import Answer, Question, StandupEntry, StandupRound

_HEADINGS = {
    Question.BLOCKERS: "Blockers",
    Question.PLAN: "Plans",
    Question.DID: "Done",
    Question.IDEAS: "Ideas",
}
_GROUPS = {
    Answer.ANSWERED: "Answered",
    Answer.SKIPPED: "Skipped",
    Answer.ASKED: "No answer",
}

# Slack's documents: a section has at most 3,000 characters. A message of about 12,000 in all is
# refused too, which they do not say (slackapi/bolt-js, issue 2509); it is reached before 50 blocks.
_SECTION = 3000
_ROOM = 9000
_LONGEST = 2900
_SHORTEST = 60
_MOST_LINES = 12
_NAME = 80
_NAMES = 400


def summary(round_: StandupRound) -> Message:
    """What the team said on that day; the round comes with its entries and their people."""
    entries = sorted(round_.entries, key=lambda entry: (entry.person.name, entry.id))
    answered = [entry for entry in entries if entry.state == Answer.ANSWERED]
    title = f"{round_.standup.team.name} standup · {round_.day_in_words}"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False))]
    if answered:
        blocks.extend(_sections(answered))
    else:
        blocks.append(SectionBlock(text="Nobody answered this standup."))
    blocks.extend([DividerBlock(), _heard(entries)])
    return Message(_sentence(round_, entries, answered), blocks)


def _sentence(
    round_: StandupRound, entries: Sequence[StandupEntry], answered: Sequence[StandupEntry]
) -> str:
    of = f"{safe(round_.standup.team.name, _NAME)} standup of {round_.day_in_words}"
    if not answered:
        return f"{of}: nobody answered."
    blocked = sum(1 for entry in answered if entry.said(Question.BLOCKERS))
    blockers = plural(blocked, "blocker") if blocked else "no blockers"
    return f"{of}: {len(answered)} of {len(entries)} answered, {blockers}."


def _sections(answered: Sequence[StandupEntry]) -> list[Block]:
    longest = _share(answered)
    texts = [text for question in _HEADINGS for text in _answers(question, answered, longest)]
    shown = [text for text, used in zip(texts, accumulate(map(len, texts)), strict=True)
             if used <= _ROOM]  # fmt: skip
    blocks: list[Block] = [SectionBlock(text=_as_written(text)) for text in shown]
    if len(shown) < len(texts):
        rest = MarkdownTextObject(text="There is more than fits into one message.")
        blocks.append(ContextBlock(elements=[rest]))
    return blocks


def _answers(question: Question, answered: Sequence[StandupEntry], longest: int) -> list[str]:
    """What everyone said to one question, as the texts of as many sections as it takes."""
    said = [(entry.person.name, entry.said(question)) for entry in answered]
    heading = f"*{_HEADINGS[question]}*"
    if not any(text for _, text in said):
        return [f"{heading}\nNone."] if question == Question.BLOCKERS else []
    lines = [heading]
    for name, text in said:
        if text:
            lines += [_name(name), *_quoted(text, longest)]
    return _packed(lines)


def _share(answered: Sequence[StandupEntry]) -> int:
    """How long each answer may be, so that all fit: the short ones leave their room to others."""
    said = [(entry, entry.said(question)) for entry in answered for question in Question]
    lengths = sorted(len(safe(text, _LONGEST)) for _, text in said if text)
    left = _ROOM - sum(len(_name(entry.person.name)) + _MOST_LINES for entry, text in said if text)
    for position, length in enumerate(lengths):
        share = left // (len(lengths) - position)
        if length > share:
            return max(share, _SHORTEST)
        left -= length
    return _LONGEST


def _quoted(text: str, longest: int) -> list[str]:
    """The text as the lines of a quote; what is beyond the last line runs on in it."""
    written = [line.strip() for line in text.splitlines() if line.strip()]
    head, tail = written[: _MOST_LINES - 1], written[_MOST_LINES - 1 :]
    lines = [*head, " ".join(tail)] if tail else head
    return [f">{line}" for line in safe("\n".join(lines), longest).split("\n")]


def _packed(lines: Iterable[str]) -> list[str]:
    """The lines in as few texts as hold them."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= _SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _heard(entries: Sequence[StandupEntry]) -> ContextBlock:
    """Who answered, who skipped, and who did not answer."""
    lines = []
    for state, group in _GROUPS.items():
        names = [entry.person.name for entry in entries if entry.state == state]
        if names:
            lines.append(f"{group} ({len(names)}): {_listed(names)}")
    text = "\n".join(lines) or "Nobody was asked."
    return ContextBlock(elements=[_as_written(text)])


def _listed(names: Sequence[str]) -> str:
    listed = _name(names[0])
    for position, name in enumerate(names[1:], start=1):
        if len(listed) + len(_name(name)) > _NAMES:
            return f"{listed} and {plural(len(names) - position, 'other')}"
        listed += f", {_name(name)}"
    return listed


def _as_written(text: str) -> MarkdownTextObject:
    """People's words: verbatim, or Slack would make a mention of a bare `@here`."""
    return MarkdownTextObject(text=text, verbatim=True)


def _name(name: str) -> str:
    return safe(" ".join(name.split()), _NAME)

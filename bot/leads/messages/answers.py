"""What a form asked beside the usual fields, as a card and a modal show it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from slack_sdk.models.blocks import SectionBlock

from bot.slack.text import moment, plural, safe

Answers = Sequence[Mapping[str, str]]
"""What `Lead.unplaced` gives: each with its question, and the problem if there was one."""

_MOST_ON_CARD = 5
_MOST_BESIDE = 3
# Eight sections of 3,000 characters each stay below what a modal holds, whatever is escaped.
_MOST_SECTIONS = 8
_SECTION = 2_900

# What only a machine reads: `adset_id`, `Record ID`.
_FOR_MACHINES = re.compile(r"(?:^|[\W_])id\W*$", re.IGNORECASE)


def few(answers: Answers, most: int = _MOST_ON_CARD) -> str:
    """The first answers, a line each, and how many more there are; nothing where there is none."""
    telling = (each for each in answers if not _FOR_MACHINES.search(each["question"]))
    lines = [_line(each, 80, 200) for each in islice(telling, most)]
    more = len(answers) - len(lines)
    if lines and more:
        lines.append(f"and {plural(more, 'more answer')}")
    return "\n".join(lines)


def beside(answers: Answers) -> str:
    """The same below what somebody wrote when they came back."""
    found = few(answers, _MOST_BESIDE)
    return f"\n{found}" if found else ""


def every(answers: Answers) -> Iterator[SectionBlock]:
    """All answers, as many as a modal holds."""
    text, sections = "", 0
    for place, each in enumerate(answers):
        line = _line(each, 200, 1_000)
        if len(text) + len(line) > _SECTION:
            yield SectionBlock(text=text)
            text, sections = "", sections + 1
        if sections == _MOST_SECTIONS:
            yield SectionBlock(text=f"and {plural(len(answers) - place, 'more answer')}")
            return
        text = f"{text}\n{line}" if text else line
    if text:
        yield SectionBlock(text=text)


def _line(answer: Mapping[str, str], question: int, most: int) -> str:
    """A question and its answer; why it is no more than that stands behind it."""
    told = moment(datetime.fromisoformat(answer["at"])) if "at" in answer else ""
    said = told or safe(" ".join(answer["answer"].split()), most)
    problem = f" _({answer['problem']})_" if "problem" in answer else ""
    return f"*{safe(' '.join(answer['question'].split()), question)}*: {said}{problem}"

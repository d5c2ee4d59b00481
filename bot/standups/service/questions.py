"""Changing a standup's questions: words, themes, which are needed, new ones, and none."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people.models import Person
from bot.slack.text import clean
from bot.standups.models import LONGEST_LABEL, NEW, Standup, StandupQuestion, Theme
from bot.standups.service.setup import configurable


def change_questions(
    session: Session, who: Person, standup_id: int, fields: Mapping[str, Any]
) -> Standup:
    """Take `label:<key>`, `theme:<key>` and `needed:<key>` of each question that is asked.

    An empty label retires its question; one under `label:new` is added. Answers that were given
    keep their question. Raises NotAllowed, NotFound, FieldErrors.
    """
    standup = configurable(session, who, standup_id)
    labels = {key: _label(fields, key) for key in [*(each.key for each in standup.asked), NEW]}
    if not any(labels.values()):
        raise FieldErrors(
            {f"label:{standup.asked[0].key}": "A standup asks at least one question."}
        )
    for question in standup.asked:
        if label := labels[question.key]:
            question.label, question.theme = label, _theme(fields, question.key)
            question.needs_answer = bool(fields.get(f"needed:{question.key}"))
        else:
            question.retired = True
    if labels[NEW]:
        standup.questions.append(_new(standup, labels[NEW], fields))
    session.flush()
    return standup


def _new(standup: Standup, label: str, fields: Mapping[str, Any]) -> StandupQuestion:
    """A key that no question of this standup ever had, so no answer changes its question."""
    return StandupQuestion(
        workspace_id=standup.workspace_id,
        key=f"q{len(standup.questions) + 1}",
        position=max((each.position for each in standup.questions), default=-1) + 1,
        label=label,
        theme=_theme(fields, NEW),
        needs_answer=bool(fields.get(f"needed:{NEW}")),
        retired=False,
    )


def _label(fields: Mapping[str, Any], key: str) -> str:
    return " ".join(clean(fields.get(f"label:{key}") or "", LONGEST_LABEL).split())


def _theme(fields: Mapping[str, Any], key: str) -> Theme:
    chosen = fields.get(f"theme:{key}")
    return next((theme for theme in Theme if theme == chosen), Theme.OTHER)

"""Changing a standup's questions: words, themes, which are needed, new ones, and none."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.people.models import Person
from bot.standups.forms import Question
from bot.standups.models import NEW, Standup, StandupQuestion
from bot.standups.service.setup import configurable


def change_questions(
    session: Session, who: Person, standup_id: int, questions: Mapping[str, Question]
) -> Standup:
    """Take each question that is asked, by its key.

    One without words is retired; one under `NEW` is added. Answers that were given keep their
    question. Raises NotAllowed, NotFound, FieldErrors.
    """
    standup = configurable(session, who, standup_id)
    kept = {key: each for key, each in questions.items() if each.words}
    if not kept.keys() & {NEW, *(each.key for each in standup.asked)}:
        address = f"questions:{standup.asked[0].key}:label"
        raise FieldErrors({address: "A standup asks at least one question."})
    for question in standup.asked:
        if changed := kept.get(question.key):
            question.label, question.theme = changed.words, changed.theme
            question.needs_answer = changed.needed
        else:
            question.retired = True
    if added := kept.get(NEW):
        standup.questions.append(_new(standup, added))
    session.flush()
    return standup


def _new(standup: Standup, added: Question) -> StandupQuestion:
    """A key that no question of this standup ever had, so no answer changes its question."""
    return StandupQuestion(
        workspace_id=standup.workspace_id,
        key=f"q{len(standup.questions) + 1}",
        position=max((each.position for each in standup.questions), default=-1) + 1,
        label=added.words,
        theme=added.theme,
        needs_answer=added.needed,
        retired=False,
    )

"""Setting standups up: two from the start, then as managers want them."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload, selectinload

from bot import clock
from bot.errors import FieldErrors, NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Team, Workspace
from bot.standups.asking import align
from bot.standups.forms import NewStandup, Question, Settings
from bot.standups.models import NEW, Closing, Standup, StandupQuestion
from bot.standups.templates import TEMPLATES, Template, template_of

_USUAL = {
    "days": "mon-fri", "at": time(9, 30), "zone": None, "remind_after_minutes": 60,
    "close_after_minutes": 150, "closing": Closing.EACH.value, "readers": None,
    "readers_in_thread": False,
}  # fmt: skip


def install(session: Session, workspace: Workspace) -> None:
    """Give each team its first standup; what people changed or deleted since stays as it is."""
    for team in people.teams(session, workspace.id):
        values = {**_USUAL, "name": f"{team.name} standup", "channel": workspace.channel}
        _write(session, team, values, template_of(team.name), token=f"first:{team.id}")


def usual(session: Session, person: Person) -> Standup:
    """A standup that is not written yet, with the usual settings. Raises NotAllowed."""
    _require(session, person)
    channel = session.get_one(Workspace, person.workspace_id).channel
    return Standup(**_USUAL, name="", channel=channel, active=True)


def create(session: Session, person: Person, form: NewStandup) -> Standup:
    """Make a standup; a form that arrives again makes no second. Raises NotAllowed, FieldErrors."""
    _require(session, person)
    teams = people.teams(session, person.workspace_id)
    team = next((each for each in teams if each.id == form.team), None)
    if team is None:
        raise FieldErrors({"team": "Choose a team."})
    return _write(session, team, form.facts, form.template, token=form.token)


def standups(session: Session, person: Person) -> Sequence[Standup]:
    """The workspace's standups with teams and questions, by team and name. Raises NotAllowed."""
    _require(session, person)
    return standups_of_workspace(session, person.workspace_id)


def standups_of_workspace(session: Session, workspace_id: int) -> Sequence[Standup]:
    """The workspace's standups with teams and questions, by team and name."""
    return session.scalars(
        select(Standup)
        .join(Standup.team)
        .where(Standup.workspace_id == workspace_id, Standup.archived_at.is_(None))
        .options(joinedload(Standup.team), selectinload(Standup.questions))
        .order_by(Team.name, Standup.name, Standup.id)
    ).all()


def configurable(session: Session, person: Person, standup_id: int) -> Standup:
    """The standup with team and questions, held, for one who may change it.

    Raises NotAllowed, NotFound.
    """
    _require(session, person)
    standup = session.scalar(
        select(Standup)
        .where(
            Standup.id == standup_id,
            Standup.workspace_id == person.workspace_id,
            Standup.archived_at.is_(None),
        )
        .options(joinedload(Standup.team), selectinload(Standup.questions))
        .with_for_update(of=Standup, key_share=True)
        .execution_options(populate_existing=True)
    )
    if standup is None:
        raise NotFound(what="this standup")
    return standup


def configure(session: Session, person: Person, standup_id: int, settings: Settings) -> Standup:
    """Change a standup's settings, from the next round on. Raises NotAllowed, NotFound."""
    standup = configurable(session, person, standup_id)
    for name, value in settings.facts.items():
        setattr(standup, name, value)
    session.flush()
    align(session, standup)
    return standup


def pause(session: Session, person: Person, standup_id: int, *, active: bool) -> Standup:
    """Pause a standup, or let it go on. Raises NotAllowed, NotFound."""
    standup = configurable(session, person, standup_id)
    standup.active = active
    session.flush()
    align(session, standup)
    return standup


def archive(session: Session, person: Person, standup_id: int) -> None:
    """Delete a standup: it is asked no more, and what was said stays. Raises NotAllowed, NotFound.

    A round that is open is still summed up.
    """
    standup = configurable(session, person, standup_id)
    standup.archived_at = clock.now()
    session.flush()
    align(session, standup)


def _write(
    session: Session, team: Team, facts: Mapping[str, Any], template: Template, *, token: str
) -> Standup:
    standup_id = session.scalar(
        insert(Standup)
        .values(
            workspace_id=team.workspace_id, team_id=team.id, active=True, token=token, **facts
        )
        .on_conflict_do_nothing()
        .returning(Standup.id)
    )  # fmt: skip
    if standup_id is None:
        same = (Standup.workspace_id == team.workspace_id, Standup.token == token)
        return session.scalars(select(Standup).where(*same)).one()
    for position, question in enumerate(TEMPLATES[template]):
        session.add(
            StandupQuestion(
                workspace_id=team.workspace_id, standup_id=standup_id, position=position,
                key=question.key, label=question.label, theme=question.theme,
                needs_answer=question.needs_answer,
            )
        )  # fmt: skip
    session.flush()
    standup = session.get_one(Standup, standup_id)
    align(session, standup)
    return standup


def _require(session: Session, person: Person) -> None:
    people.require(session, person, "change the standups", Role.MANAGER)


def change_questions(
    session: Session, person: Person, standup_id: int, questions: Mapping[str, Question]
) -> Standup:
    """Take each question that is asked, by its key.

    One without words is retired; one under `NEW` is added. Answers that were given keep their
    question. Raises NotAllowed, NotFound, FieldErrors.
    """
    standup = configurable(session, person, standup_id)
    kept = {key: each for key, each in questions.items() if each.words}
    if not kept.keys() & {NEW, *(each.key for each in standup.active_questions)}:
        address = f"questions:{standup.active_questions[0].key}:label"
        raise FieldErrors({address: "Keep at least one question."})
    for question in standup.active_questions:
        if changed := kept.get(question.key):
            question.label, question.theme = changed.words, changed.theme
            question.needs_answer = changed.needed
        else:
            question.retired = True
    if added := kept.get(NEW):
        standup.questions.append(_new_question(standup, added))
    session.flush()
    return standup


def _new_question(standup: Standup, added: Question) -> StandupQuestion:
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

"""An idea of a standup becomes a request: once, whoever presses and however often."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import slack
from bot.errors import NotFound
from bot.people.models import Person, Role
from bot.planning import service as planning
from bot.planning.models import LONGEST, Request
from bot.slack.text import clean
from bot.standups.models import StandupAnswer
from bot.standups.service.blockers import answer_to_show
from bot.standups.service.rounds import SUMMARY


def make_request(session: Session, who: Person, answer_id: int) -> Request:
    """File an idea as a request of its author, who then hears what comes of it.

    Anybody may press who may ask; where the author may not, the request is theirs. A second time
    finds the request that is there. Raises NotFound, NotAllowed.
    """
    planning.may_ask(session, who)
    mine = select(StandupAnswer.id).where(
        StandupAnswer.id == answer_id, StandupAnswer.workspace_id == who.workspace_id
    )
    held = session.scalar(mine.with_for_update(key_share=True))
    idea = answer_to_show(session, answer_id) if held is not None else None
    if idea is None or not idea.is_idea:
        raise NotFound(what="this idea")
    author = idea.entry.person
    asker = author if author.has(Role.SALESPERSON, Role.MARKETER) else who
    request = planning.ask_for(session, asker, _text(idea), token=f"standup:{idea.id}")
    idea.request_id = request.id
    session.flush()
    if idea.entry.round.closed_at is not None:
        slack.redraw(session, SUMMARY, idea.entry.round_id)
    return request


def _text(idea: StandupAnswer) -> str:
    round_ = idea.entry.round
    whose = f"An idea of {idea.entry.person.name}, {round_.standup.name} of {round_.day_in_words}."
    told = clean(whose, LONGEST["text"] // 2)
    return f"{clean(idea.text, LONGEST['text'] - len(told) - 1)}\n{told}"

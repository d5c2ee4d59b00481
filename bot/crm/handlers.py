"""What Slack brings in for the CRM: the admins' page, and the answers to its questions."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.crm import backlog, page, questions, users
from bot.errors import FieldErrors, NotFound
from bot.people.choosing import chosen
from bot.people.desk import Desk
from bot.people.models import Person, Role
from bot.slack import Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_LOOK = Access("look after the CRM", (Role.ADMIN,))
_DECIDE = Access("decide what a lead was worth", (Role.SALESPERSON,))


def register(listening: Listening, store: Store) -> None:
    """Listen to the CRM's buttons and forms."""
    desk = Desk(store)
    listening.action(page.OPEN, desk.opens(_open), _LOOK)
    listening.action(page.RETRY, desk.replaces(_retry), _LOOK)
    listening.action(page.RETRY_ALL, desk.replaces(_retry_all), _LOOK)
    listening.action(page.OWNERS, desk.opens(_choose_owner), _LOOK)
    listening.submission(page.SAVE_OWNER, desk.takes(_save_owner), _LOOK)
    listening.action(questions.KEEP_OURS, desk.does(questions.keep_ours), _DECIDE)
    listening.action(questions.TAKE_THEIRS, desk.does(questions.take_theirs), _DECIDE)


def _open(session: Session, who: Person, _id: int) -> View:
    """How does it do?"""
    return page.modal(page.health(session, who.workspace_id))


def _retry(session: Session, who: Person, lead_id: int) -> View:
    """Write this one again."""
    backlog.retry(session, who.workspace_id, [lead_id])
    return _open(session, who, 0)


def _retry_all(session: Session, who: Person, _id: int) -> View:
    backlog.retry(session, who.workspace_id)
    return _open(session, who, 0)


def _choose_owner(session: Session, who: Person, _id: int) -> View:
    """Who is somebody there?"""
    seen = page.health(session, who.workspace_id)
    if seen is None:
        raise NotFound(what="a CRM that is connected")
    return page.owner_form(seen)


def _save_owner(session: Session, who: Person, incoming: Incoming) -> View:
    """It is said who somebody is."""
    seen = page.health(session, who.workspace_id)
    if seen is None:
        raise NotFound(what="a CRM that is connected")
    person_id = chosen(session, who.workspace_id, str(incoming.fields["person"]))
    said = str(incoming.fields["user"] or page.NOBODY)
    known = {each["id"] for each in seen.connection.users}
    by_email = users.user_with(seen.connection.users, said)
    user_id = said if said in known else str(by_email["id"]) if by_email else None
    if user_id is None and said != page.NOBODY:
        raise FieldErrors({"user": f"Nobody in {seen.name} has this e-mail address."})
    users.choose(session, who, person_id, user_id)
    return _open(session, who, 0)

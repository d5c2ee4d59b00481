"""Owners: who of our people is which user of the CRM, by email address or as an admin says."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.crm import notices
from bot.crm.backlog import mark
from bot.crm.connection import Connection
from bot.crm.models import CrmConnection, CrmUser
from bot.crm.port import Crm, User
from bot.leads.models import IS_OPEN, Lead
from bot.people import service as people
from bot.people.models import Person, Role

OwnerOf = Callable[[int | None], str | None]
"""The id in the CRM of a lead's owner, by the id of a person here."""

_FRESH = timedelta(hours=1)
# While Slack has not told everybody's address yet.
_FRESH_AT_FIRST = timedelta(minutes=5)


def are_due(session: Session, state: CrmConnection) -> bool:
    """Whether it is time to read the CRM's users again; Slack is asked for addresses meanwhile."""
    if state.users_at is not None and state.users_at + _FRESH_AT_FIRST > clock.now():
        return False
    unknown = [each for each in _sellers(session, state.workspace_id) if each.email is None]
    fresh = _FRESH_AT_FIRST if unknown else _FRESH
    if state.users_at is not None and state.users_at + fresh > clock.now():
        return False
    for each in unknown:
        people.refresh(session, each)
    return True


def read(connection: Connection, crm: Crm, workspace_id: int) -> None:
    """Read the CRM's users, and find our people among them."""
    users = crm.users()
    with connection.store.transaction() as session:
        match(session, connection, workspace_id, users)


def match(
    session: Session, connection: Connection, workspace_id: int, users: Sequence[User]
) -> None:
    """Find our people among the users; whom nobody finds, the admins hear of once, and whose
    chosen user has left."""
    state = session.get_one(CrmConnection, workspace_id, with_for_update=True)
    is_first, were_active = state.users_at is None, _active_ids(state)
    state.users, state.users_at = [user._asdict() for user in users], clock.now()
    ids = {user.email.lower(): user.id for user in users if user.is_active and user.email}
    known = _known(session, workspace_id)
    new: list[Person] = []
    changed: list[int] = []
    for person in _sellers(session, workspace_id):
        user_id = ids.get(person.email or "")
        mine = known.get(person.id)
        if mine is None:
            if user_id is None and person.email is None and is_first:
                continue  # Slack is being asked for the address
            session.add(CrmUser(person_id=person.id, workspace_id=workspace_id, user_id=user_id))
            new += [person] if user_id is None else []
        elif not mine.is_chosen and mine.user_id != user_id:
            new += [person] if user_id is None else []
            mine.user_id = user_id
        else:
            continue
        changed.append(person.id)
    left, back = _left_and_back(session, state, were_active)
    _write_again(session, workspace_id, [*changed, *(each.id for each in (*left, *back))])
    for who, was_chosen in ((new, False), (left, True)):
        if who:
            notices.tell_admins(
                session, workspace_id, notices.Kind.UNMATCHED, crm=connection.name,
                who=[each.slack_id for each in who], was_chosen=was_chosen,
                instead=_instead(connection, state.users),
            )  # fmt: skip


def _left_and_back(
    session: Session, state: CrmConnection, were_active: set[str]
) -> tuple[list[Person], list[Person]]:
    """Whose chosen user has left the CRM since its users were last read, and whose is back."""
    are_active, known = _active_ids(state), _known(session, state.workspace_id)
    left: list[Person] = []
    back: list[Person] = []
    for person in _sellers(session, state.workspace_id):
        mine = known.get(person.id)
        if mine is None or not mine.is_chosen:
            continue
        left += [person] if mine.user_id in were_active - are_active else []
        back += [person] if mine.user_id in are_active - were_active else []
    return left, back


def _instead(connection: Connection, users: Sequence[dict[str, Any]]) -> str:
    fallback = user_with(users, connection.fallback_owner)
    if fallback is None:
        return "Their leads have no owner there."
    return f"Their leads belong to {fallback['name']} there."


def user_with(users: Sequence[dict[str, Any]], email: str) -> dict[str, Any] | None:
    """The active user with this email address."""
    sought = email.lower()
    active = (each for each in users if each["is_active"])
    return next((each for each in active if sought and each["email"].lower() == sought), None)


def owner_ids(session: Session, workspace_id: int, fallback_owner: str) -> OwnerOf:
    """The CRM's id of each owner; of one who is nobody there, or has left, that of the fallback."""
    state = session.get_one(CrmConnection, workspace_id)
    fallback = user_with(state.users, fallback_owner)
    ids = _ids(session, state)

    def owner_of(person_id: int | None) -> str | None:
        if person_id is None:
            return None
        return ids.get(person_id) or (str(fallback["id"]) if fallback else None)

    return owner_of


def person_of(session: Session, workspace_id: int, user_id: str) -> Person | None:
    """Who of our salespeople is this user; None where it is nobody's, or several people's."""
    persons = session.scalars(
        select(Person)
        .join(CrmUser, CrmUser.person_id == Person.id)
        .where(
            CrmUser.workspace_id == workspace_id,
            CrmUser.user_id == user_id,
            Person.active,
            Person.roles.contains([Role.SALESPERSON]),
        )
        .limit(2)
    ).all()
    return persons[0] if len(persons) == 1 else None


def choose(session: Session, who: Person, person_id: int, user_id: str | None) -> None:
    """Say who somebody is in the CRM; None: nobody, whatever the addresses say.

    Raises NotAllowed.
    """
    people.require(session, who, "match people with CRM users", Role.ADMIN)
    changes = {"user_id": user_id, "is_chosen": True}
    changed = session.scalar(
        insert(CrmUser)
        .values(person_id=person_id, workspace_id=who.workspace_id, **changes)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_=changes,
            where=CrmUser.user_id.is_distinct_from(user_id) | ~CrmUser.is_chosen,
        )
        .returning(CrmUser.person_id)
    )
    if changed is not None:
        _write_again(session, who.workspace_id, [person_id])


def table(session: Session, workspace_id: int) -> list[tuple[Person, str | None]]:
    """Every salesperson, with the name of who they are in the CRM."""
    names_by_id = names(session, workspace_id)
    ids = _ids(session, session.get_one(CrmConnection, workspace_id))
    return [
        (person, names_by_id.get(ids.get(person.id))) for person in _sellers(session, workspace_id)
    ]


def names(session: Session, workspace_id: int) -> dict[str | None, str]:
    """What the CRM's users are called, by their ids there."""
    return {each["id"]: each["name"] for each in session.get_one(CrmConnection, workspace_id).users}


def _sellers(session: Session, workspace_id: int) -> Sequence[Person]:
    return people.having(session, workspace_id, Role.SALESPERSON)


def _active_ids(state: CrmConnection) -> set[str]:
    return {each["id"] for each in state.users if each["is_active"]}


def _ids(session: Session, state: CrmConnection) -> dict[int, str]:
    """The users by our people's ids; a chosen one who has left the CRM can own nothing there."""
    active = _active_ids(state)
    known = _known(session, state.workspace_id)
    return {person_id: each.user_id for person_id, each in known.items() if each.user_id in active}


def _known(session: Session, workspace_id: int) -> dict[int, CrmUser]:
    rows = session.scalars(select(CrmUser).where(CrmUser.workspace_id == workspace_id))
    return {each.person_id: each for each in rows}


def _write_again(session: Session, workspace_id: int, person_ids: Sequence[int]) -> None:
    """Let the CRM hear whose the open leads of these people are."""
    session.flush()
    if not person_ids:
        return
    mine = select(Lead.id).where(
        Lead.workspace_id == workspace_id, Lead.claimed_by.in_(person_ids), IS_OPEN
    )
    if ids := session.scalars(mine).all():
        mark(session, workspace_id, ids)

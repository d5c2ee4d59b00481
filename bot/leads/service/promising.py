"""What sales promises: read, and changed by an admin."""

from dataclasses import asdict, fields

from sqlalchemy.orm import Session

from bot.errors import FieldErrors
from bot.leads.model import Promise, ServiceLevel
from bot.people import service as people
from bot.people.model import Person

_MOST = 10_000


def promise(session: Session, workspace_id: int) -> tuple[Promise, Person | None]:
    """The promise as it holds now, and who hears of it when everybody is out."""
    level = session.get_one(ServiceLevel, workspace_id)
    told = Promise(**{field.name: getattr(level, field.name) for field in fields(Promise)})
    fallback = session.get_one(Person, level.fallback_id) if level.fallback_id else None
    return told, fallback


def change_promise(session: Session, who: Person, told: Promise, fallback: str | None) -> None:
    """Set the promise; it holds for the next step of every ladder.

    `fallback` is Slack's ID. Raises NotAllowed, and FieldErrors by the promise's fields.
    """
    people.require(session, who, "change what sales promises")
    problems = {
        name: f"Please enter a number from {least} to {_MOST:,}."
        for name, value in asdict(told).items()
        if value is not None
        and not (least := 0 if name == "head_start_seconds" else 1) <= value <= _MOST
    }
    if problems:
        raise FieldErrors(problems)
    level = session.get_one(ServiceLevel, who.workspace_id, with_for_update={"key_share": True})
    for name, value in asdict(told).items():
        setattr(level, name, value)
    named = people.person(session, who.workspace_id, fallback) if fallback else None
    level.fallback_id = named.id if named else None

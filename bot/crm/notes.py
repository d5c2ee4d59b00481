"""Notes: what people write about a lead is added to its record, each once and in order.

One that the CRM refuses for good, or on which our own code breaks, is left out: the admins hear of
it as of any value that is refused.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.crm import notices
from bot.crm.backlog import hold
from bot.crm.models import CrmConnection, CrmRecord, Refused
from bot.crm.port import Blocked, Busy, Crm, Note, NoteRefused
from bot.leads.models import LeadNote
from bot.people.models import Person
from bot.store import Store
from bot.tasks.rows import place_of

logger = logging.getLogger(__name__)


def add(store: Store, crm: Crm, workspace_id: int, lead_ids: Sequence[int]) -> None:
    """Add the notes of these leads that the CRM does not have yet.

    Which one is being added is committed before the call: after a crash it may be there already,
    and the adapter looks first.
    """
    for record_id, written in _missing(store, workspace_id, lead_ids, crm.name):
        with store.transaction() as session:
            prefix = session.get_one(CrmConnection, workspace_id).key_prefix
            record = hold(session, [written.lead_id])[written.lead_id]
            look_first = record.adding_note_id == written.id
            record.adding_note_id = written.id
            author = _author(session, written)
        note = Note(f"{prefix}_note_{written.id}", written.at, author, written.text)
        try:
            why = _add(crm, record_id, note, look_first=look_first)
        except KeyError:
            continue  # the record is gone; the next look says so
        with store.transaction() as session:
            record = hold(session, [written.lead_id])[written.lead_id]
            record.note_id, record.adding_note_id = written.id, None
            if why is not None:
                notices.tell_of_dropped(session, workspace_id, crm.name, {"notes": why})


def _add(crm: Crm, record_id: str, note: Note, *, look_first: bool) -> str | None:
    """Add a note; returns why it was refused, None where it is there. Raises KeyError where the
    record is gone."""
    try:
        crm.add_note(record_id, note, look_first=look_first)
    except (Busy, Blocked, KeyError):
        raise
    except NoteRefused as refused:
        return refused.detail
    except Exception as error:
        logger.error("a note cannot be written: %s", place_of(error))  # noqa: TRY400 - no words
        return f"Handoff could not write it ({place_of(error)})"
    return None


def _missing(
    store: Store, workspace_id: int, lead_ids: Sequence[int], crm: str
) -> list[tuple[str, LeadNote]]:
    """The notes with the records they belong to; what came from the CRM is there."""
    if not lead_ids:
        return []
    with store.transaction() as session:
        rows = session.execute(
            select(CrmRecord.record_id, LeadNote)
            .join(LeadNote, LeadNote.lead_id == CrmRecord.lead_id)
            .where(
                CrmRecord.workspace_id == workspace_id,
                CrmRecord.lead_id.in_(lead_ids),
                CrmRecord.record_id.is_not(None),
                or_(CrmRecord.refused.is_(None), CrmRecord.refused != Refused.GONE),
                LeadNote.id > CrmRecord.note_id,
                LeadNote.via.is_distinct_from(crm),
            )
            .order_by(LeadNote.id)
        ).all()
        return [(str(record_id), note) for record_id, note in rows]


def _author(session: Session, note: LeadNote) -> str:
    if note.person_id is not None:
        return session.get_one(Person, note.person_id).name
    return note.via or "Handoff"

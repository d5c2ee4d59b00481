"""Importing a list: its rows are written down, and what would come of them is shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import PurePath
from typing import IO

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.contacts import service as contacts
from bot.errors import HandoffError, NotAllowed, NotFound
from bot.leads.models import Import, ImportState, Lead, Status
from bot.leads.service import staged
from bot.leads.service.crowd import Candidate, Partition
from bot.leads.service.taking import IMPORT
from bot.leads.sources import columns
from bot.leads.sources.csv import SAMPLE
from bot.leads.sources.labels import is_known
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.sheet import read_sheet
from bot.spend import exports
from bot.spend import importing as spend
from bot.store import table
from bot.tasks import enqueue

READ = "leads.read_list"
LOOK = "leads.preview_import"

# Rows that a preview looks at: a second's work.
_LOOKED_AT = 10_000
_FIRST_SHOWN = 5
_REASONS_SHOWN = 5


class NotInPreview(HandoffError):
    """This import is {state} already. Nothing was changed."""


def drop(session: Session, who: Person, file_id: str, name: str) -> Import | None:
    """Somebody dropped a file into their messages with us; None where we have been told before.

    Raises NotAllowed.
    """
    people.require(session, who, "import leads", Role.SALESPERSON, Role.MARKETER)
    facts = {
        "workspace_id": who.workspace_id,
        "by_id": who.id,
        "name": PurePath(name).stem,
        "file_id": file_id,
        "created_at": clock.now(),
    }
    once = insert(table(Import)).on_conflict_do_nothing().returning(table(Import).c.id)
    import_id = session.scalar(once, facts)
    if import_id is None:
        return None
    enqueue(session, READ, import_id=import_id)
    slack.show(session, who.workspace_id, IMPORT, import_id, who.slack_id)
    return session.get_one(Import, import_id)


def open_file(
    session: Session, workspace: Workspace, name: str, encoding: str | None = None
) -> Import:
    """An import from the command line; `encoding` is one of ENCODINGS, or is found out."""
    imported = Import(
        workspace_id=workspace.id, name=name, encoding=encoding, created_at=clock.now()
    )
    session.add(imported)
    session.flush()
    return imported


def write_down(session: Session, import_id: int, file: IO[bytes]) -> Import:
    """Read a list into rows that wait, say what its columns mean, and look ahead.

    A report of spend that somebody dropped is handed on; an import that is read already is left as
    it is. Raises NotAList.
    """
    imported = staged.locked(session, import_id)
    if imported.state != ImportState.READING:
        return imported
    sheet = read_sheet(file, _is_known, imported.encoding)
    imported.encoding = sheet.encoding
    rows, state = iter(sheet.rows), ImportState.PREVIEW
    if imported.by_id is not None and exports.recognise(sheet.header):
        report = list(rows)
        rows = iter(report)
        try:
            hand_on(session, imported, sheet.header, report)
        except (NotAllowed, spend.TooManyRows) as error:
            imported.problem, state = error.message, ImportState.SPEND
        else:
            return imported
    first = list(islice(rows, SAMPLE))
    imported.total = staged.write(session, import_id, chain(first, rows))
    imported.header, imported.meanings = sheet.header, columns.guess(sheet.header, first)
    imported.state, imported.preview = state, {"odd_lines": sheet.odd_lines}
    look_ahead(session, imported)
    slack.redraw(session, IMPORT, imported.id)
    return imported


def _is_known(name: str) -> bool:
    """Whether a cell names a column, of a list or of a report of spend."""
    return is_known(name) or exports.is_known(name)


def hand_on(
    session: Session, imported: Import, header: Sequence[str], rows: Iterable[list[str]]
) -> None:
    """It is no list but a report of spend, which goes on with it.

    Raises NotAllowed, TooManyRows.
    """
    who = session.get_one(Person, imported.by_id)
    spend.stage(session, who, imported.workspace_id, imported.name, header, rows)
    imported.state, imported.preview = ImportState.SPEND, {}
    staged.forget(session, imported.id)
    slack.redraw(session, IMPORT, imported.id)


def take_as_list(session: Session, who: Person, import_id: int) -> None:
    """It looked like a report of spend, and is a list after all. Raises NotFound, NotInPreview."""
    imported = _mine(session, who, import_id)
    if imported.state != ImportState.SPEND or not imported.problem:
        raise NotInPreview(state=imported.state)
    imported.state, imported.problem = ImportState.PREVIEW, None
    look_ahead(session, imported)


def cannot_read(session: Session, import_id: int, why: str) -> None:
    """The file is no list, or was taken away."""
    imported = staged.locked(session, import_id)
    imported.state, imported.problem = ImportState.FAILED, why
    slack.redraw(session, IMPORT, import_id)


def change(
    session: Session, imported: Import, meanings: Sequence[str], campaign_id: int | None
) -> None:
    """Say what the columns mean, and which campaign the list is of; what comes of that is shown.

    Raises NobodyReachable.
    """
    columns.check(meanings)
    imported.meanings, imported.campaign_id = list(meanings), campaign_id
    enqueue(session, LOOK, import_id=imported.id)


def map_columns(session: Session, imported: Import, meanings: Sequence[str]) -> None:
    """Note what some columns mean while somebody still goes through the others."""
    imported.meanings = list(meanings)
    enqueue(session, LOOK, import_id=imported.id)


def read_as(session: Session, imported: Import, encoding: str) -> None:
    """Read the file anew, in this one of ENCODINGS."""
    imported.encoding, imported.state, imported.preview = encoding, ImportState.READING, {}
    staged.forget(session, imported.id)
    enqueue(session, READ, import_id=imported.id)
    slack.redraw(session, IMPORT, imported.id)


def look_ahead(session: Session, imported: Import) -> None:
    """Note what would come of the first rows, without doing it."""
    if imported.state != ImportState.PREVIEW:
        return
    rows = staged.waiting(session, imported.id, _LOOKED_AT)
    candidates, refused = staged.read(session, imported, rows, with_answers=False)
    groups = staged.partition(session, imported, candidates)
    joining = _joining(session, imported.workspace_id, groups)
    reasons = Counter(reason for _, reason in refused).most_common(_REASONS_SHOWN)
    imported.preview = {
        "looked_at": len(rows),
        "new": len(candidates) - len(groups.known) - joining,
        "joined": joining,
        "known": len(groups.known),
        "refused": len(refused),
        "reasons": [list(reason) for reason in reasons],
        "first": [_shown(each) for each in candidates[:_FIRST_SHOWN]],
        "odd_lines": imported.preview.get("odd_lines", 0),
    }
    slack.redraw(session, IMPORT, imported.id)


def cancel(session: Session, imported: Import) -> None:
    """Forget the rows."""
    imported.state, imported.preview = ImportState.CANCELLED, {}
    staged.forget(session, imported.id)
    slack.redraw(session, IMPORT, imported.id)


def in_preview(session: Session, who: Person, import_id: int) -> Import:
    """The import, locked, if it is this person's and waits for their word.

    Raises NotFound, NotInPreview.
    """
    imported = _mine(session, who, import_id)
    if imported.state != ImportState.PREVIEW:
        raise NotInPreview(state=imported.state)
    return imported


def may_cancel(session: Session, who: Person, import_id: int) -> Import:
    """The import, locked, if this person can still do without it. Raises NotFound, NotInPreview."""
    imported = _mine(session, who, import_id)
    if imported.state != ImportState.SPEND or not imported.problem:
        return in_preview(session, who, import_id)
    return imported


def _mine(session: Session, who: Person, import_id: int) -> Import:
    found = session.get(Import, import_id)
    if found is None or found.workspace_id != who.workspace_id or found.by_id != who.id:
        raise NotFound(what="this import")
    return staged.locked(session, import_id)


def _joining(session: Session, workspace_id: int, groups: Partition) -> int:
    """How many of them have a lead that is open, or would have one by then."""
    keys = {key for each in groups.rest for key in each.keys}
    holders = contacts.holders(session, workspace_id, keys)
    busy = set(
        session.scalars(
            select(Lead.contact_id).where(
                Lead.contact_id.in_(set(holders.values())),
                Lead.status.in_([Status.NEW, Status.QUALIFIED]),
                Lead.merged_into.is_(None),
            )
        )
    )
    seen = {key for key, contact_id in holders.items() if contact_id in busy}
    seen |= {key for each in groups.new for key in each.keys}
    joining = 0
    for each in groups.rest:
        joining += not seen.isdisjoint(each.keys)
        seen.update(each.keys)
    return joining


def _shown(each: Candidate) -> list[str]:
    """What a preview shows of a person: name, company, ways to reach them."""
    said = each.payload
    name = " ".join(filter(None, [said.first_name, said.last_name]))
    reach = ", ".join(filter(None, [said.email, said.phone]))
    return [name, said.company or "", reach]

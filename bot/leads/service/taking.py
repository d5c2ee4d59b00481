"""Taking in a list: batch by batch, each in a transaction with the rows that it took."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.models import CallList, Import, ImportRow, ImportState
from bot.leads.service import crowd, staged
from bot.leads.service.admitting import create_or_merge
from bot.leads.service.audit import CALL_LIST
from bot.leads.service.case import IntakeContext
from bot.leads.service.following import follow
from bot.leads.sources import columns
from bot.leads.sources.csv import SLUG
from bot.people.models import Workspace
from bot.tasks import enqueue

IMPORT = "lead.import"
"""The card that follows an import."""

GO_ON = "leads.import_batch"
RETURN = "leads.return_refused"

BATCH = 1_000


class Batch(NamedTuple):
    """What a batch leaves to be done one by one, and whether there is more behind it."""

    apart: Sequence[int]
    """Numbers of rows: people whom we know."""
    is_last: bool


def start(session: Session, imported: Import) -> None:
    """Let the rows be imported, as a call list with the file's name.

    Raises NobodyReachable.
    """
    columns.check(imported.meanings)
    listed = CallList(
        workspace_id=imported.workspace_id, name=imported.name, campaign_id=imported.campaign_id,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(listed)
    session.flush()
    imported.call_list_id, imported.state = listed.id, ImportState.RUNNING
    _continue(session, imported)


def take_batch(session: Session, import_id: int) -> Batch:
    """Admit the next rows: those of new people here and now, the others are named."""
    imported = staged.locked(session, import_id)
    if imported.state != ImportState.RUNNING:
        return Batch([], is_last=True)
    rows = staged.waiting(session, import_id, BATCH)
    if not rows:
        _finish(session, imported)
        return Batch([], is_last=True)
    candidates, refused = staged.read(session, imported, rows)
    workspace = session.get_one(Workspace, imported.workspace_id)
    groups = staged.partition(session, imported, candidates)
    admitted = crowd.create_all(session, workspace, groups.new, _context(imported))
    staged.refuse(session, import_id, refused)
    late = [each for each in groups.new if each.place not in admitted]
    staged.forget(session, import_id, [*admitted, *(each.place for each in groups.known)])
    imported.added += len(admitted)
    imported.known += len(groups.known)
    imported.refused += len(refused)
    _continue(session, imported)
    return Batch(sorted(each.place for each in (*groups.rest, *late)), is_last=False)


def take_row(session: Session, import_id: int, number: int) -> None:
    """Admit one row, of somebody whom we may know; a row that was taken meanwhile is no more."""
    imported = staged.locked(session, import_id)
    row = session.get(ImportRow, (import_id, number))
    if row is None or row.problem is not None or imported.state != ImportState.RUNNING:
        return
    payload = columns.read_row(imported.header, imported.meanings, row.cells)
    workspace = session.get_one(Workspace, imported.workspace_id)
    result = create_or_merge(session, workspace, payload, _context(imported))
    if not result.is_new:
        imported.known += 1
    elif result.has_joined:
        imported.joined += 1
    else:
        imported.added += 1
    session.delete(row)


def _finish(session: Session, imported: Import) -> None:
    imported.state, imported.finished_at, imported.preview = ImportState.DONE, clock.now(), {}
    slack.redraw(session, IMPORT, imported.id)
    if imported.refused and imported.by_id is not None:
        enqueue(session, RETURN, import_id=imported.id)
    if imported.added:
        assert imported.call_list_id is not None
        workspace = session.get_one(Workspace, imported.workspace_id)
        slack.show(session, workspace.id, CALL_LIST, imported.call_list_id, workspace.channel)
        follow(session, workspace.id, clock.now(), is_listed=True)


def _continue(session: Session, imported: Import) -> None:
    """The next batch is durable work; what is under way shows on the card."""
    slack.redraw(session, IMPORT, imported.id)
    enqueue(session, GO_ON, lane=f"import:{imported.id}", import_id=imported.id)


def _context(imported: Import) -> IntakeContext:
    return IntakeContext(
        SLUG, clock.now(), imported.by_id, imported.campaign_id, imported.call_list_id
    )

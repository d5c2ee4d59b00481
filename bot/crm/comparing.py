"""Comparing: where the CRM and Handoff disagree about a lead, for an operator to read."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crm import users
from bot.crm.backlog import IS_OLDER
from bot.crm.connection import Connection
from bot.crm.models import CrmRecord
from bot.crm.port import Gone, Record
from bot.crm.values import stage_of
from bot.leads.models import Lead


def differences(connection: Connection, workspace_id: int) -> Iterator[str]:
    """A line for each lead and value that differ; never what a lead says of a person.

    Raises Busy, Blocked.
    """
    crm, last = connection.crm(workspace_id), 0
    with connection.store.transaction() as session:
        users.match(session, connection, workspace_id, crm.users())
    while True:
        with connection.store.transaction() as session:
            rows = _rows(session, workspace_id, last, crm.batch)
        if not rows:
            return
        records = crm.read([str(mine.record_id) for mine, _ in rows])
        with connection.store.transaction() as session:
            owner_of = users.owner_ids(session, workspace_id, connection.fallback_owner)
            names = users.names(session, workspace_id)
        for (mine, lead), record in zip(rows, records, strict=True):
            for line in _of(connection.name, owner_of, names, mine, lead, record):
                yield f"#{lead.id} {line}"
        last = rows[-1][1].id


def _rows(
    session: Session, workspace_id: int, last: int, most: int
) -> list[tuple[CrmRecord, Lead]]:
    """The next leads that have a record; of several with the same one, the newest."""
    rows = session.execute(
        select(CrmRecord, Lead)
        .join(Lead, Lead.id == CrmRecord.lead_id)
        .where(
            CrmRecord.workspace_id == workspace_id,
            CrmRecord.record_id.is_not(None),
            CrmRecord.lead_id > last,
            ~IS_OLDER,
        )
        .order_by(CrmRecord.lead_id)
        .limit(most)
    ).all()
    return [(mine, lead) for mine, lead in rows]


def _of(
    name: str,
    owner_of: users.OwnerOf,
    names: Mapping[str | None, str],
    mine: CrmRecord,
    lead: Lead,
    record: Record | Gone,
) -> Iterator[str]:
    """How a lead differs from its record in the CRM of this name."""
    if isinstance(record, Gone):
        yield f"was deleted in {name}"
        return
    ours = stage_of(lead)
    if record.stage is not None and record.stage != ours and mine.seen.get("stage") != record.stage:
        yield f"stage: {ours} here, {record.stage} in {name}"
    elif (record.stage in ("won", "lost")) != lead.is_closed and lead.merged_into is None:
        yield f"stage: {ours} here, {record.stage or 'none'} in {name}"
    if lead.won_amount and record.amount and lead.won_amount != record.amount:
        yield f"amount: {lead.won_amount} here, {record.amount} in {name}"
    owner = owner_of(lead.claimed_by)
    if owner is not None and owner != record.owner_id:
        other = names.get(record.owner_id, "nobody")
        yield f"owner: {names.get(owner, owner)} here, {other} in {name}"
    if mine.version != mine.written_version:
        yield "changes here are waiting to be written"

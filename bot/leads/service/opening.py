"""Opening: leads are written with the audit of their arrival, one or many by one statement."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bot.leads.changes import leads_changed
from bot.leads.models import EventType, Lead, LeadEvent
from bot.leads.service.case import LeadDraft
from bot.store import table

_LEAD, _EVENT = table(Lead), table(LeadEvent)

# What a lead is where nothing else is said.
_DEFAULTS = {
    column.name: column.default.arg
    for column in _LEAD.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}


# Built once and on the tables themselves: every lead runs through it. The rows come as one
# parameter, which costs less than fifty, however many rows they are (benchmarks/bench_intake.py).
@cache
def _opening(of_lead: tuple[str, ...], of_event: tuple[str, ...]) -> Select[Any]:
    """The statement that writes leads and the audit of their arrival, and gives their ids."""
    given = (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
        .table_valued(*(column(name, _LEAD.c[name].type) for name in of_lead), name="given")
        .render_derived(with_types=True)
    )
    new = (
        upsert(_LEAD)
        .from_select(of_lead, select(*given.c), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(_LEAD.c.external_id, _LEAD.c.id)
        .cte("new")
    )
    said = [bindparam(name, type_=_EVENT.c[name].type) for name in of_event]
    noted = (
        insert(_EVENT)
        .from_select(["lead_id", *of_event], select(new.c.id, *said), include_defaults=False)
        .returning(_EVENT.c.lead_id, _EVENT.c.id)
        .cte("noted")
    )
    return select(new.c.external_id, new.c.id, noted.c.id.label("event_id")).join_from(
        new, noted, noted.c.lead_id == new.c.id
    )


def open_leads(session: Session, drafts: Sequence[LeadDraft]) -> dict[str, int]:
    """Write the leads of drafts that arrive together, what the audit says of them, and what the
    people agreed to.

    Returns the leads' ids by external id, without those whose external id is a lead already.
    """
    if not drafts:
        return {}
    rows, event = (
        [_DEFAULTS | draft.lead() for draft in drafts],
        drafts[0].event(EventType.RECEIVED),
    )
    facts = {"rows": json.dumps(rows, default=str)} | event
    written = session.execute(_opening(tuple(rows[0]), tuple(event)), facts).all()
    ids: dict[str, int] = {row.external_id: row.id for row in written}
    session.add_all(
        consent for draft in drafts if draft.external_id in ids for consent in draft.consents()
    )
    if written:
        events = {row.id: row.event_id for row in written}
        leads_changed(session, drafts[0].workspace.id, events)
    return ids

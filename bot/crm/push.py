"""Pushing: the leads that wait are written, batch after batch, each compared with what was written.

One job at a time works for a workspace. What the CRM owns (stage and amount) is looked at first, so
that nothing a person entered there is overwritten. Every step is committed with what it found out,
so a crash repeats at most one call, and the key of each lead makes that harmless.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns.models import Campaign
from bot.contacts.models import Consent
from bot.contacts.queries import last_consent_id
from bot.crm import card, notes, notices, users
from bot.crm.backlog import MADE_ANEW, PUSH, WRITING, hold, next_retry, next_waiting, push_later
from bot.crm.connection import Connection, unblock
from bot.crm.models import CrmConnection, CrmRecord
from bot.crm.models import Refused as Why
from bot.crm.poll import gone, take
from bot.crm.port import (
    Blocked,
    Busy,
    Change,
    Crm,
    Gone,
    Record,
    Refusal,
    Refused,
    Saved,
    Stage,
    Values,
)
from bot.crm.values import after_writing, as_json, changed, emptied, seen_of, values_of
from bot.leads.models import Lead, Status
from bot.store import Store
from bot.tasks import fold
from bot.tasks.rows import place_of

logger = logging.getLogger(__name__)

# After so many batches, what came in meanwhile (a poll) takes its turn.
_MOST_BATCHES = 20
_BUSY_RECORD = timedelta(seconds=10)
_OF_AMOUNT = ("amount_minor", "currency")
_OF_STAGE = ("stage", "lost_reason", "closed_at", "expected_on", *_OF_AMOUNT)
# What the CRM owns, or a person may change there.
_LOOKED_AT = {"stage", "amount_minor", "currency", "lost_reason", "owner_id"}


@dataclass
class Draft:
    """One lead that is to be written."""

    change: Change
    lead_id: int
    version: int
    is_done: bool = False
    """Whether what became of it is remembered, and nothing of it is left to be written."""
    is_older: bool = False
    """Whether the record is a newer lead's of the same person."""
    written_at: datetime | None = None
    """When it was written last: a later time says that another worker did meanwhile."""

    @property
    def is_empty(self) -> bool:
        """Whether it is there as it is here."""
        return not self.change.values.model_fields_set

    @property
    def touches_what_people_change(self) -> bool:
        """Whether the record has to be looked at before, and after."""
        return not self.is_older and bool(self.change.values.model_fields_set & _LOOKED_AT)

    @property
    def place(self) -> tuple[int, str | None]:
        """The lead, and the record in which it is written."""
        return self.lead_id, self.change.record_id


def push(connection: Connection, workspace_id: int) -> None:
    """Write what waits. Raises Postpone where the CRM asks to wait."""
    store = connection.store
    with store.transaction() as session:
        fold(session, PUSH, workspace_id=workspace_id)
        state = connection.state(session, workspace_id)
        if state is None or (state.blocked is not None and state.try_again_at is not None):
            return
        users_are_due = users.are_due(session, state)
    try:
        with connection.calling(workspace_id) as crm:
            if users_are_due:
                users.read(connection, crm, workspace_id)
            is_done = any(
                not _push_batch(connection, crm, workspace_id) for _ in range(_MOST_BATCHES)
            )
    except Blocked:
        return  # told to the admins; the poll looks whether it is mended
    with store.transaction() as session:
        unblock(session, workspace_id, connection.name)
        if not is_done:
            push_later(session, workspace_id)
        elif (at := next_retry(session, workspace_id)) is not None:
            push_later(session, workspace_id, at=at)


def _push_batch(connection: Connection, crm: Crm, workspace_id: int) -> int:
    """Write some of those that have waited longest; returns how many those were."""
    store = connection.store
    waiting = drafts = _drafts(connection, crm, workspace_id)
    if not waiting:
        return 0
    known = [each for each in drafts if each.change.record_id and each.touches_what_people_change]
    if known:
        _take_over_changes(connection, crm, workspace_id, known)
        looked = {each.place for each in known}
        drafts = [  # what somebody changed here in this moment, or is in another record now, waits
            each
            for each in _drafts(connection, crm, workspace_id)
            if each.place in looked
            or not (each.change.record_id and each.touches_what_people_change)
        ]
    writing = [each for each in drafts if not each.is_empty]
    if writing:
        _write(connection, crm, workspace_id, writing)
    notes.add(store, crm, workspace_id, [draft.lead_id for draft in drafts])
    _finish(store, [each for each in drafts if each.is_empty or each.is_done])
    return len(waiting)


def _write(connection: Connection, crm: Crm, workspace_id: int, drafts: Sequence[Draft]) -> None:
    store = connection.store
    _begin(store, [each for each in drafts if each.touches_what_people_change])
    results = _save(crm, [each.change for each in drafts])
    written = list(zip(drafts, results, strict=True))

    with store.transaction() as session:
        held = hold(session, [draft.lead_id for draft in drafts])
        leads = {lead.id: lead for lead in session.scalars(select(Lead).where(Lead.id.in_(held)))}
        WRITING.each(
            session, written,
            lambda each: _note(session, connection, held[each[0].lead_id], *each),
            key=lambda each: each[0].lead_id, workspace_id=workspace_id,
        )  # fmt: skip
    lost = [draft.lead_id for draft, result in written if _is_gone(result)]
    if lost:
        gone(connection, crm, workspace_id, lost)
    saved = [each for each in written if each[0].is_done and isinstance(each[1], Saved)]
    _remember_written(store, crm, saved)
    card.find_accounts(store, crm, workspace_id, [leads[draft.lead_id] for draft, _ in saved])


def _drafts(connection: Connection, crm: Crm, workspace_id: int) -> list[Draft]:
    drafts: list[Draft] = []
    with connection.store.transaction() as session:
        records = next_waiting(session, workspace_id, crm.batch)
        if not records:
            return []
        state = session.get_one(CrmConnection, workspace_id)
        owner_of = users.owner_ids(session, workspace_id, connection.fallback_owner)
        query = (
            select(Lead, Campaign, Consent)
            .outerjoin(Campaign, Campaign.id == Lead.campaign_id)
            .outerjoin(Consent, Consent.id == last_consent_id(Lead.contact_id))
            .where(Lead.id.in_([each.lead_id for each, _ in records]))
        )
        leads = {row[0].id: row for row in session.execute(query)}

        def act(each: tuple[CrmRecord, bool]) -> None:
            record, is_older = each
            lead, campaign, consent = leads[record.lead_id]
            whole = values_of(lead, campaign, consent, owner_of(lead.claimed_by))
            draft = _draft(connection, state.key_prefix, record, lead, whole)
            drafts.append(_of_older(draft) if is_older else draft)

        WRITING.each(
            session, records, act, key=lambda each: each[0].lead_id, workspace_id=workspace_id
        )
    return drafts


def _begin(store: Store, drafts: Sequence[Draft]) -> None:
    """Remember what we are about to write: should we not hear how that ends, it is no change of a
    person's when we look next."""
    known = {each.lead_id: each.change.values for each in drafts if each.change.record_id}
    if not known:
        return
    with store.transaction() as session:
        for lead_id, mine in hold(session, known).items():
            writing = as_json(_only(known[lead_id], *_LOOKED_AT))
            mine.seen = mine.seen | {"writing": writing} if mine.seen else mine.seen


def _save(crm: Crm, changes: Sequence[Change]) -> list[Saved | Refused]:
    """Write these changes; where our own code breaks on one of them, the others are written."""
    if not changes:
        return []
    try:
        return crm.save(changes)
    except (Busy, Blocked):
        raise
    except Exception as error:
        if len(changes) == 1:
            logger.error("a lead cannot be written: %s", place_of(error))  # noqa: TRY400 - no values
            return [Refused(Refusal.INVALID, f"Handoff could not write it ({place_of(error)})")]
    half = len(changes) // 2
    return _save(crm, changes[:half]) + _save(crm, changes[half:])


def _draft(
    connection: Connection, prefix: str, record: CrmRecord, lead: Lead, whole: Values
) -> Draft:
    values = changed(whole, record.written, emptied(whole, lead, record))
    if record.refused == Why.TWO_AMOUNTS:
        values = _without(values, *_OF_AMOUNT)
    if record.refused == Why.AMOUNT and lead.status != Status.WON:
        values = _without(values, *_OF_STAGE)  # it is won there
    if lead.merged_into is not None and record.record_id is None:
        values = Values()  # a duplicate that was never written does not have to be
    record_id = record.record_id or _came_from_there(connection, record, lead)
    change = Change(
        key=f"{prefix}_{lead.id}", values=values, record_id=record_id, whole=whole,
        memory=record.memory,
    )  # fmt: skip
    return Draft(change, lead.id, record.version, written_at=record.written_at)


def _of_older(draft: Draft) -> Draft:
    """A newer lead of the person has the record: only the amount of its own deal, where the adapter
    knows one, is still written."""
    values = _only(draft.change.values, *(_OF_AMOUNT if draft.change.memory else ()))
    return replace(draft, change=replace(draft.change, values=values), is_older=True)


def _without(values: Values, *names: str) -> Values:
    return _only(values, *(values.model_fields_set - set(names)))


def _only(values: Values, *names: str) -> Values:
    kept = values.model_fields_set & set(names)
    return Values(**{name: getattr(values, name) for name in kept})


def _came_from_there(connection: Connection, record: CrmRecord, lead: Lead) -> str | None:
    """The record from which the lead was read, if it came over the same vendor's lead source."""
    if lead.source != connection.slug or MADE_ANEW in record.memory:
        return None
    return lead.external_id


def _take_over_changes(
    connection: Connection, crm: Crm, workspace_id: int, drafts: Sequence[Draft]
) -> None:
    """Take over first what people changed in the CRM meanwhile."""
    records = crm.read([str(each.change.record_id) for each in drafts])
    looked = list(zip(drafts, records, strict=True))

    with connection.store.transaction() as session:
        held = hold(session, [each.lead_id for each in drafts])
        owner_of = users.owner_ids(session, workspace_id, connection.fallback_owner)

        def act(each: tuple[Draft, Record | Gone]) -> None:
            mine = held[each[0].lead_id]
            mine.record_id = mine.record_id or each[0].change.record_id
            take(session, connection, owner_of, mine, each[1])

        WRITING.each(
            session, looked, act, key=lambda each: each[0].lead_id, workspace_id=workspace_id
        )
    lost = [draft.lead_id for draft, record in looked if isinstance(record, Gone)]
    if lost:
        gone(connection, crm, workspace_id, lost)


def _note(
    session: Session, connection: Connection, record: CrmRecord, draft: Draft,
    result: Saved | Refused,
) -> None:  # fmt: skip
    """Remember what became of a change."""
    if isinstance(result, Refused):
        _refused(session, connection, record, draft, result)
        return
    written = as_json(draft.change.values)
    record.record_id = result.record_id
    record.memory = {**record.memory, **result.memory}
    if record.written_at != draft.written_at:  # by another worker: who knows which came last
        record.written = {k: v for k, v in record.written.items() if k not in written}
        record.version += 1
    else:
        left_out = result.dropped.keys() - _LOOKED_AT  # sent again with the next change
        kept = {k: v for k, v in written.items() if k not in left_out}
        gone_there = draft.change.values.emptied - left_out
        record.written = after_writing(record.written, kept, gone_there)
    record.written_at = clock.now()
    if record.refused in (Why.INVALID, Why.DUPLICATE):
        record.refused = record.refused_why = None
    if result.dropped:
        notices.tell_of_dropped(session, record.workspace_id, connection.name, result.dropped)
    card.show(session, connection, record)
    draft.is_done = True  # last: whatever breaks before it takes all of it back


def _is_gone(result: Saved | Refused) -> bool:
    return isinstance(result, Refused) and result.why is Refusal.GONE


def _refused(
    session: Session, connection: Connection, record: CrmRecord, draft: Draft, result: Refused
) -> None:
    if result.why is Refusal.BUSY:
        record.retry_at = clock.now() + _BUSY_RECORD
        return
    if result.record_id is not None and result.record_id != record.record_id:
        record.record_id = result.record_id  # this person's record, which is to be written then
        return
    if result.why is not Refusal.GONE:  # see `gone`
        record.refused, record.refused_why = Why(result.why), result.detail
        card.show(session, connection, record)
    draft.is_done = True


def _finish(store: Store, drafts: Sequence[Draft]) -> None:
    """Nothing is left of these changes; what came meanwhile waits."""
    if not drafts:
        return
    with store.transaction() as session:
        held = hold(session, [draft.lead_id for draft in drafts])
        for draft in drafts:
            record = held[draft.lead_id]
            record.written_version, record.is_backfill = draft.version, False
            record.retry_at = None


def _remember_written(
    store: Store, crm: Crm, saved: Sequence[tuple[Draft, Saved | Refused]]
) -> None:
    """Remember what the CRM holds after our writing, in its own words: whatever differs from it
    later is somebody else's change."""
    looked = [
        (draft, str(result.record_id))
        for draft, result in saved
        if draft.touches_what_people_change
    ]
    if not looked:
        return
    records = crm.read([record_id for _, record_id in looked])
    by_lead = [
        (draft.lead_id, record)
        for (draft, _), record in zip(looked, records, strict=True)
        if isinstance(record, Record)  # of one that is gone the next look says so again
        and not _is_ended_there(record, draft.change)
    ]
    if not by_lead:
        return
    with store.transaction() as session:
        held = hold(session, [lead_id for lead_id, _ in by_lead])
        for lead_id, record in by_lead:
            mine = held[lead_id]
            mine.seen, mine.memory = seen_of(record), {**mine.memory, **record.memory}


def _is_ended_there(record: Record, change: Change) -> bool:
    """Whether somebody closed a record that we know in the moment in which we wrote another stage;
    the next poll takes it over."""
    ours = change.whole.stage
    if change.record_id is None or record.stage not in (Stage.WON, Stage.LOST):
        return False
    return record.stage is not ours and (record.stage is Stage.WON or ours is not Stage.RECYCLED)

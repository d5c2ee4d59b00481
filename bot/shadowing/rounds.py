"""A round: when it is, how it opens, pairs who is there, tells the rest, and ends."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.shadowing import history, membership, slots
from bot.shadowing.meeting import CARD, LEFT_OVER, hold, redraw
from bot.shadowing.models import (
    Rounds,
    ShadowPair,
    ShadowParticipant,
    ShadowRound,
    ShadowSetting,
    ShadowSlot,
    Stage,
)
from bot.shadowing.pairing import Edge, pair
from bot.shadowing.pool import Pool, read_pool
from bot.store import table
from bot.tasks import Loop, Schedule, drop_schedule, enqueue, put_schedules

OPEN = "shadow.open"
"""The schedule, and the task that it wakes."""

# Down over the weekend and a day more, the round still opens.
_GRACE = timedelta(days=3)


def install(session: Session, workspace: Workspace) -> None:
    """Let the rounds follow the workspace's zone; where they are off, nothing happens."""
    setting = session.get(ShadowSetting, workspace.id)
    if setting is not None and setting.active:
        _schedule(session, setting)


def load_setting(session: Session, workspace_id: int, *, lock: bool = False) -> ShadowSetting:
    """The workspace's setting; one that nobody has changed is off.

    With `lock`, nobody else pairs people in this workspace until the transaction ends.
    """
    load = partial(
        session.get, ShadowSetting, workspace_id,
        with_for_update=lock or None, populate_existing=True,
    )  # fmt: skip
    setting = load()
    if setting is None:
        session.execute(
            insert(ShadowSetting)
            .values(workspace_id=workspace_id, active=False, every_weeks=4, day="mon", at=time(10),
                    two_pairs=False)
            .on_conflict_do_nothing()
        )  # fmt: skip
        setting = load()
    assert setting is not None
    return setting


def may_configure(session: Session, person: Person) -> None:
    """Raises NotAllowed."""
    people.require(session, person, "change how people are paired", Role.MANAGER)


def configure(session: Session, person: Person, rounds: Rounds) -> ShadowSetting:
    """Change the setting. Raises NotAllowed."""
    may_configure(session, person)
    changed = load_setting(session, person.workspace_id, lock=True)
    for name, value in asdict(rounds).items():
        setattr(changed, name, value)
    session.flush()
    _schedule(session, changed)
    return changed


def is_due(session: Session, setting: ShadowSetting, slot: datetime) -> bool:
    """Whether a round opens at this time: every so many weeks, counted from the last one."""
    last = _last_day(session, setting.workspace_id)
    day = session.get_one(Workspace, setting.workspace_id).day_of(slot)
    return last is None or (day - last).days >= 7 * setting.every_weeks


def next_round_at(session: Session, workspace_id: int) -> datetime | None:
    """When the next round opens; None while the rounds are off."""
    setting = session.get(ShadowSetting, workspace_id)
    schedule = session.scalar(
        select(Schedule).where(Schedule.workspace_id == workspace_id, Schedule.name == OPEN)
    )
    if setting is None or not setting.active or schedule is None:
        return None
    at = schedule.next_run_at
    while not is_due(session, setting, at):
        at = schedule.after(at)
    return at


def _last_day(session: Session, workspace_id: int) -> date | None:
    return session.scalar(
        select(ShadowRound.day)
        .where(ShadowRound.workspace_id == workspace_id)
        .order_by(ShadowRound.day.desc())
        .limit(1)
    )


def _schedule(session: Session, setting: ShadowSetting) -> None:
    if not setting.active:
        drop_schedule(session, setting.workspace_id, OPEN)
        return
    zone = session.get_one(Workspace, setting.workspace_id).timezone
    wanted = Schedule.of(
        setting.workspace_id, OPEN, OPEN, cron=setting.cron, zone=zone, grace=_GRACE,
        workspace_id=setting.workspace_id,
    )  # fmt: skip
    put_schedules(session, wanted)


LAPSE = "shadow.lapse"

_LAPSING = Loop("shadowing.lapse", "Pairs that found no time")
_PAIRING = Loop("shadowing.pairs", "Pairs of a shadowing round")
_LEFT_OVER = Loop("shadowing.left_over", "People without a pair")

# How long a pair may look for a time; its times are proposed for this long ahead too.
_LONGEST_WEEKS = 2
# A pair lapses before the next round opens, also where the clocks go forward in between.
_BEFORE_NEXT = timedelta(hours=2)
# Nobody is asked for an hour that has begun by the time they read of it.
_LEAD_TIME = timedelta(hours=20)


def open_round(session: Session, workspace_id: int, slot: datetime) -> ShadowRound | None:
    """Open the round that is due at `slot`; None when none is, or it is open already."""
    setting = load_setting(session, workspace_id, lock=True)
    if not setting.active or not is_due(session, setting, slot):
        return None
    opened = _opened(session, setting, slot)
    if opened is None:
        return None
    _lapse_overdue(session, workspace_id)
    workspace = session.get_one(Workspace, workspace_id)
    pool = read_pool(session, workspace, opened.closes_at)
    outcome = pair(pool.marketers, pool.salespeople, pool.ties, twice=setting.two_pairs)
    _PAIRING.each(
        session, outcome.pairs, lambda edge: _add_pair(session, opened, pool, edge, workspace),
        key=itemgetter(0), workspace_id=workspace_id,
    )  # fmt: skip
    _LEFT_OVER.each(
        session, outcome.left_over,
        lambda person_id: _leave_over(
            session, opened, pool, person_id, pool.why_left(person_id, outcome.allowed)
        ),
        key=int, workspace_id=workspace_id,
    )  # fmt: skip
    enqueue(session, LAPSE, at=opened.closes_at, workspace_id=workspace_id)
    return opened


def lapse(session: Session, workspace_id: int) -> int:
    """End the pairs that found no time until their round was over; returns how many."""
    return _lapse_overdue(session, workspace_id)


_PROPOSED = insert(table(ShadowSlot)).on_conflict_do_update(
    index_elements=["pair_id", "starts_at", "ends_at"], set_={"is_gone": False}
)


def propose_times(session: Session, made: ShadowPair, pool: Pool, workspace: Workspace) -> None:
    """Write the times at which both work, a few hours and a shift."""
    soon = clock.now() + _LEAD_TIME
    both = pool.shared(made.marketer_id, made.salesperson_id)
    later = [(max(start, soon), end) for start, end in both if end > soon]
    spans = slots.propose(later if slots.can_meet(later) else both, workspace.zone)
    facts = {"workspace_id": made.workspace_id, "pair_id": made.id, "is_gone": False}
    if spans:
        session.execute(
            _PROPOSED,
            [facts | {"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in spans],
        )


def add_participants(
    session: Session, made: ShadowPair, pool: Pool, person_ids: Sequence[int]
) -> None:
    """Give people their places in a pair, and their cards."""
    participants = [
        ShadowParticipant(
            workspace_id=made.workspace_id, round_id=made.round_id, person_id=person_id,
            pair_id=made.id,
        )
        for person_id in person_ids
    ]  # fmt: skip
    session.add_all(participants)
    for each in participants:
        membership.member(session, made.workspace_id, each.person_id).waited = 0
    session.flush()
    for each in participants:
        slack_id = pool.people[each.person_id].slack_id
        slack.show(session, made.workspace_id, CARD, each.id, slack_id)
    slack.redraw_all(session, [(slack.HOME, person_id) for person_id in person_ids])


def _opened(session: Session, setting: ShadowSetting, slot: datetime) -> ShadowRound | None:
    day = session.get_one(Workspace, setting.workspace_id).day_of(slot)
    weeks = timedelta(weeks=min(setting.every_weeks, _LONGEST_WEEKS))
    opened: ShadowRound | None = session.scalar(
        insert(ShadowRound)
        .values(
            workspace_id=setting.workspace_id, day=day, opened_at=clock.now(),
            closes_at=slot + weeks - _BEFORE_NEXT,
        )
        .on_conflict_do_nothing()
        .returning(ShadowRound)
    )  # fmt: skip
    return opened


def _add_pair(
    session: Session, opened: ShadowRound, pool: Pool, edge: Edge, workspace: Workspace
) -> None:
    work = pool.work.get(edge)
    made = ShadowPair(
        workspace_id=opened.workspace_id, round_id=opened.id, marketer_id=edge[0],
        salesperson_id=edge[1], campaign_id=work.campaign_id if work else None,
        leads=work.leads if work else 0,
    )  # fmt: skip
    session.add(made)
    session.flush()
    propose_times(session, made, pool, workspace)
    add_participants(session, made, pool, edge)


def _leave_over(
    session: Session, opened: ShadowRound, pool: Pool, person_id: int, reason: str
) -> None:
    participant = ShadowParticipant(
        workspace_id=opened.workspace_id, round_id=opened.id, person_id=person_id, reason=reason
    )
    session.add(participant)
    session.flush()
    membership.let_wait(session, participant)
    slack_id = pool.people[person_id].slack_id
    slack.show(session, opened.workspace_id, LEFT_OVER, participant.id, slack_id)


def _lapse_overdue(session: Session, workspace_id: int) -> int:
    overdue = session.scalars(
        select(ShadowPair)
        .join(ShadowRound, ShadowRound.id == ShadowPair.round_id)
        .where(
            ShadowPair.workspace_id == workspace_id,
            ShadowPair.stage == Stage.FINDING,
            ShadowRound.closes_at <= clock.now(),
        )
        .order_by(ShadowPair.id)
    ).all()
    lapsed: list[bool] = []
    _LAPSING.each(session, overdue, lambda pair: lapsed.append(_lapse(session, pair.id)))
    return sum(lapsed)


def _lapse(session: Session, pair_id: int) -> bool:
    """End one pair: who was silent is counted, and whoever waited for them comes first."""
    made = hold(session, pair_id)
    if made.stage != Stage.FINDING:
        return False
    made.stage = Stage.LAPSED
    silent = [participant for participant in made.taken if participant.acted_at is None]
    away = history.away(session, [participant.person_id for participant in silent], made.round_id)
    for participant in made.taken:
        if participant not in silent:
            if silent:
                membership.let_wait(session, participant)
        elif participant.person_id not in away:
            membership.note_silence(session, participant)
    redraw(session, made)
    return True

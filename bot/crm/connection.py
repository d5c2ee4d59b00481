"""The connection: which CRM a workspace has, when it may be called next, and what stops it.

All workers share one rate limit, which is a row. What an admin has to mend stops every call until
it is mended; it is looked at again from time to time, so that a mended key needs no restart.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.crm import notices
from bot.crm.adapters import ADAPTERS, Access
from bot.crm.backlog import mark
from bot.crm.models import CrmConnection, CrmRecord, CrmUser
from bot.crm.port import Blocked, Busy, Crm
from bot.leads.models import Lead
from bot.store import Store
from bot.tasks import Postpone

# Longer than this nobody sleeps in a worker's thread: the work comes back later.
_LONGEST_SLEEP_SECONDS = 5.0
# The CRM's clock may be behind ours by this, when its changes are read for the first time.
_CLOCKS_DIFFER = timedelta(days=1)
_FIRST_TRY = timedelta(minutes=1)
_LONGEST_TRY = timedelta(minutes=30)


class Connection:
    """The CRM that the settings name."""

    def __init__(self, store: Store, slug: str, access: Access, fallback_owner: str = "") -> None:
        """`fallback_owner` is the email address of who owns leads in the CRM whose owner here has
        no user there."""
        self.store = store
        self.slug = slug
        self.adapter = ADAPTERS[slug]
        self.access = access
        self.fallback_owner = fallback_owner
        self._crm: Crm | None = None

    @property
    def name(self) -> str:
        """What people call this CRM."""
        return self.adapter.name

    def state(self, session: Session, workspace_id: int) -> CrmConnection | None:
        """The workspace's connection to this CRM; None where it has none, or by now another."""
        state = connection_of(session, workspace_id)
        return state if state is not None and state.crm == self.slug else None

    @contextmanager
    def calling(self, workspace_id: int) -> Iterator[Crm]:
        """The CRM, to be called outside of a transaction.

        Busy becomes Postpone; Blocked is written down, told to the admins, and ends the work.
        """
        try:
            crm = self.crm(workspace_id)
            crm.link("0")  # what it has to ask for that, it asks here, and in no transaction
            yield crm
        except Busy as busy:
            with self.store.transaction() as session:
                until = clock.now() + timedelta(seconds=busy.seconds)
                _write(session, workspace_id, busy_until=until)
            raise Postpone(busy.seconds, busy.detail) from None
        except Blocked as blocked:
            with self.store.transaction() as session:
                block(session, workspace_id, self.name, blocked)
            raise

    def crm(self, workspace_id: int) -> Crm:
        """The connected adapter; its calls are paced."""
        if self._crm is None:
            self._crm = self.adapter.connect(self.access, self._pace_of(workspace_id))
        return self._crm

    def _pace_of(self, workspace_id: int) -> Callable[[], None]:
        def pace() -> None:
            assert self._crm is not None
            most, seconds = self._crm.calls
            with self.store.transaction() as session:
                wait = reserve_call(session, workspace_id, timedelta(seconds=seconds / most))
            if wait > _LONGEST_SLEEP_SECONDS:
                raise Busy(wait, "the rate limit is used up")
            if wait > 0:
                time.sleep(wait)

        return pace

    def close(self) -> None:
        """Close the adapter's connections."""
        if self._crm is not None:
            self._crm.close()


def connect(session: Session, workspace_id: int, slug: str) -> None:
    """Let the workspace have this CRM. With another one than before, all begins anew."""
    now = clock.now()
    state = session.get(CrmConnection, workspace_id, with_for_update=True)
    if state is not None and state.crm == slug:
        _connect_again(session, state)
        return
    if state is not None:
        for table in (CrmRecord, CrmUser):
            session.execute(delete(table).where(table.workspace_id == workspace_id))
        its = (Lead.workspace_id == workspace_id, Lead.in_crm.is_not(None))
        session.execute(update(Lead).where(*its).values(in_crm=None))
        session.delete(state)
        session.flush()
    session.add(
        CrmConnection(
            workspace_id=workspace_id, crm=slug, key_prefix=f"handoff_{secrets.token_hex(4)}",
            connected_at=now, mark=now - _CLOCKS_DIFFER, next_poll_at=now, next_call_at=now,
        )
    )  # fmt: skip
    session.flush()


def _connect_again(session: Session, state: CrmConnection) -> None:
    """What is blocked is tried at once, since a new key comes with a start; what changed while no
    CRM was named is written."""
    if state.blocked is not None:
        state.try_again_at = state.next_poll_at = clock.now()
    if not state.is_active:
        state.is_active = True
        session.flush()
        mine = select(CrmRecord.lead_id).where(CrmRecord.workspace_id == state.workspace_id)
        mark(session, state.workspace_id, session.scalars(mine).all(), is_backfill=True)


def disconnect(session: Session, workspace_id: int) -> None:
    """The settings name no CRM any more: nothing is collected for it."""
    session.execute(
        update(CrmConnection)
        .where(CrmConnection.workspace_id == workspace_id)
        .values(is_active=False)
    )


def connection_of(session: Session, workspace_id: int) -> CrmConnection | None:
    """The workspace's connection, if it has a CRM."""
    state = session.get(CrmConnection, workspace_id)
    return state if state is not None and state.is_active else None


def reserve_call(session: Session, workspace_id: int, interval: timedelta) -> float:
    """Take the next free moment for a call; returns in how many seconds that is.

    The database's clock counts, which all workers share.
    """
    now = func.clock_timestamp()
    taken = func.greatest(CrmConnection.next_call_at, now)
    wait = session.scalar(
        update(CrmConnection)
        .where(CrmConnection.workspace_id == workspace_id)
        .values(next_call_at=taken + interval)
        .returning(func.extract("epoch", CrmConnection.next_call_at - interval - now))
    )
    return max(0.0, float(wait or 0.0))


def block(session: Session, workspace_id: int, name: str, blocked: Blocked) -> None:
    """Note what stops the CRM; the admins hear of it once, and it is tried again ever later."""
    state = session.get_one(CrmConnection, workspace_id, with_for_update=True)
    now = clock.now()
    if state.blocked != blocked.trouble:
        state.blocked, state.blocked_at = blocked.trouble, now
        notices.tell_admins(
            session, workspace_id, notices.Kind.BLOCKED,
            crm=name, trouble=blocked.trouble, why=blocked.detail,
        )  # fmt: skip
    state.blocked_why = blocked.detail
    since = now - (state.blocked_at or now)
    state.try_again_at = now + min(max(since, _FIRST_TRY), _LONGEST_TRY)


def unblock(session: Session, workspace_id: int, name: str) -> None:
    """Note that the CRM can be read and written; the admins hear of it where it could not."""
    state = session.get_one(CrmConnection, workspace_id, with_for_update=True)
    state.busy_until = None
    if state.blocked is None:
        return
    state.blocked = state.blocked_why = state.blocked_at = state.try_again_at = None
    notices.tell_admins(session, workspace_id, notices.Kind.BACK, crm=name)


def _write(session: Session, workspace_id: int, busy_until: datetime) -> None:
    session.execute(
        update(CrmConnection)
        .where(CrmConnection.workspace_id == workspace_id)
        .values(busy_until=busy_until)
    )

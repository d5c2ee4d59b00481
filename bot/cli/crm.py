"""What operators ask of the CRM: whether all is right, what is missing there, where both differ."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from datetime import time as day_time

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import access_of, crm_of
from bot.cli.data import data
from bot.cli.leads import installed
from bot.cli.main import Options
from bot.crm import backlog, comparing, connection
from bot.crm.adapters import ADAPTERS
from bot.crm.connection import Connection
from bot.crm.http import no_pace
from bot.crm.port import Blocked, Busy, Crm
from bot.errors import HandoffError
from bot.formats import plural
from bot.leads.models import Lead
from bot.people.models import Workspace
from bot.settings import CrmSettings, Settings, load
from bot.store import Store, keyset

_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 60.0
_AT_ONCE = 1_000


class NoCrm(HandoffError):
    """HANDOFF_CRM names no CRM: set it to hubspot, odoo or salesforce."""

    exit_code = 2


class NotConnected(HandoffError):
    """Handoff has not been started with this CRM yet. `handoff crm check` looks at it before that;
    then start `handoff run`."""


class CrmBusy(HandoffError):
    """{why}. Please try again in {seconds} seconds."""


class CrmRefuses(HandoffError):
    """{why}. `handoff crm check` says what to do."""


class NotADay(HandoffError):
    """“{text}” is no day. Write it as 2026-11-29."""

    exit_code = 2


def check(options: Options) -> None:
    """Look at all that has to be right before going live; make what is missing on request."""
    wrong, settings = 0, load(CrmSettings)
    with _errors_as_sentences(), closing(_alone(settings)) as crm:
        for finding in crm.check(make=options.make):
            print(
                f"✗ {finding.what}: {finding.problem}" if finding.problem else f"✓ {finding.what}"
            )
            if finding.can_be_made and not options.make:
                print("  `handoff crm check --make` creates it.")
            wrong += bool(finding.problem)
    print(f"{wrong} to fix." if wrong else "All good.")
    if wrong:
        sys.exit(1)


def backfill(options: Options) -> None:
    """Let the leads since a day be written, and say how far that is."""
    with _opened() as (store, _, workspace):
        since = datetime.combine(_day(options.since), day_time(), workspace.zone)
        count = _mark(store, workspace, since)
        print(f"{plural(count, 'lead')} since {since:%Y-%m-%d} will be written.", flush=True)
        if count:
            for line in _progress(store, workspace):
                print(line, flush=True)


def _mark(store: Store, workspace: Workspace, since: datetime) -> int:
    """Mark the leads, some at a time; returns how many those are."""
    count = 0
    last: keyset.Key | None = None
    while True:
        with store.transaction() as session:
            ids = session.scalars(
                select(Lead.id)
                .where(
                    Lead.workspace_id == workspace.id,
                    Lead.received_at >= since,
                    Lead.merged_into.is_(None),
                    keyset.after([Lead.id], last),
                )
                .order_by(Lead.id)
                .limit(_AT_ONCE)
            ).all()
            backlog.mark(session, workspace.id, ids, is_backfill=True)
        if not ids:
            return count
        count, last = count + len(ids), (ids[-1],)


def _progress(store: Store, workspace: Workspace) -> Iterator[str]:
    """How many wait, until none does; the worker writes them, whoever watches."""
    before, moved_at = -1, time.monotonic()
    while True:
        with store.transaction() as session:
            waiting = backlog.backlog(session, workspace.id).waiting
        if waiting != before:
            yield f"{waiting:,} wait." if waiting else "All written."
            before, moved_at = waiting, time.monotonic()
        elif time.monotonic() - moved_at > _PATIENCE_SECONDS:
            yield "Nothing is moving. Is `handoff run` running? It goes on without this command."
            return
        if not waiting:
            return
        time.sleep(_LOOK_SECONDS)


def diff(_options: Options) -> None:
    """Say where the CRM and Handoff disagree."""
    count = 0
    with _opened() as (_, crm, workspace), _errors_as_sentences():
        for line in comparing.differences(crm, workspace.id):
            print(line, flush=True)
            count += 1
    print(f"{plural(count, 'difference')}." if count else "No differences.")
    if count:
        sys.exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotADay(text=text) from None


@contextmanager
def _opened() -> Iterator[tuple[Store, Connection, Workspace]]:
    """The store, the CRM that the settings name, and the workspace that has it."""
    settings = load(Settings)
    with data() as store:
        crm = crm_of(settings, store)
        if crm is None:
            raise NoCrm
        with store.transaction() as session:
            workspace = _connected(session, crm)
        try:
            yield store, crm, workspace
        finally:
            crm.close()


def _connected(session: Session, crm: Connection) -> Workspace:
    """The workspace that has this CRM. Raises NotConnected."""
    workspace = installed(session)
    connected = connection.connection_of(session, workspace.id)
    if connected is None or connected.crm != crm.slug:
        raise NotConnected
    return workspace


def _alone(settings: CrmSettings) -> Crm:
    """The CRM that the settings name, without a database. Raises NoCrm."""
    access = access_of(settings)
    if access is None:
        raise NoCrm
    return ADAPTERS[settings.crm].connect(access, no_pace)


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    """Raise an error with a sentence for what stops a call."""
    try:
        yield
    except Busy as busy:
        raise CrmBusy(why=busy.detail, seconds=round(busy.seconds)) from None
    except Blocked as blocked:
        raise CrmRefuses(why=blocked.detail) from None

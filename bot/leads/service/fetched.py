"""What durable work fetched of leads that a hook only named, and what the hooks missed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.jobs import put_schedule
from bot.leads.inquiry import Unreadable
from bot.leads.model import Outcome
from bot.leads.service.admitting import admit
from bot.leads.service.case import Arrival
from bot.leads.service.past import heard_of
from bot.leads.service.receiving import Receipt, Sent, fetch_later, keep
from bot.leads.sources import SOURCES, Ignored, Reference
from bot.people.model import Workspace

RECONCILE = "leads.reconcile"
FETCHED = "fetched"
"""The sender of what we fetched ourselves."""
REFERENCE = "text/x-reference"
"""The content type of a submission that is no more than the id of a lead."""

# Hourly, and a day back each time: a vendor's own delay, and a weekend's outage of a few hours.
_CRON = "7 * * * *"
OVERLAP = timedelta(hours=25)


def install(session: Session, workspace: Workspace) -> None:
    """Let what the hooks missed be looked for every hour."""
    put_schedule(
        session, workspace.id, RECONCILE, RECONCILE, cron=_CRON, zone="UTC",
        workspace_id=workspace.id,
    )  # fmt: skip


def fetched(session: Session, workspace: Workspace, source: str, body: bytes) -> Receipt:
    """Keep what the vendor told of a lead, and admit it where it can be read."""
    arrival = Arrival(source, clock.now(), sender=FETCHED)
    receipt = read_fetched(session, workspace, arrival, body)
    sent = Sent(source, FETCHED, body, "application/json")
    keep(session, workspace, arrival, sent, receipt)
    return receipt


def read_fetched(session: Session, workspace: Workspace, arrival: Arrival, body: bytes) -> Receipt:
    """Admit a lead as the vendor's API told of it."""
    fetching = SOURCES[arrival.source].fetching
    assert fetching is not None
    try:
        inquiry = fetching.parse(body)
    except Unreadable as problem:
        return Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)
    return Receipt(Outcome.LEAD, (admit(session, workspace, inquiry, arrival),))


def not_fetched(
    session: Session, workspace: Workspace, source: str, external_id: str, why: str
) -> None:
    """Let an admin see a lead that could not be fetched; a replay fetches it again."""
    arrival = Arrival(source, clock.now(), sender=FETCHED)
    receipt = Receipt(Outcome.UNREADABLE, problem=Unreadable({"fetch": why}).refusal)
    sent = Sent(source, FETCHED, external_id.encode(), REFERENCE)
    keep(session, workspace, arrival, sent, receipt)


def reconcile(
    session: Session, workspace: Workspace, source: str, there: Sequence[Reference]
) -> int:
    """Fetch those of the vendor's leads that we do not know; returns how many are new to us."""
    arrival = Arrival(source, sender=FETCHED)
    missed = [
        each for each in there if not heard_of(session, workspace.id, arrival, each.external_id)
    ]
    return sum(fetch_later(session, workspace, source, each) for each in missed)

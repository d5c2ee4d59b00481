"""What durable work fetched of leads that a hook only named, and what the hooks missed."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from zlib import crc32

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.lead_payload import Unreadable
from bot.leads.models import REFUSAL, Outcome, Submission
from bot.leads.service.admitting import create_or_merge
from bot.leads.service.case import IntakeContext
from bot.leads.service.past import heard_of
from bot.leads.service.receiving import RawSubmission, Receipt, fetch_later, keep
from bot.leads.sources import SOURCES, Ignored, Reference, Refused
from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.tasks import Loop

RECONCILE = "leads.reconcile"
FETCHED = "fetched"
"""The sender of what we fetched ourselves."""
REFERENCE = "text/x-reference"
"""The content type of a submission that is no more than the id of a lead."""

REFUSED = "leads.refused"

_MISSED = Loop("leads.missed", "Leads that a webhook missed")

OVERLAP = timedelta(hours=25)
_SAY_AGAIN = timedelta(days=28)


def fetched(session: Session, workspace: Workspace, source: str, body: bytes) -> Receipt:
    """Keep what the vendor told of a lead, and create_or_merge it where it can be read."""
    context = IntakeContext(source, clock.now(), sender=FETCHED)
    receipt = read_fetched(session, workspace, context, body)
    sent = RawSubmission(source, FETCHED, body, "application/json")
    keep(session, workspace, context, sent, receipt)
    return receipt


def read_fetched(
    session: Session, workspace: Workspace, context: IntakeContext, body: bytes
) -> Receipt:
    """Admit a lead as the vendor's API told of it."""
    fetching = SOURCES[context.source].fetching
    assert fetching is not None
    try:
        payload = fetching.parse(body)
    except Unreadable as problem:
        return Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)
    return Receipt(Outcome.LEAD, (create_or_merge(session, workspace, payload, context),))


def not_fetched(
    session: Session, workspace: Workspace, source: str, external_id: str, why: str
) -> None:
    """Let an admin see a lead that could not be fetched; a replay fetches it again."""
    context = IntakeContext(source, clock.now(), sender=FETCHED)
    receipt = Receipt(Outcome.UNREADABLE, problem=Unreadable({"fetch": why}).refusal)
    sent = RawSubmission(source, FETCHED, external_id.encode(), REFERENCE)
    keep(session, workspace, context, sent, receipt)


def reconcile(
    session: Session, workspace: Workspace, source: str, there: Iterable[Reference | Refused]
) -> int:
    """Fetch those of the vendor's leads that we do not know; returns how many are new to us. The
    admins are told of what it refuses."""
    context = IntakeContext(source, sender=FETCHED)
    found: list[bool] = []

    def follow(each: Reference | Refused) -> None:
        if isinstance(each, Refused):
            _tell_of(session, workspace, source, each)
        elif not heard_of(session, workspace.id, context, each.external_id):
            found.append(fetch_later(session, workspace, source, each))

    _MISSED.each(session, there, follow, key=partial(_key, source), workspace_id=workspace.id)
    return sum(found)


def _key(source: str, each: Reference | Refused) -> int:
    """A number for what a vendor named."""
    what = each.what if isinstance(each, Refused) else each.external_id
    return crc32(f"{source}:{what}".encode())


def _tell_of(session: Session, workspace: Workspace, source: str, refused: Refused) -> None:
    """Say it once, and again only where it is still so after weeks."""
    told = exists().where(
        Submission.workspace_id == workspace.id,
        Submission.source == source,
        Submission.content_type == REFUSAL,
        Submission.body == refused.what.encode(),
        Submission.received_at > clock.now() - _SAY_AGAIN,
    )
    if session.scalar(select(told)):
        return
    kept = Submission(
        workspace_id=workspace.id, source=source, sender=FETCHED, received_at=clock.now(),
        content_type=REFUSAL, body=refused.what.encode(), outcome=Outcome.IGNORED,
        problem=refused.why,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    admins = people.having(session, workspace.id, Role.ADMIN)
    slack.show_all(session, workspace.id, REFUSED, [(kept.id, admin.slack_id) for admin in admins])

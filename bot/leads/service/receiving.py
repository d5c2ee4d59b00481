"""Receiving: the raw submission, what it became and the work that follows, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.lead_payload import LeadPayload, Refusal, Unreadable
from bot.leads.models import Outcome, Submission
from bot.leads.service import crowd
from bot.leads.service.admitting import IntakeResult, create_or_merge
from bot.leads.service.case import IntakeContext
from bot.leads.service.crowd import Candidate
from bot.leads.sources import SOURCES, TYPED, Ignored, Reference
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.store import copy_all, table
from bot.tasks import enqueue

FETCH = "leads.fetch"

_KEEP = insert(table(Submission))


class RawSubmission(NamedTuple):
    """A raw request of a proven sender."""

    source: str
    """The slug of a source."""
    sender: str
    """The name of the key that proved it."""
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Receipt:
    """What came of a submission."""

    outcome: Outcome
    results: tuple[IntakeResult, ...] = ()
    """By payload in it; most senders bring one at a time."""
    problem: Refusal | None = None
    why_ignored: str | None = None

    @property
    def lead_id(self) -> int | None:
        """The first lead that it became or joined."""
        return self.results[0].lead_id if self.results else None

    @property
    def is_new(self) -> bool:
        """Whether anything was added by it."""
        return any(result.is_new for result in self.results)


def receive(session: Session, workspace: Workspace, sent: RawSubmission) -> Receipt:
    """Keep the raw request of a proven sender, and make leads of it where it can be read.

    The same external id of the same sender counts once, however often and however simultaneously it
    is sent.
    """
    context = IntakeContext(sent.source, clock.now(), sender=sent.sender)
    receipt = take(session, workspace, context, sent.body, sent.content_type)
    keep(session, workspace, context, sent, receipt)
    return receipt


def receive_together(
    session: Session, workspace: Workspace, sent: Sequence[RawSubmission]
) -> list[Receipt | None]:
    """Receive requests of one source that came at the same time, to the same end as one by one.

    None for those that are left to `receive`, after this transaction: who comes twice, who is known
    and has no open lead, and what cannot be read.
    """
    context = IntakeContext(sent[0].source, clock.now())
    read = (_candidate(workspace, place, each, context) for place, each in enumerate(sent))
    candidates = [candidate for candidate in read if candidate is not None]
    held = crowd.keys_held(session, workspace.id, candidates)
    groups = crowd.partition(candidates, (), held)
    # The known first: their contacts are locked before keys are taken, in every transaction.
    results = crowd.join_all(session, workspace, groups.rest, held, context)
    new = crowd.create_all(session, workspace, groups.new, context)
    results |= {place: IntakeResult(lead_id) for place, lead_id in new.items()}
    receipts = {place: Receipt(Outcome.LEAD, (result,)) for place, result in results.items()}
    rows = [_row(workspace, context, sent[place], each) for place, each in receipts.items()]
    copy_all(session, table(Submission), rows)
    return [receipts.get(place) for place in range(len(sent))]


def set_aside(session: Session, workspace: Workspace, sent: RawSubmission) -> Receipt:
    """Keep a raw request that `receive` breaks at, for an admin to replay after the mend."""
    problem = Unreadable({"body": "could not be taken in, by a fault of ours; the log says more"})
    receipt = Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    context = IntakeContext(sent.source, clock.now(), sender=sent.sender)
    keep(session, workspace, context, sent, receipt)
    return receipt


def keep(
    session: Session,
    workspace: Workspace,
    context: IntakeContext,
    sent: RawSubmission,
    receipt: Receipt,
) -> None:
    """Store a raw submission with what came of it; the admins see what could not be read."""
    session.execute(_KEEP, _row(workspace, context, sent, receipt))
    if receipt.outcome == Outcome.UNREADABLE:
        tell_admins(session, workspace.id)


def tell_admins(session: Session, workspace_id: int) -> None:
    """Let the admins' home tabs show the list as it is."""
    session.flush()
    admins = people.having(session, workspace_id, Role.ADMIN)
    slack.redraw_all(session, [(slack.HOME, admin.id) for admin in admins])


def take(
    session: Session, workspace: Workspace, context: IntakeContext, body: bytes, content_type: str
) -> Receipt:
    """Read what a source sent, and create or merge; what it only names is left to durable work."""
    try:
        found = SOURCES[context.source].parse(body, content_type)
    except Unreadable as problem:
        return Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)
    results = []
    for each in found:
        if isinstance(each, Reference):
            fetch_later(session, workspace, context.source, each)
        else:
            results.append(create_or_merge(session, workspace, each, context))
    return Receipt(Outcome.LEAD if results else Outcome.FETCHING, tuple(results))


def _row(
    workspace: Workspace, context: IntakeContext, sent: RawSubmission, receipt: Receipt
) -> dict[str, Any]:
    return {
        "workspace_id": workspace.id,
        "source": context.source,
        "sender": sent.sender,
        "received_at": context.at,
        "content_type": sent.content_type[:200],
        "body": sent.body,
        "outcome": receipt.outcome,
        "lead_id": receipt.lead_id,
        "problem": receipt.problem.message if receipt.problem else receipt.why_ignored,
    }


def _candidate(
    workspace: Workspace, place: int, sent: RawSubmission, context: IntakeContext
) -> Candidate | None:
    """Whom this request is of; None where they cannot be recognised, or are more than one."""
    try:
        found = SOURCES[sent.source].parse(sent.body, sent.content_type)
    except (Unreadable, Ignored):
        return None
    if len(found) != 1 or not isinstance(found[0], LeadPayload):
        return None
    candidate = crowd.candidate(place, found[0], context.at, workspace.country, sent.sender)
    return candidate if candidate.keys else None


def fetch_later(
    session: Session, workspace: Workspace, source: str, reference: Reference, again: str = ""
) -> bool:
    """Let durable work fetch what a sender only named: once, unless `again` makes it another.

    False where it was asked for before.
    """
    job_id = enqueue(
        session,
        FETCH,
        once=f"fetch:{workspace.id}:{source}:{reference.external_id}:{again}",
        workspace_id=workspace.id,
        source=source,
        external_id=reference.external_id,
    )
    return job_id is not None


def type_in(
    session: Session,
    workspace: Workspace,
    by: Person,
    payload: LeadPayload,
    campaign_id: int | None,
) -> Receipt:
    """A lead that a person typed in; `payload.external_id` keeps a double click from doubling it.

    Raises NotAllowed.
    """
    people.require(session, by, "add leads", Role.SALESPERSON, Role.MARKETER)
    context = IntakeContext(TYPED, clock.now(), by.id, campaign_id)
    return Receipt(Outcome.LEAD, (create_or_merge(session, workspace, payload, context),))

"""Receiving: the raw submission, what it became and the work that follows, in one transaction;
what durable work fetches of leads that a hook only named; and what could not be read, which waits
with its reason until an admin replays or dismisses it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal_column, select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.intake import creating
from bot.intake.creating import Candidate, IntakeResult, create_or_merge
from bot.intake.lead_draft import IntakeContext, is_known
from bot.intake.models import REFUSAL, Outcome, Submission
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.sources import SOURCES, TYPED, Ignored, Reference, Refused
from bot.sources.lead_payload import LeadPayload, Refusal, Unreadable
from bot.store import copy_all, table
from bot.tasks import Loop, enqueue

FETCH = "intake.fetch"

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
    held = creating.keys_held(session, workspace.id, candidates)
    groups = creating.partition(candidates, (), held)
    # The known first: their contacts are locked before keys are taken, in every transaction.
    results = creating.join_all(session, workspace, groups.rest, held, context)
    new = creating.create_all(session, workspace, groups.new, context)
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
    candidate = creating.candidate(place, found[0], context.at, workspace.country, sent.sender)
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


RECONCILE = "intake.reconcile"
FETCHED = "fetched"
"""The sender of what we fetched ourselves."""
REFERENCE = "text/x-reference"
"""The content type of a submission that is no more than the id of a lead."""

REFUSED = "intake.refused"

_MISSED = Loop("intake.missed", "Leads that a webhook missed")

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
            _report_refusal(session, workspace, source, each)
        elif not is_known(session, workspace.id, context, each.external_id):
            found.append(fetch_later(session, workspace, source, each))

    _MISSED.each(session, there, follow, key=partial(_key, source), workspace_id=workspace.id)
    return sum(found)


def _key(source: str, each: Reference | Refused) -> int:
    """A number for what a vendor named."""
    what = each.what if isinstance(each, Refused) else each.external_id
    return crc32(f"{source}:{what}".encode())


def _report_refusal(session: Session, workspace: Workspace, source: str, refused: Refused) -> None:
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


class AlreadySettled(HandoffError):
    """This submission is settled already. Nothing was changed."""


def unread(session: Session, workspace_id: int, limit: int) -> Sequence[Submission]:
    """The submissions that wait for an admin, the oldest first, at most `limit`."""
    return session.scalars(
        select(Submission).where(_is_unreadable(workspace_id)).order_by(Submission.id).limit(limit)
    ).all()


def count_unread(session: Session, workspace_id: int) -> int:
    """How many submissions wait for an admin."""
    counted = select(func.count()).select_from(Submission).where(_is_unreadable(workspace_id))
    return session.scalars(counted).one()


def replay(session: Session, who: Person, submission_id: int) -> Receipt:
    """Read a submission again, as an admin. Raises NotAllowed, and what `read_again` raises."""
    people.require(session, who, "replay submissions", Role.ADMIN)
    return read_again(session, session.get_one(Workspace, who.workspace_id), submission_id)


def read_again(session: Session, workspace: Workspace, submission_id: int) -> Receipt:
    """Read what was kept with today's parser; what can be read becomes a lead, or joins one.

    Raises NotFound, AlreadySettled. What still cannot be read stays, with its new reason.
    """
    kept = _locked_submission(session, workspace.id, submission_id)
    receipt = _read(session, workspace, kept)
    kept.outcome, kept.lead_id = receipt.outcome, receipt.lead_id
    kept.problem = receipt.problem.message if receipt.problem else receipt.why_ignored
    tell_admins(session, workspace.id)
    return receipt


def dismiss(session: Session, who: Person, submission_id: int) -> None:
    """Take a submission off the list; it stays stored. Raises NotAllowed, NotFound,
    AlreadySettled."""
    people.require(session, who, "dismiss submissions", Role.ADMIN)
    _locked_submission(session, who.workspace_id, submission_id).outcome = Outcome.DISMISSED
    tell_admins(session, who.workspace_id)


def _read(session: Session, workspace: Workspace, kept: Submission) -> Receipt:
    context = IntakeContext(kept.source, clock.now(), sender=kept.sender)
    # Senders choose their content type, and admins the names of keys: neither makes it fetched.
    if kept.sender != FETCHED or SOURCES[kept.source].fetching is None:
        return take(session, workspace, context, kept.body, kept.content_type)
    if kept.content_type == REFERENCE:
        again = f"{kept.id}:{context.at.isoformat()}"
        reference = Reference(kept.body.decode("utf-8", "replace"))
        fetch_later(session, workspace, kept.source, reference, again)
        return Receipt(Outcome.FETCHING)
    return read_fetched(session, workspace, context, kept.body)


def _locked_submission(session: Session, workspace_id: int, submission_id: int) -> Submission:
    """The submission, locked: of two who settle it at once the second finds it settled."""
    kept = session.scalar(
        select(Submission)
        .where(Submission.id == submission_id, Submission.workspace_id == workspace_id)
        .with_for_update(key_share=True)
    )
    if kept is None:
        raise NotFound(what="this submission")
    if kept.outcome != Outcome.UNREADABLE:
        raise AlreadySettled
    return kept


def _is_unreadable(workspace_id: int) -> ColumnElement[bool]:
    # Written out and not as a parameter, so that the partial index serves.
    unreadable = Submission.outcome == literal_column("'unreadable'")
    return and_(Submission.workspace_id == workspace_id, unreadable)

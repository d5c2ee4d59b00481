"""Receiving: the raw submission, what it became and the work that follows, in one transaction;
what durable work fetches of leads that a hook only named; and what could not be read, which waits
with its reason until an admin replays or dismisses it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, text
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError, NotFound
from bot.intake.creating import IntakeResult, create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.intake.lookups import is_known
from bot.intake.models import REFUSAL, Outcome, Submission
from bot.leads import meetings
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.sources import SOURCES, TYPED, Cancellation, Ignored, Reference, Refused
from bot.sources.lead_payload import LeadPayload, Refusal, Unreadable
from bot.tasks import Loop, enqueue

FETCH = "intake.fetch"
RECONCILE = "intake.reconcile"
REFUSED = "intake.refused"

FETCHED = "fetched"
"""The sender of what we fetched ourselves."""
REFERENCE = "text/x-reference"
"""The content type of a submission that is no more than the id of a lead."""

OVERLAP = timedelta(hours=25)
"""How far back vendors are asked for leads that their hooks missed."""
_SAY_AGAIN = timedelta(days=28)
_MISSED = Loop("intake.missed", "Leads that a webhook missed")

# One statement, for one request as for many: every lead runs through it.
_KEEP = text(
    """
    INSERT INTO submission (workspace_id, source, sender, received_at, content_type, body, outcome,
                            lead_id, problem)
    SELECT :workspace_id, :source, :sender, :received_at, * FROM unnest(
        CAST(:content_types AS text[]), CAST(:bodies AS bytea[]), CAST(:outcomes AS text[]),
        CAST(:lead_ids AS bigint[]), CAST(:problems AS text[]))
    """
)


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

    @property
    def reason(self) -> str | None:
        """Why it could not be read, or was ignored."""
        return self.problem.message if self.problem else self.why_ignored


def receive(
    session: Session, workspace: Workspace, requests: Sequence[RawSubmission]
) -> list[Receipt]:
    """Keep raw requests of one proven sender, and make leads of them where they can be read.

    The same external id counts once, however often and however simultaneously it is sent. Returns
    what came of each request, in their order.
    """
    context = _context(requests[0])
    receipts = _take(session, workspace, context, requests, _read)
    _keep(session, workspace, context, requests, receipts)
    return receipts


def set_aside(
    session: Session, workspace: Workspace, requests: Sequence[RawSubmission]
) -> list[Receipt]:
    """Keep raw requests that `receive` breaks at, for an admin to replay after the mend."""
    problem = Unreadable(
        {"body": "could not be saved because of an error in Handoff; the log says more"}
    )
    receipts = [Receipt(Outcome.UNREADABLE, problem=problem.refusal) for _ in requests]
    _keep(session, workspace, _context(requests[0]), requests, receipts)
    return receipts


def _context(request: RawSubmission) -> IntakeContext:
    return IntakeContext(request.source, clock.now(), sender=request.sender)


def _keep(
    session: Session,
    workspace: Workspace,
    context: IntakeContext,
    requests: Sequence[RawSubmission],
    receipts: Sequence[Receipt],
) -> None:
    """Store raw requests with what came of each; the admins see what could not be read."""
    facts = {
        "workspace_id": workspace.id,
        "source": context.source,
        "sender": context.sender,
        "received_at": context.at,
        "content_types": [each.content_type[:200] for each in requests],
        "bodies": [each.body for each in requests],
        "outcomes": [each.outcome for each in receipts],
        "lead_ids": [each.lead_id for each in receipts],
        "problems": [each.reason for each in receipts],
    }
    session.execute(_KEEP, facts)
    if any(receipt.outcome == Outcome.UNREADABLE for receipt in receipts):
        _redraw_admins(session, workspace.id)


def _redraw_admins(session: Session, workspace_id: int) -> None:
    """Let the admins' home tabs show what waits for them."""
    session.flush()
    admins = people.having(session, workspace_id, Role.ADMIN)
    slack.redraw_all(session, [(slack.HOME, admin.id) for admin in admins])


_Contents = Sequence[LeadPayload | Reference | Cancellation]
_Reader = Callable[[RawSubmission], _Contents]


def _read(request: RawSubmission) -> _Contents:
    """What stands in a request of a source."""
    return SOURCES[request.source].parse(request.body, request.content_type)


def _read_fetched(request: RawSubmission) -> _Contents:
    """What stands in an answer of a vendor's API, or in the note that there was none."""
    if request.content_type == REFERENCE:
        return [Reference(request.body.decode("utf-8", "replace"))]
    fetching = SOURCES[request.source].fetching
    assert fetching is not None
    return [fetching.parse(request.body)]


def _take(
    session: Session,
    workspace: Workspace,
    context: IntakeContext,
    requests: Sequence[RawSubmission],
    read: _Reader,
    again: str = "",
) -> list[Receipt]:
    """Create or merge what stands in requests; what they only name is left to durable work."""
    contents = [_contents(read, each) for each in requests]
    payloads = [
        part
        for parts in contents
        if not isinstance(parts, Receipt)
        for part in parts
        if isinstance(part, LeadPayload)
    ]
    written = create_or_merge(session, workspace, payloads, context)
    for payload, result in zip(payloads, written, strict=True):
        if payload.meeting is not None:
            source, lead_id = context.source, result.lead_id
            meetings.book(session, workspace.id, source, lead_id, payload.meeting)
    results, receipts = iter(written), []
    for parts in contents:
        if isinstance(parts, Receipt):
            receipts.append(parts)
            continue
        for part in parts:
            if isinstance(part, Reference):
                fetch_later(session, workspace, context.source, part, again)
            elif isinstance(part, Cancellation):
                meetings.cancel(session, workspace.id, context.source, part)
        if parts and all(isinstance(part, Cancellation) for part in parts):
            receipts.append(Receipt(Outcome.CANCELLATION))
            continue
        mine = tuple(next(results) for part in parts if isinstance(part, LeadPayload))
        receipts.append(Receipt(Outcome.LEAD if mine else Outcome.FETCHING, mine))
    return receipts


def _contents(read: _Reader, request: RawSubmission) -> _Contents | Receipt:
    """What stands in a request, or why that is no lead."""
    try:
        return read(request)
    except Unreadable as problem:
        return Receipt(Outcome.UNREADABLE, problem=problem.refusal)
    except Ignored as ignored:
        return Receipt(Outcome.IGNORED, why_ignored=ignored.why)


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
    return Receipt(Outcome.LEAD, tuple(create_or_merge(session, workspace, [payload], context)))


def receive_fetched(session: Session, workspace: Workspace, source: str, body: bytes) -> Receipt:
    """Keep what a vendor's API answered about a lead, and create or merge it if it can be read."""
    requests = [RawSubmission(source, FETCHED, body, "application/json")]
    context = _context(requests[0])
    receipts = _take(session, workspace, context, requests, _read_fetched)
    _keep(session, workspace, context, requests, receipts)
    return receipts[0]


def keep_unfetched(
    session: Session, workspace: Workspace, source: str, external_id: str, why: str
) -> None:
    """Let an admin see a lead that could not be fetched; a replay fetches it again."""
    request = RawSubmission(source, FETCHED, external_id.encode(), REFERENCE)
    receipt = Receipt(Outcome.UNREADABLE, problem=Unreadable({"fetch": why}).refusal)
    _keep(session, workspace, _context(request), [request], [receipt])


def reconcile(
    session: Session, workspace: Workspace, source: str, listed: Iterable[Reference | Refused]
) -> int:
    """Fetch those of the leads that a vendor lists which we do not know; returns how many that are.

    The admins are told of what it refuses.
    """
    context = IntakeContext(source, sender=FETCHED)
    is_new: list[bool] = []

    def follow(each: Reference | Refused) -> None:
        if isinstance(each, Refused):
            _report_refusal(session, workspace, source, each)
        elif not is_known(session, workspace.id, context, each.external_id):
            is_new.append(fetch_later(session, workspace, source, each))

    _MISSED.each(session, listed, follow, key=partial(_key, source), workspace_id=workspace.id)
    return sum(is_new)


def _key(source: str, each: Reference | Refused) -> int:
    """A number for what a vendor named."""
    what = each.what if isinstance(each, Refused) else each.external_id
    return crc32(f"{source}:{what}".encode())


def _report_refusal(session: Session, workspace: Workspace, source: str, refused: Refused) -> None:
    """Tell the admins what a vendor refuses: once, and again where it is still so after weeks."""
    was_reported = exists().where(
        Submission.workspace_id == workspace.id,
        Submission.source == source,
        Submission.content_type == REFUSAL,
        Submission.body == refused.what.encode(),
        Submission.received_at > clock.now() - _SAY_AGAIN,
    )
    if session.scalar(select(was_reported)):
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
    """This submission has already been dealt with. Nothing was changed."""


def unread(session: Session, workspace_id: int, limit: int) -> Sequence[Submission]:
    """The submissions that wait for an admin, the oldest first, at most `limit`."""
    return session.scalars(
        select(Submission).where(_is_unreadable(workspace_id)).order_by(Submission.id).limit(limit)
    ).all()


def count_unread(session: Session, workspace_id: int) -> int:
    """How many submissions wait for an admin."""
    counted = select(func.count()).select_from(Submission).where(_is_unreadable(workspace_id))
    return session.scalars(counted).one()


def replay(session: Session, by: Person, submission_id: int) -> Receipt:
    """Read a submission again, as an admin. Raises NotAllowed, and what `read_again` raises."""
    people.require(session, by, "replay submissions", Role.ADMIN)
    return read_again(session, session.get_one(Workspace, by.workspace_id), submission_id)


def read_again(session: Session, workspace: Workspace, submission_id: int) -> Receipt:
    """Read what was kept with today's parser; what can be read becomes a lead, or joins one.

    Raises NotFound, AlreadySettled. What still cannot be read stays, with its new reason.
    """
    kept = _locked_submission(session, workspace.id, submission_id)
    request = RawSubmission(kept.source, kept.sender, kept.body, kept.content_type)
    context = _context(request)
    # Senders choose their content type, and admins the names of keys: neither makes it fetched.
    is_fetched = kept.sender == FETCHED and SOURCES[kept.source].fetching is not None
    [receipt] = _take(
        session, workspace, context, [request], _read_fetched if is_fetched else _read,
        again=f"{kept.id}:{context.at.isoformat()}" if kept.content_type == REFERENCE else "",
    )  # fmt: skip
    kept.outcome, kept.lead_id, kept.problem = receipt.outcome, receipt.lead_id, receipt.reason
    _redraw_admins(session, workspace.id)
    return receipt


def dismiss(session: Session, by: Person, submission_id: int) -> None:
    """Take a submission off the list; it stays stored. Raises NotAllowed, NotFound,
    AlreadySettled."""
    people.require(session, by, "dismiss submissions", Role.ADMIN)
    _locked_submission(session, by.workspace_id, submission_id).outcome = Outcome.DISMISSED
    _redraw_admins(session, by.workspace_id)


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
